"""Searches per second over HTTP beside plain encoding of one query at a time, in one run.

`python -m benchmarks.http [--seconds N]` needs wrk (Debian, Ubuntu: apt install wrk). The site
serves 1,000 made-up entries; no query is repeated.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from benchmarks.judged_sets import SEED
from benchmarks.search import ENTRIES, made_up_entries, made_up_question
from indexer.encoder_cache import model_source
from kb.access import OPERATOR
from kb.entries import EntryContent
from kb.settings import Settings
from kb.store.engine import open_engine, transaction
from kb.store.entries import add_entry
from kb.store.migrate import create_record

CLIENTS = 50
PROCESSES = 2
WRK_SCRIPT = """
local paths = {}
for line in io.lines(os.getenv("BENCH_PATHS")) do paths[#paths + 1] = line end
local number = 0
local thread_count = 0
function setup(thread)
  thread:set("start", thread_count * 50000)
  thread_count = thread_count + 1
end
function init() number = start end
function request() number = number + 1; return wrk.format("GET", paths[number % #paths + 1]) end
function done(summary, latency)
  local failed = summary.errors.status + summary.errors.connect + summary.errors.read
    + summary.errors.write + summary.errors.timeout
  io.write(string.format("RESULT %d %d %d %d %d\\n", summary.requests, summary.duration, failed,
    latency:percentile(50), latency:percentile(99)))
end
"""


def main() -> int:
    """Print both rates, their ratio and the latencies."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.http", description=__doc__)
    parser.add_argument("--seconds", type=int, default=20)
    options = parser.parse_args()
    if shutil.which("wrk") is None:
        print("wrk is missing: apt install wrk (Debian, Ubuntu)", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        _fill(Settings(home=home))
        before = _plain_rate(options.seconds)
        requests, seconds, failed, p50, p99 = _served(home, options.seconds)
        after = _plain_rate(options.seconds)
    plain = (before + after) / 2
    rate = requests / seconds
    print(f"plain SentenceTransformer.encode, one query at a time  {plain:8.1f} queries/s")
    print(
        f"Kundig over HTTP, {CLIENTS} clients, {PROCESSES} processes        {rate:8.1f} searches/s"
    )
    print(f"ratio {rate / plain:.2f} (target 2.5), failed {failed} of {requests}")
    print(f"p50 {p50 / 1000:.1f} ms, p99 {p99 / 1000:.1f} ms, p99/p50 {p99 / p50:.1f} (target 10)")
    return 0


def _fill(settings: Settings) -> None:
    """Make a record of 1,000 entries and index it."""
    engine = open_engine(settings.record_url)
    create_record(engine)
    with transaction(engine) as conn:
        for document in made_up_entries(ENTRIES, wordings=1):
            content = EntryContent(
                title=document.title,
                answer=document.answer,
                locale=document.lang,
                phrasings=tuple(one.text for one in document.phrasings[1:]),
            )
            add_entry(conn, content, viewer=OPERATOR, state="published")
    engine.dispose()
    subprocess.run([*KB, "index"], env=_environment(settings.home), check=True)


KB = [sys.executable, "-c", "from web.cli import main; main()"]


def _queries(count: int) -> list[str]:
    """Questions of which none is repeated."""
    mixed = random.Random(SEED + 2)
    return [f"{made_up_question(mixed)} {number}" for number in range(count)]


def _environment(home: Path) -> dict[str, str]:
    return {**os.environ, "KB_HOME": str(home), "KB_ENCODER_THREADS": "1"}


def _plain_rate(seconds: int) -> float:
    """Queries per second of sentence-transformers with its defaults, in a process of its own."""
    code = (
        "import sys, time\n"
        "from sentence_transformers import SentenceTransformer\n"
        "model = SentenceTransformer(sys.argv[1], device='cpu')\n"
        "queries = sys.stdin.read().splitlines()\n"
        "for query in queries[:20]: model.encode(query)\n"
        "done, started = 0, time.perf_counter()\n"
        "while time.perf_counter() - started < float(sys.argv[2]):\n"
        "    model.encode(queries[done % len(queries)]); done += 1\n"
        "print(done / (time.perf_counter() - started))\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, model_source(Settings()).location, str(seconds)],
        input="\n".join(_queries(2_000)),
        capture_output=True,
        text=True,
        check=True,
    )
    return float(run.stdout.split()[-1])


def _served(home: Path, seconds: int) -> tuple[int, float, int, float, float]:
    """Requests, seconds, failures, p50 and p99 in microseconds, under 50 clients."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    site = subprocess.Popen(
        [*KB, "serve", "--port", str(port), "--no-worker", "--workers", str(PROCESSES)],
        env=_environment(home),
        start_new_session=True,
    )
    try:
        _wait(f"http://127.0.0.1:{port}/health")
        paths, script = home / "paths.txt", home / "requests.lua"
        lines = (f"/api/v1/search?q={query.replace(' ', '+')}" for query in _queries(100_000))
        paths.write_text("\n".join(lines), encoding="ascii")
        script.write_text(WRK_SCRIPT, encoding="ascii")
        address = f"http://127.0.0.1:{port}"
        command = ["wrk", "-t2", f"-c{CLIENTS}", f"-d{seconds}s", "--timeout", "10s", "-s"]
        run = subprocess.run(
            [*command, str(script), address],
            env={**os.environ, "BENCH_PATHS": str(paths)},
            capture_output=True,
            text=True,
            check=True,
        )
    finally:
        os.killpg(site.pid, signal.SIGTERM)
        site.wait(20)
    found = re.search(r"RESULT (\d+) (\d+) (\d+) (\d+) (\d+)", run.stdout)
    if found is None:
        raise RuntimeError(f"wrk printed no result: {run.stdout}{run.stderr}")
    requests, micros, failed, p50, p99 = (int(text) for text in found.groups())
    return requests, micros / 1e6, failed, p50, p99


def _wait(address: str) -> None:
    for _ in range(300):
        try:
            with urllib.request.urlopen(address, timeout=1):
                return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError("the site did not start")


if __name__ == "__main__":
    sys.exit(main())
