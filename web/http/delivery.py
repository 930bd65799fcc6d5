"""How pages travel: with an ETag, as a 304 where the reader has them, compressed where safe."""

from __future__ import annotations

import hashlib

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

ETAG_BYTES = 12
MIN_COMPRESSED_BYTES = 1000
COMPRESS_LEVEL = 5
"""Level 9 takes twice the time and saves two percent of a page."""

KEPT_WITH_304 = frozenset({b"cache-control", b"content-language", b"etag", b"expires", b"vary"})
"""What RFC 9110 (15.4.5) wants repeated, and nothing that describes a body."""


class Delivery:
    """ASGI middleware around everything that is read with a browser; the API passes by.

    An ETag is weak, since the same page travels with and without compression. What may not be
    stored gets none.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._plain = Revalidation(app)
        self._compressed = GZipMiddleware(
            self._plain, minimum_size=MIN_COMPRESSED_BYTES, compresslevel=COMPRESS_LEVEL
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http" or scope["path"].startswith("/api/"):
            await self._plain.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        # Compressing secrets beside words out of the address would tell them by the length
        # (BREACH), and only who is signed in has any.
        known = "cookie" in headers or "authorization" in headers
        await (self._plain if known else self._compressed)(scope, receive, send)


class Revalidation:
    """ASGI middleware: ETags out of bodies that are sent in one piece, and 304 for known ones."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["method"] not in ("GET", "HEAD"):
            await self.app(scope, receive, send)
            return
        wanted = Headers(scope=scope).get("if-none-match", "")
        start: Message | None = None

        async def send_tagged(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start" and _may_be_kept(message):
                start = message
                return
            if start is not None:
                held, start = start, None
                if not message.get("more_body", False):
                    body = message.get("body", b"")
                    etag = MutableHeaders(scope=held).setdefault("etag", _etag(body))
                    if _is_wanted(etag, wanted):
                        held, message = _not_modified(held), {**message, "body": b""}
                await send(held)
            await send(message)

        await self.app(scope, receive, send_tagged)


def _may_be_kept(message: Message) -> bool:
    kept = Headers(raw=message["headers"]).get("cache-control", "")
    return message["status"] == 200 and "no-store" not in kept


def _etag(body: bytes) -> str:
    return f'W/"{hashlib.blake2b(body, digest_size=ETAG_BYTES).hexdigest()}"'


def _is_wanted(etag: str, wanted: str) -> bool:
    """Whether the reader has it, by the weak comparison of RFC 9110 (13.1.2)."""
    if wanted.strip() == "*":
        return True
    known = etag.removeprefix("W/")
    return any(one.strip().removeprefix("W/") == known for one in wanted.split(","))


def _not_modified(start: Message) -> Message:
    kept = [pair for pair in start["headers"] if pair[0].lower() in KEPT_WITH_304]
    headers = MutableHeaders(raw=kept)
    if "accept-encoding" not in headers.get("vary", "").lower():
        headers.add_vary_header("Accept-Encoding")
    return {**start, "status": 304, "headers": headers.raw}
