"""Runs the worker as a process of its own: `python -m web.worker`."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading

from kb.errors import KbError
from kb.settings import read_settings
from web.composition import check_languages
from web.worker.loop import Worker

BESIDE = "--beside"
"""Argument of a worker that a site keeps: it ends when that site is gone, however it died."""

LOOK_EVERY_S = 1.0


def main() -> int:
    """Work until SIGTERM or SIGINT; return the exit code."""
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    logging.getLogger("alembic").setLevel(logging.WARNING)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    if BESIDE in sys.argv[1:]:
        site = os.getppid()
        threading.Thread(target=_stop_with, args=(site, stop), daemon=True).start()
    try:
        settings = read_settings()
        check_languages(settings)
        Worker(settings, stop=stop).run()
    except KbError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


def _stop_with(site: int, stop: threading.Event) -> None:
    while os.getppid() == site:
        if stop.wait(LOOK_EVERY_S):
            return
    stop.set()


if __name__ == "__main__":
    sys.exit(main())
