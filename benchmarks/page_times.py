"""Times pages in the server, beside a bare route that renders as many bytes.

Every page is asked for in this process, straight from the application: no network, no browser.
The time of the model is taken off, since it is measured elsewhere. The peer is a FastAPI route
with one Jinja template that puts the very lines of the page into it, escaped; both sides take
turns.
"""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from jinja2 import Environment
from starlette.types import ASGIApp, Message

from indexer.encoder import OnnxEncoder
from kb.settings import Settings
from web.http.app import create_app

TARGET_P95_MS = 50.0
WARM_UP = 5
FRAME = """<!doctype html><html lang="en"><head><title>{{ title }}</title></head><body>
{% for line in lines %}{{ line }}
{% endfor %}</body></html>"""
HTML = (b"accept", b"text/html")


@dataclass(frozen=True, slots=True)
class Page:
    """One kind of page: addresses of it, asked for in turn, and the cookie of who asks."""

    name: str
    paths: tuple[str, ...]
    cookie: str = ""


@dataclass(frozen=True, slots=True)
class Times:
    """Milliseconds of many requests, without the model."""

    p50: float
    p95: float
    size: int


class Stopwatch:
    """What the model took since it was last asked."""

    def __init__(self) -> None:
        self._seconds = 0.0

    def lap(self) -> float:
        """Seconds since the last lap."""
        seconds, self._seconds = self._seconds, 0.0
        return seconds

    @contextmanager
    def held(self) -> Iterator[None]:
        """Time every encoding while this is open."""
        encode = OnnxEncoder.encode

        def timed(encoder: OnnxEncoder, *given: Any, **options: Any) -> Any:
            started = time.perf_counter()
            try:
                return encode(encoder, *given, **options)
            finally:
                self._seconds += time.perf_counter() - started

        OnnxEncoder.encode = timed  # type: ignore[method-assign, assignment]
        try:
            yield
        finally:
            OnnxEncoder.encode = encode  # type: ignore[method-assign]


async def measure_pages(settings: Settings, pages: Sequence[Page], requests: int) -> int:
    """Print p50 and p95 of each page and the ratio to the peer; return how many are slow.

    `<` stands behind those above TARGET_P95_MS. Raises RuntimeError for a page that is no 200.
    """
    app, stopwatch = create_app(settings), Stopwatch()
    slow = 0
    print("page                       size     p50    p95     bare p50   ratio")
    with stopwatch.held():
        async with app.router.lifespan_context(app):
            for page in pages:
                bare = _bare(await _ask(app, page.paths[0], page.cookie))
                ours, peer = await _take_turns(app, bare, page, stopwatch, requests=requests)
                is_slow = ours.p95 > TARGET_P95_MS
                slow += is_slow
                print(
                    f"{page.name:22} {ours.size / 1024:6.1f} kB {ours.p50:6.1f} {ours.p95:6.1f} ms"
                    f"  {peer.p50:5.2f} ms  {ours.p50 / peer.p50:6.1f}{' <' * is_slow}",
                    flush=True,
                )
    print(f"target: {TARGET_P95_MS:.0f} ms at p95; {slow} of {len(pages)} pages miss it")
    return slow


async def _take_turns(
    app: ASGIApp, bare: ASGIApp, page: Page, stopwatch: Stopwatch, *, requests: int
) -> tuple[Times, Times]:
    ours: list[float] = []
    peers: list[float] = []
    size = 0
    gc.collect()
    for turn in range(WARM_UP + requests):
        path = page.paths[turn % len(page.paths)]
        stopwatch.lap()
        taken, body = await _timed(_ask(app, path, page.cookie))
        taken -= stopwatch.lap()
        bare_taken, _ = await _timed(_ask(bare, "/", ""))
        if turn >= WARM_UP:
            ours.append(taken * 1000)
            peers.append(bare_taken * 1000)
            size = max(size, len(body))
    return _times(ours, size), _times(peers, size)


async def _timed(asking: Coroutine[Any, Any, bytes]) -> tuple[float, bytes]:
    started = time.perf_counter()
    body = await asking
    return time.perf_counter() - started, body


def _times(taken: Sequence[float], size: int) -> Times:
    return Times(statistics.median(taken), statistics.quantiles(taken, n=20)[-1], size)


def _bare(page: bytes) -> FastAPI:
    """The peer: one route, one template, as many lines and bytes as our page."""
    app = FastAPI(openapi_url=None)
    template = Environment(autoescape=True).from_string(FRAME)
    lines = page.decode().splitlines()

    @app.get("/")
    def show() -> HTMLResponse:
        return HTMLResponse(template.render(title="A page", lines=lines))

    return app


async def _ask(app: ASGIApp, path: str, cookie: str) -> bytes:
    """Ask the application itself and return the body; raises RuntimeError unless it is a 200."""
    target, _, query = path.partition("?")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": target,
        "raw_path": target.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [
            (b"host", b"localhost"),
            HTML,
            *([(b"cookie", cookie.encode())] * bool(cookie)),
        ],
        "client": ("127.0.0.1", 1),
        "server": ("localhost", 80),
        "state": {},
    }
    sent = bytearray()
    status = 0

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        nonlocal status
        status = message.get("status", status)
        sent.extend(message.get("body", b""))

    await app(scope, receive, send)
    if status != 200:
        raise RuntimeError(f"{path} answered {status}")
    return bytes(sent)
