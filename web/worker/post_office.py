"""The worker's second thread: mail leaves within a second, however long an index run takes."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from sqlalchemy import Engine

from kb.errors import KbError
from kb.settings import Settings
from web.worker.mailing import Mailing
from web.worker.sweeping import sweep
from web.worker.watching import tell_followers

log = logging.getLogger(__name__)

POLL_S = 0.5
"""How long it sleeps when there is nothing to do."""

CLOSE_S = 10.0
"""How long a server that hangs may keep this process from ending; the mail is sent later then."""

SWEEP_S = 600.0
"""How often what is over is deleted."""


class PostOffice:
    """Tells followers, sends mail, deletes what is over, until it is closed."""

    def __init__(self, settings: Settings, engine: Engine) -> None:
        """Raises InvalidInput for mail settings that cannot be used."""
        self._settings = settings
        self._engine = engine
        self._over = threading.Event()
        self._mailing = Mailing(settings, engine, is_over=self._over.is_set)
        self._swept_at = float("-inf")
        self._thread = threading.Thread(target=self._run, name="post office", daemon=True)

    def open(self) -> None:
        """Begin to work, beside whatever else this process does."""
        self._thread.start()

    def close(self) -> None:
        """Stop after the mail that is just being sent."""
        self._over.set()
        if self._thread.is_alive():
            self._thread.join(CLOSE_S)

    def step(self) -> bool:
        """Do what is due; return whether there may be more at once.

        What one duty cannot do is logged and keeps no other from being done.
        """
        done = [_attempt(duty) for duty in (self._tell, self._mailing.send_due, self._sweep)]
        return any(done)

    def _tell(self) -> int:
        return tell_followers(self._engine, self._settings)

    def _sweep(self) -> int:
        if time.monotonic() - self._swept_at < SWEEP_S:
            return 0
        self._swept_at = time.monotonic()
        sweep(self._engine)
        return 0

    def _run(self) -> None:
        while not self._over.is_set():
            self._over.wait(0.0 if self.step() else POLL_S)


def _attempt(duty: Callable[[], int]) -> int:
    """What the duty did, 0 where it failed: this is the edge of a thread that must go on."""
    try:
        return duty()
    except KbError as problem:
        log.warning("%s", problem)
    except Exception:
        log.exception("a duty of the post office failed")
    return 0
