"""Copies rows of a SQLite record many times over, by SQL inside the file."""

from __future__ import annotations

import sqlite3

NUMBERS = "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?1)"
"""The numbers from 1 to the statement's first parameter, as the table `numbers`."""


def copy_rows(conn: sqlite3.Connection, table: str, copies: int, changed: dict[str, str]) -> int:
    """Copy every row so many times and return the step between ids of copies.

    `changed` gives the SQL of columns that differ; in it `n` is the number of the copy from 1
    and `step` the distance of the ids.
    """
    columns = [row[1] for row in conn.execute(f"PRAGMA table_info({table})")]
    step = int(conn.execute(f"SELECT max(rowid) FROM {table}").fetchone()[0])
    picked = ", ".join(
        changed.get(name, "id + step * n" if name == "id" else f"t.{name}") for name in columns
    )
    conn.execute(
        f"{NUMBERS} INSERT INTO {table} ({', '.join(columns)})"
        f" SELECT {picked} FROM (SELECT {step} AS step), numbers,"
        f" {table} AS t WHERE t.rowid <= {step} ORDER BY n, t.rowid",
        (copies,),
    )
    return step


def copy_vectors(conn: sqlite3.Connection, table: str, step: int) -> None:
    """Give the copies of a table's texts the moved vectors of what they are copies of."""
    conn.execute(
        "INSERT OR IGNORE INTO embeddings SELECT e.fingerprint, new.text_hash, moved(e.vector)"
        f" FROM {table} new JOIN {table} old ON old.id = (new.id - 1) % {step} + 1"
        " JOIN embeddings e ON e.text_hash = old.text_hash"
        f" WHERE new.id > {step} AND new.text_hash IS NOT NULL"
    )


def copies_for(conn: sqlite3.Connection, table: str, wanted: int) -> int:
    """How often a table is to be copied so that it has about so many rows."""
    return max(1, round(wanted / count_rows(conn, table)) - 1)


def count_rows(conn: sqlite3.Connection, table: str, which: str = "true") -> int:
    """How many rows of a table fulfil a condition."""
    return int(conn.execute(f"SELECT count(*) FROM {table} WHERE {which}").fetchone()[0])
