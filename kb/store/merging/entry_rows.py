"""The rows of the two entries themselves in a merge, and how they go back."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from kb.access import Viewer
from kb.clock import utc_now
from kb.entries import Entry
from kb.store.schema import entries, entry_revisions

FILLED = ("topic_id", "category_id", "translation_group")
"""What the entry that stays takes over where it has none of its own."""

TOUCHED = ("state", "revision", "updated_at", *FILLED)
"""Columns that a merge may change."""


def lock_entries(conn: Connection, ids: Collection[int]) -> set[int]:
    """Let nobody else merge or edit these before this transaction ends; return which exist."""
    chosen = select(entries.c.id).where(entries.c.id.in_(sorted(ids))).order_by(entries.c.id)
    return set(conn.execute(chosen.with_for_update()).scalars())


def entry_values(conn: Connection, entry_id: int) -> dict[str, Any]:
    """The columns that a merge may change, as plain JSON; times as ISO text."""
    row = conn.execute(select(entries).where(entries.c.id == entry_id)).one()
    values = {name: getattr(row, name) for name in TOUCHED}
    return values | {"updated_at": row.updated_at.isoformat()}


def archive_into(conn: Connection, gone: Entry, stays: Entry, *, viewer: Viewer) -> None:
    """Archive the one, give the other a revision that says so and what it lacked."""
    now = utc_now()
    row = conn.execute(select(entries).where(entries.c.id == gone.id)).one()
    own = conn.execute(select(entries).where(entries.c.id == stays.id)).one()
    filled = {name: getattr(row, name) for name in FILLED if getattr(own, name) is None}
    conn.execute(
        update(entries).where(entries.c.id == gone.id).values(state="archived", updated_at=now)
    )
    revision = stays.revision + 1
    conn.execute(
        update(entries)
        .where(entries.c.id == stays.id)
        .values(revision=revision, updated_at=now, **filled)
    )
    conn.execute(
        insert(entry_revisions).values(
            entry_id=stays.id,
            number=revision,
            title=stays.title,
            answer=stays.answer,
            weight="minor",
            note=f"took in entry {gone.id}: {gone.title}",
            by_id=viewer.account_id,
            by_name=viewer.signature,
            at=now,
        )
    )


def restore_entry(
    conn: Connection, entry_id: int, before: Mapping[str, Any], after: Mapping[str, Any]
) -> None:
    """Set what still is as the merge left it back to what it was.

    The revision that noted the merge goes unless somebody has edited the entry since.
    """
    now = entry_values(conn, entry_id)
    values = {
        name: before[name]
        for name, value in after.items()
        if value != before[name] and now[name] == value
    }
    if "updated_at" in values:
        values["updated_at"] = datetime.fromisoformat(values["updated_at"])
    if values:
        conn.execute(update(entries).where(entries.c.id == entry_id).values(**values))
    if "revision" in values:
        noted = (
            entry_revisions.c.entry_id == entry_id,
            entry_revisions.c.number == now["revision"],
        )
        conn.execute(delete(entry_revisions).where(*noted))
