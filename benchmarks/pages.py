"""How long each page takes in the server, beside a bare route that renders as many bytes.

`python -m benchmarks.pages [--home FOLDER]` loads the demo into an empty folder, or takes a copy
of a folder that `kb demo` filled. How it is measured stands in `benchmarks.page_times`. It ends
with 1 where a page misses 50 ms at p95.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from benchmarks.page_times import Page, measure_pages
from kb.access import GUEST, Role
from kb.addresses import entry_path
from kb.settings import Settings
from kb.store.engine import open_engine, reading, transaction
from kb.store.entries.reading import latest_entries
from kb.store.migrate import upgrade_schema
from kb.store.people.accounts import add_account
from kb.store.people.sessions import add_session
from kb.store.schema import categories, products, questions

LOAD_DEMO = (
    "from kb.settings import read_settings; from web.cli.demo_world import load_demo; "
    "load_demo(read_settings())"
)
REQUESTS = 120
OWN_QUESTIONS = 25
SEED = 20261122
WORDS = ("orange", "drop", "lit", "milk", "foam", "cold", "filter", "descale", "pairing", "app")


@dataclass(frozen=True, slots=True)
class Measured:
    """What the command line asks for: a copy of a demo, and how often each page is asked for."""

    settings: Settings
    requests: int


def main() -> int:
    """Print the times of each page; 1 where one is too slow."""
    with demo_copy("benchmarks.pages") as measured:
        pages = pages_of(measured.settings)
        slow = asyncio.run(measure_pages(measured.settings, pages, measured.requests))
    return int(slow > 0)


@contextmanager
def demo_copy(module: str) -> Iterator[Measured]:
    """A demo in a folder of its own, as the command line of this module asks for it."""
    parser = argparse.ArgumentParser(prog=f"python -m {module}")
    parser.add_argument("--home", type=Path, help="a folder filled by kb demo; it is copied")
    parser.add_argument("--requests", type=int, default=REQUESTS)
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
        engine = open_engine(settings.record_url)
        upgrade_schema(engine)
        engine.dispose()
        yield Measured(settings, options.requests)


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
        Page("desk: searches, CSV", ("/desk/searches.csv",), admin),
        Page("desk: topics, CSV", ("/desk/topics.csv",), admin),
        Page("admin: accounts", ("/admin/accounts",), admin),
        Page("admin: outbox", ("/admin/outbox",), admin),
        Page("admin: shelves", ("/admin/shelves",), admin),
        Page("site map", ("/sitemap.xml",)),
    ]


if __name__ == "__main__":
    sys.exit(main())
