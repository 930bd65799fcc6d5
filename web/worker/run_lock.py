"""Lets only one process of a machine index at a time."""

from __future__ import annotations

import fcntl
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from kb.errors import Conflict

log = logging.getLogger(__name__)

WAIT_S = 600.0
"""How long an index run waits for another one: longer than a full run over 100,000 questions."""

LOOK_EVERY_S = 0.2

BUSY = "another process is indexing (kb serve's worker, or kb index)"


@contextmanager
def index_lock(
    home: Path, *, wait_s: float = WAIT_S, on_wait: Callable[[], None] | None = None
) -> Iterator[None]:
    """Hold the lock of KB_HOME; says so once when another process holds it, and waits.

    `on_wait` is called at each look and may raise to give up. Raises Conflict after `wait_s`.
    The system frees the lock when its holder dies, however it dies.
    """
    home.mkdir(parents=True, exist_ok=True)
    with (home / "index.lock").open("w") as file:
        until = time.monotonic() + wait_s
        told = False
        while not _locked(file):
            if time.monotonic() >= until:
                raise Conflict(f"{BUSY}: nothing was indexed")
            if on_wait is not None:
                on_wait()
            if not told:
                log.warning("%s: waiting for it", BUSY)
                told = True
            time.sleep(LOOK_EVERY_S)
        yield


def _locked(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
