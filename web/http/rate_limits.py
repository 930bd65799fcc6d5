"""How often one address may write, so that nobody floods the record."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from enum import StrEnum

from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from web.http.visitors import network_of


class TooMany(Exception):
    """An address did something too often; `retry_after_s` says when it may again."""

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(f"too many requests: try again in {retry_after_s} seconds")
        self.retry_after_s = retry_after_s


class Allowance(StrEnum):
    """What is counted; `ALLOWED` says how often one address or account may."""

    ASK = "ask"
    VOTE = "vote"
    CLICK = "click"
    SIGN_IN = "sign in"
    REWRITE = "rewrite"
    REFUSED_KEY = "refused key"
    UPLOAD = "upload"
    CONFIRM = "confirm"
    """A password asked for once more, of one account."""

    EXPORT = "export"
    WIDGET_READ = "widget read"
    WIDGET_SITE = "widget site"
    """Reads of all visitors of one site with the widget."""

    WIDGET_SITE_WRITE = "widget site write"


ALLOWED: Mapping[Allowance, tuple[RateLimitItem, ...]] = {
    Allowance.ASK: (RateLimitItemPerMinute(5), RateLimitItemPerHour(30)),
    Allowance.VOTE: (RateLimitItemPerMinute(30),),
    Allowance.CLICK: (RateLimitItemPerMinute(60),),
    Allowance.SIGN_IN: (RateLimitItemPerMinute(10), RateLimitItemPerHour(60)),
    Allowance.REWRITE: (RateLimitItemPerMinute(6), RateLimitItemPerHour(60)),
    Allowance.REFUSED_KEY: (RateLimitItemPerMinute(60),),
    # Each file is decoded and drawn anew before anything else is known of its sender.
    Allowance.UPLOAD: (RateLimitItemPerMinute(10), RateLimitItemPerHour(60)),
    Allowance.CONFIRM: (RateLimitItemPerMinute(5), RateLimitItemPerHour(20)),
    Allowance.EXPORT: (RateLimitItemPerHour(5),),
    Allowance.WIDGET_READ: (RateLimitItemPerMinute(120),),
    Allowance.WIDGET_SITE: (RateLimitItemPerMinute(3000),),
    Allowance.WIDGET_SITE_WRITE: (RateLimitItemPerMinute(120), RateLimitItemPerHour(2000)),
}


class RateLimits:
    """Counts in the memory of this process: with N serving processes N times as much passes."""

    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def spend(self, allowance: Allowance, address: str) -> None:
        """Count one action of an address or account; raises TooMany when it has none left."""
        address = network_of(address)
        for limit in ALLOWED[allowance]:
            if not self._limiter.hit(limit, allowance, address):
                reset_at = self._limiter.get_window_stats(limit, allowance, address).reset_time
                raise TooMany(max(1, math.ceil(reset_at - time.time())))
