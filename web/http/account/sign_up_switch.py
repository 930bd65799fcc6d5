"""Whether anybody may sign up, as the frame of every page asks it."""

from __future__ import annotations

import time
from contextlib import suppress

from sqlalchemy import Engine

from kb.errors import Unavailable
from kb.people.signing_up import is_sign_up_open
from kb.store.engine import reading

REMEMBERED_S = 1.0
"""Every page shows it, and it changes once in a year: closed is closed within a second."""


class SignUpSwitch:
    """Reads the record at most once a second; the sign-up itself looks each time."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._read_from = 0.0
        self.last_known = True

    def is_open(self) -> bool:
        """Whether pages lead to the sign-up; as it was last while the record is away."""
        now = time.monotonic()
        if now >= self._read_from:
            self._read_from = now + REMEMBERED_S
            with suppress(Unavailable), reading(self._engine) as conn:
                self.last_known = is_sign_up_open(conn)
        return self.last_known

    def look_again(self) -> None:
        """Let the next page read it: it was switched just now."""
        self._read_from = 0.0
