"""Keeps a worker process running beside the site."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

log = logging.getLogger(__name__)

COMMAND = (sys.executable, "-m", "web.worker", "--beside")

RESTART_PAUSE_S = 1.0
LONGEST_PAUSE_S = 60.0
"""A worker that dies again and again is started less and less often."""

STEADY_S = 120.0
"""A worker that ran for so long died of something new."""

STOP_TIMEOUT_S = 8.0
"""A worker in the middle of a long computation is killed after this: that loses nothing."""

LOOK_EVERY_S = 0.2


@contextmanager
def worker_beside(command: Sequence[str] = COMMAND) -> Iterator[None]:
    """Run a worker process during the block; one that dies is started again."""
    over = threading.Event()
    thread = threading.Thread(target=_keep_running, args=(command, over), name="worker keeper")
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _keep_running(command: Sequence[str], over: threading.Event) -> None:
    pause = RESTART_PAUSE_S
    while not over.is_set():
        started = time.monotonic()
        process = subprocess.Popen(command)
        while process.poll() is None and not over.wait(LOOK_EVERY_S):
            pass
        if over.is_set():
            _end(process)
            return
        if time.monotonic() - started > STEADY_S:
            pause = RESTART_PAUSE_S
        log.warning(
            "the worker ended with code %s: starting it again in %.0f s", process.returncode, pause
        )
        over.wait(pause)
        pause = min(2 * pause, LONGEST_PAUSE_S)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
