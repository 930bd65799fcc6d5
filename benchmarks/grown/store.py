"""Grows a record that `kb demo` filled to one of two busy years, to measure what that costs.

Everything is copied from the demo's rows with other texts, people and times, by SQL inside the
SQLite file; the vectors of copies are moved a little, so that the search has as many as it would
have. `benchmarks.pages_grown` measures the pages on it.
"""

from __future__ import annotations

import hashlib
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import numpy as np

from benchmarks.grown.contents import (
    add_questions,
    add_searches,
    add_shelves_and_entries,
    name_topics,
)
from benchmarks.grown.people import add_mail, add_people, add_upkeep
from benchmarks.grown.size import Size
from kb.clock import utc_now
from kb.embedded_text import embedded_text, text_hash

MOVED = 0.02
"""How far each number of a copied vector is moved: the copy stays the nearest of its original."""

SEED = 20261122
PARTS = (
    add_shelves_and_entries,
    add_people,
    add_questions,
    add_searches,
    add_mail,
    add_upkeep,
)


def grow(record: Path, size: Size) -> None:
    """Fill a record to this size; the index must be built anew afterwards."""
    with sqlite3.connect(record, isolation_level=None) as conn:
        conn.execute("PRAGMA journal_mode = OFF")
        conn.execute("PRAGMA synchronous = OFF")
        conn.execute("PRAGMA cache_size = -1000000")
        conn.execute("PRAGMA temp_store = MEMORY")
        _add_functions(conn)
        with _without_indexes(conn):
            for part in PARTS:
                started = time.perf_counter()
                part(conn, size)
                print(f"{part.__name__:25} {time.perf_counter() - started:6.1f} s", flush=True)
        name_topics(conn)
        conn.execute("PRAGMA journal_mode = WAL")
    conn.close()


def _add_functions(conn: sqlite3.Connection) -> None:
    chance = np.random.default_rng(SEED)

    def moved(stored: bytes) -> bytes:
        vector = np.frombuffer(stored, "<f4")
        vector = vector + chance.normal(0.0, MOVED, vector.shape).astype(np.float32)
        return bytes((vector / np.linalg.norm(vector)).astype("<f4").tobytes())

    conn.create_function("text_hash", 2, lambda one, two: text_hash(embedded_text(one, two)))
    conn.create_function("sha", 1, lambda text: hashlib.sha256(str(text).encode()).hexdigest())
    conn.create_function("moved", 1, moved)
    now = utc_now()

    def at(days: float) -> str:
        return f"{now - timedelta(days=days):%Y-%m-%dT%H:%M:%S.%f}Z"

    conn.create_function("days_ago", 1, at)


@contextmanager
def _without_indexes(conn: sqlite3.Connection) -> Iterator[None]:
    """Drop what only makes reading faster, and make it again in one go each."""
    made = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
    indexes = conn.execute(made).fetchall()
    for name, _ in indexes:
        conn.execute(f"DROP INDEX {name}")
    conn.execute("BEGIN")
    yield
    conn.execute("COMMIT")
    for _, sql in indexes:
        conn.execute(sql)
