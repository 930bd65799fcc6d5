"""The log of what changed: ids only, in commit order."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, func, insert, select

from kb.store.engine import lock_change_order
from kb.store.schema import changes


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that changed; what it is now must be read from the record."""

    seq: int
    kind: str
    id: int
    what: str


def record_change(conn: Connection, kind: str, object_id: int, what: str = "changed") -> None:
    """Append one change; call it last in the transaction, it holds a lock until the commit."""
    record_changes(conn, kind, [object_id], what)


def record_changes(conn: Connection, kind: str, ids: list[int], what: str = "changed") -> None:
    """Append one change per id, in the order given."""
    if not ids:
        return
    lock_change_order(conn)
    conn.execute(insert(changes), [{"kind": kind, "id": one, "what": what} for one in ids])


def changes_since(conn: Connection, seq: int, *, limit: int = 10_000) -> list[Change]:
    """The changes after `seq`, oldest first, at most `limit`."""
    statement = select(changes).where(changes.c.seq > seq).order_by(changes.c.seq).limit(limit)
    return [Change(row.seq, row.kind, row.id, row.what) for row in conn.execute(statement)]


def last_seq(conn: Connection) -> int:
    """The newest change's number, 0 in a new record."""
    return int(conn.execute(select(func.coalesce(func.max(changes.c.seq), 0))).scalar_one())
