"""Writes the record's content into a portable SQLite file that other tools can read."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sqlite_utils
from sqlalchemy import Connection, Engine, Table, select

from kb.errors import InvalidInput
from kb.store.engine import reading
from kb.store.schema import (
    assignments,
    categories,
    clicks,
    decisions,
    entries,
    entry_merges,
    entry_revisions,
    entry_tags,
    links,
    phrasings,
    products,
    questions,
    redirects,
    regroupings,
    replies,
    search_days,
    search_intents,
    synonyms,
    tags,
    topics,
)

EXPORTED: tuple[Table, ...] = (
    products,
    categories,
    tags,
    questions,
    replies,
    topics,
    assignments,
    decisions,
    regroupings,
    entries,
    entry_merges,
    entry_revisions,
    entry_tags,
    phrasings,
    links,
    redirects,
    synonyms,
    search_intents,
    clicks,
    search_days,
)
"""What a team would take along; accounts, keys and vectors stay out."""

LEFT_OUT = {
    "questions": {"token"},
    "search_intents": {"visitor"},
    "clicks": {"visitor"},
}
"""Columns that grant access, tell people apart or mean nothing elsewhere."""

PAGE_ROWS = 1_000


def export_record(engine: Engine, target: Path) -> dict[str, int]:
    """Write all content into a new SQLite file and return the number of rows per table.

    One state of the record, read in one transaction. The file appears under its name only when
    it is complete. Raises InvalidInput when it cannot be written.
    """
    building = target.with_name(f".{target.name}.building")
    building.unlink(missing_ok=True)
    counts: dict[str, int] = {}
    try:
        database = sqlite_utils.Database(building)
        with reading(engine) as conn:
            for table in EXPORTED:
                exported = database.table(table.name)
                exported.insert_all(_rows(conn, table), batch_size=PAGE_ROWS)
                counts[table.name] = exported.count if exported.exists() else 0
        database.close()
        building.replace(target)
    except OSError as error:
        raise InvalidInput(f"{target} cannot be written: {error.strerror}") from error
    except sqlite3.OperationalError as error:
        raise InvalidInput(f"{target} cannot be written: {error}") from error
    finally:
        building.unlink(missing_ok=True)
    return counts


def _rows(conn: Connection, table: Table) -> Iterator[dict[str, Any]]:
    left_out = LEFT_OUT.get(table.name, set())
    columns = [column for column in table.c if column.name not in left_out]
    result = conn.execution_options(yield_per=PAGE_ROWS).execute(
        select(*columns).order_by(*table.primary_key.columns)
    )
    for row in result:
        yield dict(row._mapping)
