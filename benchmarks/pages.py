"""How long each page takes in the server, beside a bare route that renders as many bytes.

`python -m benchmarks.pages [--home FOLDER] [--grown]` loads the demo into an empty folder, or takes
a copy of a folder that `kb demo` filled; `--grown` lets it grow to two busy years, see
`benchmarks.grown_store`. Every page is asked for in this process, straight from the
application: no network, no browser. The time of the model is taken off, since it is measured
elsewhere. The peer is a FastAPI route with one Jinja template that puts the very lines of the
page into it, escaped; both sides take turns. It ends with 1 where a page misses 50 ms at p95.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from jinja2 import Environment
from sqlalchemy import select
from starlette.types import ASGIApp, Message

from benchmarks.grown_store import Size, grow
from indexer.encoder import OnnxEncoder
from kb.access import GUEST, Role
from kb.addresses import entry_path
from kb.settings import Settings
from kb.store.engine import open_engine, reading, transaction
from kb.store.entries.reading import latest_entries
from kb.store.migrate import upgrade_schema
from kb.store.people.accounts import add_account
from kb.store.people.sessions import add_session
from kb.store.schema import categories, products, questions
from search.build import build_index, find_manifest
from web.http.app import create_app

LOAD_DEMO = (
    "from kb.settings import read_settings; from web.cli.demo_world import load_demo; "
    "load_demo(read_settings())"
)
TARGET_P95_MS = 50.0
REQUESTS = 120
WARM_UP = 5
OWN_QUESTIONS = 25
SEED = 20261122
FRAME = """<!doctype html><html lang="en"><head><title>{{ title }}</title></head><body>
{% for line in lines %}{{ line }}
{% endfor %}</body></html>"""
WORDS = ("orange", "drop", "lit", "milk", "foam", "cold", "filter", "descale", "pairing", "app")
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


def main() -> int:
    """Print p50 and p95 of each page and the ratio to the peer; 1 where a page is too slow."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pages")
    parser.add_argument("--home", type=Path, help="a folder filled by kb demo; it is copied")
    parser.add_argument("--requests", type=int, default=REQUESTS)
    parser.add_argument("--grown", action="store_true", help="measure a store of two busy years")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch) / "home"
        if options.home is None:
            home.mkdir()
            environment = {**os.environ, "KB_HOME": str(home)}
            subprocess.run([sys.executable, "-c", LOAD_DEMO], env=environment, check=True)
        else:
            shutil.copytree(options.home, home)
        settings = Settings(home=home, site_name="Caldrosa")
        if options.grown:
            _grow(settings)
        return asyncio.run(_measure(settings, pages_of(settings), options.requests))


def _grow(settings: Settings) -> None:
    """Let the demo become a store of two busy years, with an index of what it publishes."""
    engine = open_engine(settings.record_url)
    upgrade_schema(engine)
    engine.dispose()
    grow(settings.home / "record.sqlite3", Size())
    manifest = find_manifest(settings.index_dir)
    engine = open_engine(settings.record_url)
    build_index(engine, settings.index_dir, fingerprint=manifest.fingerprint if manifest else "")
    engine.dispose()


def pages_of(settings: Settings) -> list[Page]:
    """What is asked for, with accounts made for it."""
    engine = open_engine(settings.record_url)
    with transaction(engine) as conn:
        cookies = {}
        for role in (Role.CUSTOMER, Role.ADMIN):
            account_id = add_account(conn, f"Bench {role}", role=role)
            cookies[role] = f"kb_session={add_session(conn, account_id, device='bench')}"
            if role is Role.CUSTOMER:
                own = select(questions.c.id).limit(OWN_QUESTIONS)
                conn.execute(
                    questions.update()
                    .where(questions.c.id.in_(own.scalar_subquery()))
                    .values(account_id=account_id)
                )
    with reading(engine) as conn:
        entries = latest_entries(conn, viewer=GUEST, limit=40)
        shelf = {
            kind: tuple(f"/{kind}/{slug}" for slug in conn.execute(select(table.c.slug)).scalars())
            for kind, table in (("categories", categories), ("products", products))
        }
    engine.dispose()
    chance = random.Random(SEED)
    found = tuple(f"/search?q={'+'.join(chance.sample(WORDS, 3))}" for _ in range(500))
    customer, admin = cookies[Role.CUSTOMER], cookies[Role.ADMIN]
    return [
        Page("home", ("/",)),
        Page("search results", found),
        Page("search, no answer", tuple(f"/search?q=zeppelin+{n}+quark" for n in range(500))),
        Page("entry", tuple(entry_path(one.id, one.title) for one in entries)),
        Page("category", shelf["categories"]),
        Page("product", shelf["products"]),
        Page("ask", ("/ask", "/ask?title=milk+foam+cold")),
        Page("sign in", ("/sign-in",)),
        Page("feed", ("/feed",)),
        Page("home, signed in", ("/",), customer),
        Page("my questions", ("/account/questions",), customer),
        Page("following", ("/account/watches",), customer),
        Page("account", ("/account",), customer),
        Page("my data", ("/account/data",), customer),
        Page("desk: questions", ("/desk/questions", "/desk/questions?show=answered"), admin),
        Page("desk: topics", ("/desk/topics",), admin),
        Page("desk: noise", ("/desk/noise",), admin),
        Page("desk: audit", ("/desk/audit",), admin),
        Page("desk: decisions", ("/desk/decisions",), admin),
        Page("desk: searches", ("/desk/searches",), admin),
        Page("admin: accounts", ("/admin/accounts",), admin),
        Page("admin: outbox", ("/admin/outbox",), admin),
        Page("admin: shelves", ("/admin/shelves",), admin),
    ]


async def _measure(settings: Settings, pages: Sequence[Page], requests: int) -> int:
    app, stopwatch = create_app(settings), Stopwatch()
    slow = 0
    print("page                     size   p50    p95    bare p50   ratio")
    with stopwatch.held():
        async with app.router.lifespan_context(app):
            for page in pages:
                bare = _bare(await _ask(app, page.paths[0], page.cookie))
                ours, peer = await _take_turns(app, bare, page, stopwatch, requests=requests)
                slow += ours.p95 > TARGET_P95_MS
                print(
                    f"{page.name:20} {ours.size / 1024:6.1f} kB {ours.p50:5.1f}  {ours.p95:5.1f} ms"
                    f"  {peer.p50:5.2f} ms  {ours.p50 / peer.p50:6.1f}",
                    flush=True,
                )
    print(f"target: {TARGET_P95_MS:.0f} ms at p95; {slow} of {len(pages)} pages miss it")
    return int(slow > 0)


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
    headers = [(b"host", b"localhost"), HTML]
    if cookie:
        headers.append((b"cookie", cookie.encode()))
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


if __name__ == "__main__":
    sys.exit(main())
