"""Tells visitors apart for a day without knowing who they are."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from datetime import datetime

from starlette.requests import HTTPConnection

from kb.clock import utc_now

HASH_CHARS = 32
"""Of 64 hex digits: 128 bits, far more than there are visitors in a day."""


class Visitors:
    """Names visitors by a keyed hash that changes every day; nothing is kept at the visitor.

    Who has the database but not the secret cannot try addresses out, and who has both cannot
    follow anybody from one day to the next without knowing the address already.
    """

    def __init__(self, secret: bytes, *, now: Callable[[], datetime] = utc_now) -> None:
        self._secret = secret
        self._now = now

    def name(self, request: HTTPConnection) -> str:
        """The visitor's name of today, 32 hex digits."""
        parts = (
            self._now().date().isoformat(),
            client_address(request),
            request.headers.get("user-agent", ""),
        )
        message = "\x00".join(parts).encode(errors="replace")
        return hmac.new(self._secret, message, hashlib.sha256).hexdigest()[:HASH_CHARS]


def client_address(request: HTTPConnection) -> str:
    """The address that the request came from, behind trusted proxies that of the client."""
    return request.client.host if request.client else "unknown"
