"""Guards around every request: host, cross-site writes, and the headers of every reply."""

from __future__ import annotations

from urllib.parse import urlsplit

from fastapi import HTTPException
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.http.policy import HEADERS, STRICT_TRANSPORT
from web.http.problems import error_reply

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
PROBED_PATH = "/health"
"""Load balancers ask for it by address, so it answers under any host name."""

MAX_QUESTION_BYTES = 64 * 1024
MAX_BODY_BYTES = 2 * 1024 * 1024
"""The longest answer an editor may write, in a form that escapes each byte."""

BODY_LIMITS = {
    "/api/v1/questions": MAX_QUESTION_BYTES,
    "/api/v1/questions/batch": 100 * MAX_QUESTION_BYTES,
    # 20,000 characters outside ASCII take 6 to 12 bytes each in a form.
    "/ask": 256 * 1024,
    "/sign-in": 16 * 1024,
}
"""Bytes that a request to a path may send, where it is not `MAX_BODY_BYTES`."""


class Guard:
    """ASGI middleware: refuses foreign hosts, cross-site writes and bodies that are too large.

    Every reply gets the safety headers.
    """

    def __init__(self, app: ASGIApp, *, public_url: str) -> None:
        self._app = app
        self._host = urlsplit(public_url).netloc.lower() if public_url else ""
        self._headers = dict(HEADERS)
        if public_url.startswith("https:"):
            self._headers["strict-transport-security"] = STRICT_TRANSPORT

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request; HEAD is answered as GET, the server leaves the body out."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        headers = Headers(scope=scope)
        if self._host and not _same_host(headers.get("host", ""), self._host):
            if scope["path"] != PROBED_PATH:
                detail = "this site does not answer under that host name"
                reply = error_reply(Request(scope, receive), 400, detail)
                await reply(scope, receive, send_safely)
                return
        elif scope["method"] not in SAFE_METHODS and is_cross_site(headers):
            detail = "this came from another site; open the page here and send it again"
            await error_reply(Request(scope, receive), 403, detail)(scope, receive, send_safely)
            return
        limit = BODY_LIMITS.get(scope["path"], MAX_BODY_BYTES)
        if _announced_bytes(headers) > limit:
            detail = too_large(limit)
            await error_reply(Request(scope, receive), 413, detail)(scope, receive, send_safely)
            return
        if scope["method"] == "HEAD":
            scope = {**scope, "method": "GET"}
        await self._app(scope, _limited(receive, limit), send_safely)


def too_large(limit: int) -> str:
    """The line for a body over the limit."""
    return f"the request is larger than {limit // 1024} kB"


def _announced_bytes(headers: Headers) -> int:
    announced = headers.get("content-length", "")
    return int(announced[:18]) if announced.isascii() and announced.isdigit() else 0


def _limited(receive: Receive, limit: int) -> Receive:
    """Return a `receive` that stops a body which grows over the limit as it comes in."""
    received = 0

    async def receive_limited() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > limit:
            raise HTTPException(413, too_large(limit))
        return message

    return receive_limited


def is_cross_site(headers: Headers) -> bool:
    """Whether a browser sent this write from a page of another site.

    A request with a key is exempt: no browser adds one by itself. Programs that are no
    browsers send none of these headers and hold no cookies that could be abused.
    """
    if "authorization" in headers:
        return False
    fetched = headers.get("sec-fetch-site")
    if fetched is not None:
        return fetched not in ("same-origin", "none")
    origin = headers.get("origin")
    if origin is None:
        return False
    return urlsplit_host(origin) != headers.get("host", "").lower()


def urlsplit_host(origin: str) -> str | None:
    """The host and port of an origin, None for `null` and what cannot be read."""
    try:
        return urlsplit(origin).netloc.lower() or None
    except ValueError:
        return None


def _same_host(host: str, expected: str) -> bool:
    return host.lower() == expected
