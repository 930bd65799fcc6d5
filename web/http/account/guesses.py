"""How often somebody may try passwords, without letting others lock an account's owner out."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

from limits import RateLimitItem, RateLimitItemPerDay, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from web.http.visitors import network_of

FROM_ADDRESS = (RateLimitItemPerMinute(20, 15), RateLimitItemPerDay(200))
AT_ACCOUNT_FROM_ADDRESS = (RateLimitItemPerMinute(5, 15), RateLimitItemPerDay(20))
AT_ACCOUNT_FROM_STRANGERS = (RateLimitItemPerHour(30), RateLimitItemPerDay(100))
"""Whatever the addresses: who rents a thousand of them still tries a hundred passwords a day."""

AT_ACCOUNT_FROM_ITS_DEVICE = (RateLimitItemPerMinute(10, 15), RateLimitItemPerDay(50))
"""A browser that signed in to this account before counts for itself: others cannot use it up.

Source: OWASP, Slow Down Online Guessing Attacks with Device Cookies."""

MAILS_FROM_ADDRESS = (RateLimitItemPerMinute(10, 15), RateLimitItemPerHour(30))
"""Sign-ups and forgotten passwords: each may send a mail to somebody."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """Somebody at an address tries to get into the account of an e-mail address.

    `device` names the browser where it signed in to this very account before; empty for one
    that did not.
    """

    email: str
    address: str
    device: str = ""


class Guesses:
    """Counts wrong passwords in the memory of this process; right ones cost nothing."""

    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def wait_s(self, attempt: Attempt) -> int:
        """Seconds until the next attempt is looked at; 0 means now."""
        return max((self._wait_s(*window) for window in _windows(attempt)), default=0)

    def failed(self, attempt: Attempt) -> None:
        """Count an attempt with a wrong password."""
        for limit, names in _windows(attempt):
            self._limiter.hit(limit, *names)

    def mail_wait_s(self, address: str) -> int:
        """Count one mail asked for from an address; seconds to wait instead, 0 where it may go."""
        for limit in MAILS_FROM_ADDRESS:
            names = ("mail", network_of(address))
            if not self._limiter.hit(limit, *names):
                return self._wait_s(limit, names)
        return 0

    def _wait_s(self, limit: RateLimitItem, names: tuple[str, ...]) -> int:
        if self._limiter.test(limit, *names):
            return 0
        reset_at = self._limiter.get_window_stats(limit, *names).reset_time
        return max(1, math.ceil(reset_at - time.time()))


def _windows(attempt: Attempt) -> list[tuple[RateLimitItem, tuple[str, ...]]]:
    email, network = attempt.email.strip().lower(), network_of(attempt.address)
    if attempt.device:
        names = ("device", email, attempt.device)
        return [(limit, names) for limit in AT_ACCOUNT_FROM_ITS_DEVICE]
    return [
        *((limit, ("address", network)) for limit in FROM_ADDRESS),
        *((limit, ("pair", email, network)) for limit in AT_ACCOUNT_FROM_ADDRESS),
        *((limit, ("account", email)) for limit in AT_ACCOUNT_FROM_STRANGERS),
    ]
