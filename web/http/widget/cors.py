"""Answers pages of other sites: those that the admin named, on the widget's paths alone."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kb.errors import Unavailable
from kb.store.engine import reading
from kb.store.people.widget_sites import find_widget_site
from web.http.problems import error_reply
from web.http.site import Site
from web.http.widget.paths import is_widget_path

METHODS = "GET, POST"
REQUEST_HEADERS = "authorization, content-type"
PREFLIGHT_S = 7200
"""Chromium keeps no preflight longer."""

MAX_ORIGIN_CHARS = 300
NOT_ALLOWED = "the widget may not stand on this site; an administrator can allow it"
READING = frozenset({"GET", "HEAD"})


class WidgetCors:
    """ASGI middleware: the cross-origin rules of the widget's paths; other paths have none.

    A page of an allowed origin gets that very origin back, never `*`, and never with cookies.
    Any other page gets its public reads without the headers that would let it see them, and its
    writes refused. Writes without an origin come from no browser and are refused as well.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http" or not is_widget_path(scope["path"]):
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        origin = request.headers.get("origin", "")
        try:
            is_allowed = await _is_allowed(request, origin)
        except Unavailable as problem:
            await error_reply(request, 503, str(problem))(scope, receive, send)
            return

        async def send_open(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.add_vary_header("Origin")
                if is_allowed:
                    headers["access-control-allow-origin"] = origin
                    headers["access-control-expose-headers"] = "Retry-After"
            await send(message)

        if scope["method"] == "OPTIONS":
            await _preflight(request, is_allowed)(scope, receive, send_open)
        elif scope["method"] not in READING and not (is_allowed or is_own(request, origin)):
            await error_reply(request, 403, NOT_ALLOWED)(scope, receive, send_open)
        else:
            await self._app(scope, receive, send_open)


def _preflight(request: Request, is_allowed: bool) -> Response:
    if not is_allowed:
        return error_reply(request, 403, NOT_ALLOWED)
    headers = {
        "access-control-allow-methods": METHODS,
        "access-control-allow-headers": REQUEST_HEADERS,
        "access-control-max-age": str(PREFLIGHT_S),
        "cache-control": "no-store",
    }
    return Response(status_code=204, headers=headers)


async def _is_allowed(request: Request, origin: str) -> bool:
    if not origin or origin == "null" or len(origin) > MAX_ORIGIN_CHARS:
        return False
    return await run_in_threadpool(_is_named, request.app.state.site, origin)


def _is_named(site: Site, origin: str) -> bool:
    with reading(site.engine) as conn:
        return find_widget_site(conn, origin) is not None


def is_own(request: Request, origin: str) -> bool:
    """Whether the origin is that of this site, where the widget may always be tried."""
    headers = Headers(scope=request.scope)
    public: str = request.app.state.look.public_url
    own = public or f"{request.url.scheme}://{headers.get('host', '').lower()}"
    return bool(origin) and origin == own
