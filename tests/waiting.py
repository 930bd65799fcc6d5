"""Waiting for what another process or thread does."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")

PATIENCE_S = 90.0
"""Long enough for a busy machine: only a failure ever waits for all of it."""
POLL_S = 0.05


def wait_until(
    condition: Callable[[], Found],
    what: str | Callable[[], object] = "",
    *,
    pause_s: float = POLL_S,
) -> Found:
    """Look until a condition is true, and return what it gave.

    `what` says what was waited for, or is a function that says how things stood at the end.
    `pause_s` is the time between two looks; more where each look counts, as against a limit.
    Raises AssertionError where it does not become true within `PATIENCE_S` seconds.

    In a browser this, and not Playwright's `wait_for_function`: that one evaluates text from
    its second look on, which the policy of our pages refuses.
    """
    deadline = time.monotonic() + PATIENCE_S
    while not (found := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(what() if callable(what) else what or "waited in vain")
        time.sleep(pause_s)
    return found
