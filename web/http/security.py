"""Guards around every request: host, cross-site writes, and the headers of every reply."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from fastapi import HTTPException
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kb.attachments import MAX_FILE_BYTES, MAX_FILES_AT_ONCE
from web.http.error_texts import FOREIGN_HOST, FOREIGN_WRITE, TOO_LARGE, Said
from web.http.policy import FILE_POLICY, FILES, HEADERS, STRICT_TRANSPORT
from web.http.problems import error_reply
from web.http.widget.paths import is_widget_path

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
TOKEN_WRITE = re.compile(r"/unsubscribe/[^/]+")
"""Mail programs post it from pages of their own (RFC 8058); the token in it is the permission."""

PROBED_PATH = "/health"
"""Load balancers ask for it by address, so it answers under any host name."""

MAX_QUESTION_BYTES = 64 * 1024
MAX_SIGN_IN_BYTES = 16 * 1024
MAX_BODY_BYTES = 2 * 1024 * 1024
"""The longest answer an editor may write, in a form that escapes each byte."""

FORM_BYTES = 512 * 1024
"""20,000 characters outside ASCII take 6 to 12 bytes each in a form, and parts have heads."""

SEVERAL_FILES = MAX_FILES_AT_ONCE * MAX_FILE_BYTES + FORM_BYTES
ONE_FILE = MAX_FILE_BYTES + FORM_BYTES
BODY_LIMITS = {
    "/api/v1/questions": MAX_QUESTION_BYTES,
    "/api/v1/questions/batch": 100 * MAX_QUESTION_BYTES,
    "/api/v1/widget/{}": MAX_QUESTION_BYTES,
    "/api/v1/entries/{}/attachments": ONE_FILE,
    "/ask": SEVERAL_FILES,
    "/q/{}/replies": SEVERAL_FILES,
    "/q/{}/answers": SEVERAL_FILES,
    "/faq/{}/files": SEVERAL_FILES,
    "/sign-in": MAX_SIGN_IN_BYTES,
    "/sign-up": MAX_SIGN_IN_BYTES,
    "/forgotten-password": MAX_SIGN_IN_BYTES,
    "/new-password/{}": MAX_SIGN_IN_BYTES,
}
"""Bytes that a request to a path may send, where it is not `MAX_BODY_BYTES`; `{}` stands for one
or more parts of the path."""

_LIMITS_BY_PATTERN = [
    (re.compile(re.escape(path).replace(r"\{\}", ".+")), limit)
    for path, limit in BODY_LIMITS.items()
    if "{}" in path
]
LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})
"""Names of this machine for itself: a site tried at home answers under each."""


def body_limit(path: str) -> int:
    """Bytes that a request to the path may send."""
    if path in BODY_LIMITS:
        return BODY_LIMITS[path]
    fitting = (limit for pattern, limit in _LIMITS_BY_PATTERN if pattern.fullmatch(path))
    return next(fitting, MAX_BODY_BYTES)


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
                if scope["path"].startswith(FILES):
                    headers["content-security-policy"] = FILE_POLICY
                if "location" in headers:
                    headers["location"] = _without_origin(headers["location"], scope)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        headers = Headers(scope=scope)
        if self._host and not _same_host(headers.get("host", ""), self._host):
            if scope["path"] != PROBED_PATH:
                detail = "this site does not answer under that host name"
                said = Said(FOREIGN_HOST)
                reply = error_reply(Request(scope, receive), 400, detail, said=said)
                await reply(scope, receive, send_safely)
                return
        elif _is_foreign_write(scope, headers):
            detail = "this came from another site; open the page here and send it again"
            reply = error_reply(Request(scope, receive), 403, detail, said=Said(FOREIGN_WRITE))
            await reply(scope, receive, send_safely)
            return
        limit = body_limit(scope["path"])
        if _announced_bytes(headers) > limit:
            said = Said(TOO_LARGE, {"size": in_words(limit)})
            reply = error_reply(Request(scope, receive), 413, too_large(limit), said=said)
            await reply(scope, receive, send_safely)
            return
        if scope["method"] == "HEAD":
            scope = {**scope, "method": "GET"}
        await self._app(scope, _limited(receive, limit), send_safely)


def _without_origin(location: str, scope: Scope) -> str:
    """The path of a redirect that names this request's own host and scheme; others as they are.

    The framework leads from `/ask/` to `/ask` by a whole address out of what the request said, and
    behind a proxy that is the wrong scheme, without `KB_PUBLIC_URL` any host at all.
    """
    origin = f"{scope['scheme']}://{Headers(scope=scope).get('host', '')}"
    path = location.removeprefix(origin)
    is_plain = path.startswith("/") and path[1:2] not in ("/", "\\")
    return path if is_plain else location


def too_large(limit: int) -> str:
    """The line for a body over the limit."""
    return f"the request is larger than {in_words(limit)}"


def in_words(limit: int) -> str:
    """A number of bytes as people read it, the same in every language."""
    mega = 1_000_000
    return f"{limit // mega} MB" if limit >= mega else f"{limit // 1024} kB"


def _is_foreign_write(scope: Scope, headers: Headers) -> bool:
    """Whether another site's page sent this; the widget's paths judge their origins themselves."""
    path = scope["path"]
    if scope["method"] in SAFE_METHODS or is_widget_path(path) or TOKEN_WRITE.fullmatch(path):
        return False
    return is_cross_site(headers)


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
    return host.lower() == expected or _loopback_port(host) == _loopback_port(expected) != ""


def _loopback_port(host: str) -> str:
    """Return `:port` (`:` where none is named) of a name of this machine, empty for others."""
    port = re.search(r":\d+$", host)
    name = host.removesuffix(port.group()) if port else host
    if name.lower() not in LOOPBACK:
        return ""
    return port.group() if port else ":"
