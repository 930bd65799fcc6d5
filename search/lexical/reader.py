"""Opens index files for reading, from any number of threads."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from kb.errors import Unavailable
from search.lexical.schema import SCHEMA_VERSION

MAX_MMAP_BYTES = 1 << 31
"""The file is mapped up to this size, so that all processes share one copy in memory."""


class IndexReader:
    """Runs read-only SQL: on a file with one connection per thread, in memory with one for all."""

    def __init__(self, *, path: Path | None = None, memory: sqlite3.Connection | None = None):
        self._path = path
        self._memory = memory
        self._own = threading.local()
        self._opened: list[sqlite3.Connection] = []
        self._lock = threading.Lock()

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Return all rows of one statement; raises Unavailable where the file is damaged."""
        try:
            if self._memory is not None:
                with self._lock:
                    return self._memory.execute(sql, values).fetchall()
            return self._connection().execute(sql, values).fetchall()
        except sqlite3.DatabaseError as error:
            raise Unavailable(f"index file {self._path} cannot be read: {error}") from error

    def check(self) -> None:
        """Raise Unavailable unless the file is whole and of this version."""
        if self._path is not None:
            _check_length(self._path)
        facts = self.facts()
        if facts.get("complete") != "1":
            raise Unavailable(f"index file {self._path} is incomplete")
        if facts.get("schema") != SCHEMA_VERSION:
            raise Unavailable(f"index file {self._path} has another schema: rebuild it")

    def facts(self) -> dict[str, str]:
        """What the file says of itself."""
        return dict(self.rows("SELECT name, value FROM facts"))

    def close(self) -> None:
        """Close the connections of all threads; nothing may be read afterwards."""
        with self._lock:
            for connection in self._opened:
                connection.close()
            self._opened.clear()
            if self._memory is not None:
                self._memory.close()

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._own, "connection", None)
        if connection is None:
            # immutable: SQLite takes no locks and looks for no journal; nobody writes here again.
            uri = f"file:{quote(str(self._path))}?mode=ro&immutable=1"
            connection = sqlite3.connect(uri, uri=True, check_same_thread=False)
            connection.execute(f"PRAGMA mmap_size = {MAX_MMAP_BYTES}")
            self._own.connection = connection
            with self._lock:
                self._opened.append(connection)
        return connection


def _check_length(path: Path) -> None:
    """Refuse a file that was cut off: its header says how many pages it has."""
    try:
        with path.open("rb") as file:
            header = file.read(100)
        size = path.stat().st_size
    except OSError as error:
        raise Unavailable(f"index file {path} cannot be read: {error.strerror}") from error
    page_bytes = int.from_bytes(header[16:18], "big")
    page_bytes = 1 << 16 if page_bytes == 1 else page_bytes
    pages = int.from_bytes(header[28:32], "big")
    if not header.startswith(b"SQLite format 3\x00") or size != page_bytes * pages:
        raise Unavailable(f"index file {path} is damaged")
