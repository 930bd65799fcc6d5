"""How often one address may write, so that nobody floods the record."""

from __future__ import annotations

import math
import time
from enum import Enum

from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter


class TooMany(Exception):
    """An address did something too often; `retry_after_s` says when it may again."""

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(f"too many requests: try again in {retry_after_s} seconds")
        self.retry_after_s = retry_after_s


class Allowance(Enum):
    """What is counted, and how often it is allowed to one address."""

    ASK = (RateLimitItemPerMinute(5), RateLimitItemPerHour(30))
    VOTE = (RateLimitItemPerMinute(30),)
    CLICK = (RateLimitItemPerMinute(60),)
    SIGN_IN = (RateLimitItemPerMinute(10), RateLimitItemPerHour(60))
    REWRITE = (RateLimitItemPerMinute(6), RateLimitItemPerHour(60))
    REFUSED_KEY = (RateLimitItemPerMinute(60),)


class RateLimits:
    """Counts in the memory of this process: with N serving processes N times as much passes."""

    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def spend(self, allowance: Allowance, address: str) -> None:
        """Count one action of an address; raises TooMany when it has none left."""
        limits: tuple[RateLimitItem, ...] = allowance.value
        for limit in limits:
            if not self._limiter.hit(limit, allowance.name, address):
                reset_at = self._limiter.get_window_stats(limit, allowance.name, address).reset_time
                raise TooMany(max(1, math.ceil(reset_at - time.time())))
