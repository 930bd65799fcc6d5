"""Writes the record's content into a portable SQLite file that other tools can read."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import sqlite_utils
from sqlalchemy import ColumnElement, Connection, Engine, Table, select

from kb.errors import InvalidInput
from kb.store.engine import reading
from kb.store.schema import (
    assignments,
    attachment_contents,
    attachments,
    categories,
    clicks,
    decisions,
    entries,
    entry_merges,
    entry_revisions,
    entry_tags,
    groups,
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
    groups,
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
    attachments,
    attachment_contents,
    links,
    redirects,
    synonyms,
    search_intents,
    clicks,
    search_days,
)
"""What a team would take along. Accounts and all that is theirs (passwords, sessions, links in
mails, mails, agreements, what they follow, keys) stay out, and so do vectors."""

LEFT_OUT = {
    "questions": {"token", "account_id", "confirm_until"},
    "attachments": {"token"},
    "search_intents": {"visitor"},
    "clicks": {"visitor"},
}
"""Columns that grant access, tell people apart or mean nothing elsewhere."""

OF_ENTRIES = attachments.c.kind == "entry"

ONLY: Mapping[str, ColumnElement[bool]] = {
    # Nobody has confirmed yet that somebody asked these.
    "questions": questions.c.confirm_until.is_(None),
    # Manuals and pictures are the team's; what customers sent along is not.
    "attachments": OF_ENTRIES,
    "attachment_contents": attachment_contents.c.sha256.in_(
        select(attachments.c.sha256).where(OF_ENTRIES)
    ),
}
"""Which rows of a table go along, where it is not all of them."""

PAGE_ROWS = 1_000
FILE_ROWS = 1
"""A file may have 10 MB, so that one at a time is in memory."""


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
                exported.insert_all(_rows(conn, table), batch_size=_page_rows(table))
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


def _page_rows(table: Table) -> int:
    return FILE_ROWS if table is attachment_contents else PAGE_ROWS


def _rows(conn: Connection, table: Table) -> Iterator[dict[str, Any]]:
    left_out = LEFT_OUT.get(table.name, set())
    columns = [column for column in table.c if column.name not in left_out]
    statement = select(*columns).order_by(*table.primary_key.columns)
    if table.name in ONLY:
        statement = statement.where(ONLY[table.name])
    result = conn.execution_options(yield_per=_page_rows(table)).execute(statement)
    for row in result:
        yield dict(row._mapping)
