"""How fast the site of the demo is up, and what it holds in memory after a search.

`python -m benchmarks.start [--home FOLDER]` loads the demo into an empty folder, or takes a
folder that `kb demo` filled, starts `kb serve` three times and prints the median: seconds from
the command to an answer with hits, of them on a processor, memory of the site and of the worker
beside it.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

KB = [sys.executable, "-c", "from web.cli import main; main()"]
LOAD_DEMO = (
    "from kb.settings import read_settings; from web.cli.demo_world import load_demo; "
    "load_demo(read_settings())"
)
ASKED = "orange drop is lit"
STARTS = 3
PATIENCE_S = 60.0


def main() -> int:
    """Print seconds and memory beside the targets; return 1 where one is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.start")
    parser.add_argument("--home", type=Path, help="a folder filled by kb demo")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        environment = {**os.environ, "KB_HOME": str(options.home or scratch)}
        if options.home is None:
            subprocess.run([sys.executable, "-c", LOAD_DEMO], env=environment, check=True)
        starts = [_start(environment) for _ in range(STARTS)]
    healthy, cpu, found, site, worker = (
        statistics.median(values) for values in zip(*starts, strict=True)
    )
    print(f"healthy after       {healthy:6.2f} s (target 3), {cpu:.2f} s of CPU by the site")
    print(f"first hits after    {found:6.2f} s")
    print(f"site, resident      {site:6.0f} MiB (target 400)")
    print(f"worker, resident    {worker:6.0f} MiB")
    return int(healthy > 3 or site > 400)


def _start(environment: dict[str, str]) -> tuple[float, float, float, float, float]:
    """Seconds to healthy, CPU until then, seconds to hits; MiB of the site and beside it."""
    port = _free_port()
    address = f"http://127.0.0.1:{port}"
    started = time.perf_counter()
    with _serving(port, environment) as site:
        _answer(f"{address}/health")
        healthy, cpu = time.perf_counter() - started, _cpu_s(site)
        asked = f"{address}/api/v1/search?q={urllib.parse.quote(ASKED)}"
        while not json.loads(_answer(asked))["hits"]:
            time.sleep(0.05)
        found = time.perf_counter() - started
        return healthy, cpu, found, _resident(site), sum(map(_resident, _below(site)))


@contextlib.contextmanager
def _serving(port: int, environment: dict[str, str]) -> Iterator[int]:
    site = subprocess.Popen(
        [*KB, "serve", "--port", str(port)],
        env=environment,
        stdout=subprocess.DEVNULL,
    )
    try:
        yield site.pid
    finally:
        site.send_signal(signal.SIGTERM)
        site.wait(20)


def _answer(address: str) -> bytes:
    """What an address says as soon as it says anything; raises RuntimeError after a minute."""
    until = time.perf_counter() + PATIENCE_S
    while time.perf_counter() < until:
        try:
            with urllib.request.urlopen(address, timeout=5) as reply:
                body: bytes = reply.read()
                return body
        except OSError:
            time.sleep(0.02)
    raise RuntimeError(f"{address} gave no answer")


def _resident(process: int) -> float:
    """Resident memory of a process in MiB."""
    lines = Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


def _cpu_s(process: int) -> float:
    """Seconds that a process has run, its children left out."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _below(process: int) -> list[int]:
    """Processes that this one started, and theirs."""
    found = []
    for children in Path(f"/proc/{process}/task").glob("*/children"):
        for child in children.read_text(encoding="ascii").split():
            found += [int(child), *_below(int(child))]
    return found


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


if __name__ == "__main__":
    sys.exit(main())
