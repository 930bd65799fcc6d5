"""Merges of entries in the record: who merged what, what was moved, until when it can go back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from kb.access import Viewer, may_edit
from kb.clock import utc_now
from kb.errors import NotFound, NotPermitted
from kb.store.engine import new_id
from kb.store.schema import entry_merges

UNDO_DAYS = 30
"""How long a merge can be taken back; the redirect stays for ever."""


@dataclass(frozen=True, slots=True)
class EntryMerge:
    """One merge: `from_id` went into `into_id`; `moved` says what went along."""

    id: int
    from_id: int
    into_id: int
    moved: Mapping[str, Any]
    by_name: str
    at: datetime
    undone_by: str | None
    undone_at: datetime | None

    @property
    def undo_until(self) -> datetime:
        """The last moment at which it can be taken back."""
        return self.at + timedelta(days=UNDO_DAYS)


def add_merge(
    conn: Connection, from_id: int, into_id: int, moved: Mapping[str, Any], *, viewer: Viewer
) -> int:
    """Store a merge and return its id."""
    result = conn.execute(
        insert(entry_merges).values(
            from_id=from_id,
            into_id=into_id,
            moved=dict(moved),
            by_id=viewer.account_id,
            by_name=viewer.signature,
            at=utc_now(),
        )
    )
    return new_id(result)


def get_merge(conn: Connection, merge_id: int, *, viewer: Viewer) -> EntryMerge:
    """The merge; raises NotFound, and NotPermitted for who is not staff."""
    _require_editor(viewer)
    row = conn.execute(select(entry_merges).where(entry_merges.c.id == merge_id)).one_or_none()
    if row is None:
        raise NotFound("merge", merge_id)
    return _merge(row)


def list_merges(
    conn: Connection, *, viewer: Viewer, offset: int = 0, limit: int = 50
) -> list[EntryMerge]:
    """All merges, the newest first; raises NotPermitted for who is not staff."""
    _require_editor(viewer)
    statement = select(entry_merges).order_by(entry_merges.c.id.desc()).offset(offset).limit(limit)
    return [_merge(row) for row in conn.execute(statement)]


def count_merges(conn: Connection) -> int:
    """How many merges there were that stand."""
    statement = (
        select(func.count()).select_from(entry_merges).where(entry_merges.c.undone_at.is_(None))
    )
    return int(conn.execute(statement).scalar_one())


def mark_undone(conn: Connection, merge_id: int, *, viewer: Viewer) -> None:
    """Note who took a merge back."""
    conn.execute(
        update(entry_merges)
        .where(entry_merges.c.id == merge_id)
        .values(undone_by=viewer.signature, undone_at=utc_now())
    )


def _require_editor(viewer: Viewer) -> None:
    if not may_edit(viewer):
        raise NotPermitted("entries are merged by support agents")


def _merge(row: Row[Any]) -> EntryMerge:
    return EntryMerge(
        row.id,
        row.from_id,
        row.into_id,
        row.moved,
        row.by_name,
        row.at,
        row.undone_by,
        row.undone_at,
    )
