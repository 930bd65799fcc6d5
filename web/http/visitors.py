"""Tells visitors apart for a day without knowing who they are."""

from __future__ import annotations

import base64
import hashlib
import hmac
import ipaddress
import re
import secrets
from collections.abc import Callable
from datetime import datetime

from starlette.requests import HTTPConnection

from kb.clock import utc_now

HASH_CHARS = 32
"""Of 64 hex digits: 128 bits, far more than there are visitors in a day."""

KEY_BYTES = 8
KEY_CHARS = 11
SIGNATURE_CHARS = 8
"""48 bits: nobody tries that many links within the day on which one holds."""

NETWORK_V6 = 64
"""Bits of an IPv6 address that one customer of a provider is given."""

PROGRAMS = re.compile(r"bot\b|crawl|spider|slurp", re.IGNORECASE)
"""User agents of programs that fetch pages by themselves."""


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

    def search_token(self, key: str, visitor: str) -> str:
        """What the links of a search carry: its key, signed for the visitor of today.

        A link that is passed on, or used tomorrow, still leads to its page but counts for nobody.
        """
        message = f"search\x00{key}\x00{visitor}".encode(errors="replace")
        digest = hmac.new(self._secret, message, hashlib.sha256).digest()
        return key + base64.urlsafe_b64encode(digest).decode()[:SIGNATURE_CHARS]

    def search_key(self, token: str, visitor: str) -> str | None:
        """The key in a token that was made for this visitor today; None for any other."""
        key = token[:KEY_CHARS]
        given, made = (
            text.encode(errors="replace") for text in (token, self.search_token(key, visitor))
        )
        return key if len(key) == KEY_CHARS and hmac.compare_digest(given, made) else None


def new_search_key() -> str:
    """A name for a search that nobody can guess, 11 characters."""
    return secrets.token_urlsafe(KEY_BYTES)


def is_program(request: HTTPConnection) -> bool:
    """Whether a program fetched this ahead or by itself, so that nobody looked for anything."""
    purpose = request.headers.get("sec-purpose", "") + request.headers.get("purpose", "")
    return (
        "prefetch" in purpose or PROGRAMS.search(request.headers.get("user-agent", "")) is not None
    )


def network_of(address: str) -> str:
    """What one person is counted by: an address, in IPv6 the network that they have to themselves.

    What is no address (an account, a mail address) is counted as it is.
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return str(parsed)
    mapped = getattr(parsed, "ipv4_mapped", None)
    return str(mapped or ipaddress.ip_network((parsed, NETWORK_V6), strict=False))


def client_address(request: HTTPConnection) -> str:
    """The address that the request came from, behind trusted proxies that of the client."""
    return request.client.host if request.client else "unknown"
