"""Searches over HTTP: new ones beside plain encoding, repeated ones, and beside txtai.

`python -m benchmarks.http [--seconds N] [--without-txtai]` needs wrk (Debian, Ubuntu: apt
install wrk) and, for its part, txtai. Each site serves 1,000 made-up entries. All is
measured in one run.
"""

from __future__ import annotations

import argparse
import json
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
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.judged_sets import SEED
from benchmarks.search import ENTRIES, made_up_entries, made_up_question
from indexer.encoding.cache import model_source
from kb.access import OPERATOR
from kb.entries import EntryContent
from kb.settings import Settings
from kb.store.engine import open_engine, transaction
from kb.store.entries.writing import add_entry
from kb.store.migrate import create_record

CLIENTS = 50
PROCESSES = 2
REPEATED = 500
"""Different queries that are asked again and again, as popular ones are."""

API = "/api/v1/search?q="
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


@dataclass(frozen=True, slots=True)
class Load:
    """What wrk measured; latencies in milliseconds."""

    requests: int
    seconds: float
    failed: int
    p50_ms: float
    p99_ms: float

    @property
    def rate(self) -> float:
        """Requests per second."""
        return self.requests / self.seconds


def main() -> int:
    """Print rates, ratios and latencies."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.http", description=__doc__)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--without-txtai", action="store_true")
    options = parser.parse_args()
    if shutil.which("wrk") is None:
        print("wrk is missing: apt install wrk (Debian, Ubuntu)", file=sys.stderr)
        return 2
    seconds = options.seconds
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        _fill(Settings(home=home))
        before = _plain_rate(seconds)
        with _site(home) as address:
            fresh, repeated, more = _queries(100_000), _queries(REPEATED), _queries(20_000, SEED)
            new = _load(home, address + API, fresh, seconds=seconds)
            _load(home, address + API, repeated, seconds=seconds)
            again = _load(home, address + API, repeated, seconds=seconds)
            alone = _load(home, address + API, more, seconds=seconds, clients=1)
        plain = (before + _plain_rate(seconds)) / 2
        _print_ours(plain, new, again)
        if not options.without_txtai:
            with _txtai(home) as address:
                path = f"{address}/search?limit=10&query="
                theirs = _load(home, path, _queries(20_000, SEED), seconds=seconds, clients=1)
                theirs_many = _load(home, path, _queries(100_000), seconds=seconds)
            print(
                f"one client, no query repeated: Kundig p50 {alone.p50_ms:.2f} ms, txtai p50"
                f" {theirs.p50_ms:.2f} ms, ratio {theirs.p50_ms / alone.p50_ms:.1f} (target 3)"
            )
            print(
                f"{CLIENTS} clients: txtai {theirs_many.rate:.1f}/s, ratio"
                f" {new.rate / theirs_many.rate:.1f}, failed {theirs.failed + theirs_many.failed}"
            )
    return 0


def _print_ours(plain: float, new: Load, again: Load) -> None:
    print(f"plain SentenceTransformer.encode, one query at a time  {plain:8.1f} queries/s")
    print(
        f"Kundig, {CLIENTS} clients, {PROCESSES} processes, no query repeated   {new.rate:8.1f}/s"
    )
    print(f"ratio {new.rate / plain:.2f} (target 2.5), failed {new.failed} of {new.requests}")
    print(
        f"p50 {new.p50_ms:.1f} ms, p99 {new.p99_ms:.1f} ms,"
        f" p99/p50 {new.p99_ms / new.p50_ms:.1f} (target 10)"
    )
    print(f"Kundig, {REPEATED} queries repeated      {again.rate:8.1f}/s (target 1,000)")
    print(f"failed {again.failed} of {again.requests}, p50 {again.p50_ms:.1f} ms")


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


def _queries(count: int, seed: int = SEED + 2) -> list[str]:
    """Questions of which none is repeated."""
    mixed = random.Random(seed)
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


@contextmanager
def _site(home: Path) -> Iterator[str]:
    command = [*KB, "serve", "--no-worker", "--workers", str(PROCESSES)]
    with _serving(command, "/health", _environment(home)) as address:
        yield address


@contextmanager
def _txtai(home: Path) -> Iterator[str]:
    """A site around txtai, as many processes, over a hybrid index of the same entries and model."""
    index = home / "txtai"
    code = (
        "import json, sys\n"
        "from txtai import Embeddings\n"
        "index = Embeddings(path=sys.argv[1], content=True, hybrid=True)\n"
        "index.index([(i, text, None) for i, text in json.load(sys.stdin)])\n"
        "index.save(sys.argv[2])\n"
    )
    texts = [(d.id, f"{d.title} {d.answer}") for d in made_up_entries(ENTRIES, wordings=1)]
    subprocess.run(
        [sys.executable, "-c", code, model_source(Settings()).location, str(index)],
        input=json.dumps(texts),
        text=True,
        check=True,
        capture_output=True,
    )
    command = [sys.executable, "-m", "uvicorn", "--factory", "benchmarks.txtai_site:create_app"]
    command += ["--no-access-log", "--log-level", "warning", "--workers", str(PROCESSES)]
    environment = {**os.environ, "TXTAI_INDEX": str(index)}
    with _serving(command, "/search?query=lamp", environment) as address:
        yield address


@contextmanager
def _serving(command: list[str], probe: str, environment: dict[str, str]) -> Iterator[str]:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    site = subprocess.Popen(
        [*command, "--port", str(port)], env=environment, start_new_session=True
    )
    try:
        _wait(address + probe)
        yield address
    finally:
        os.killpg(site.pid, signal.SIGTERM)
        site.wait(20)


def _load(
    home: Path, url: str, queries: list[str], *, seconds: int, clients: int = CLIENTS
) -> Load:
    """Ask for the queries in turn, appended to the address."""
    paths, script = home / "paths.txt", home / "requests.lua"
    path = url.split("/", 3)[3]
    lines = (f"/{path}{query.replace(' ', '+')}" for query in queries)
    paths.write_text("\n".join(lines), encoding="ascii")
    script.write_text(WRK_SCRIPT, encoding="ascii")
    threads = min(2, clients)
    command = ["wrk", f"-t{threads}", f"-c{clients}", f"-d{seconds}s", "--timeout", "10s", "-s"]
    run = subprocess.run(
        [*command, str(script), url],
        env={**os.environ, "BENCH_PATHS": str(paths)},
        capture_output=True,
        text=True,
        check=True,
    )
    found = re.search(r"RESULT (\d+) (\d+) (\d+) (\d+) (\d+)", run.stdout)
    if found is None:
        raise RuntimeError(f"wrk printed no result: {run.stdout}{run.stderr}")
    requests, micros, failed, p50, p99 = (int(text) for text in found.groups())
    return Load(requests, micros / 1e6, failed, p50 / 1000, p99 / 1000)


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
