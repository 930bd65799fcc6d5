"""What people said about grouping; decisions outlive every re-index."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from kb.access import Viewer, may_edit
from kb.clock import utc_now
from kb.errors import NotFound, NotPermitted
from kb.store.engine import chunks
from kb.store.schema import decisions, regroupings
from kb.topics import Decision

SAME = "same"
NOT_SAME = "not same"


@dataclass(frozen=True, slots=True)
class Said:
    """One statement about two questions: SAME or NOT_SAME."""

    kind: str
    question_a: int
    question_b: int


def add_decisions(conn: Connection, said: Sequence[Said], action: str, *, viewer: Viewer) -> str:
    """Store what one action (merge, split, move) said; return the batch that undoes it whole.

    A question is always the same as itself: such a statement is dropped. Raises NotPermitted
    for a viewer who is not staff.
    """
    if not may_edit(viewer):
        raise NotPermitted("questions are grouped by support agents")
    batch = uuid.uuid4().hex
    now = utc_now()
    rows = [
        {
            "kind": one.kind,
            "question_a": min(one.question_a, one.question_b),
            "question_b": max(one.question_a, one.question_b),
            "action": action,
            "batch": batch,
            "by_id": viewer.account_id,
            "by_name": viewer.signature,
            "at": now,
        }
        for one in dict.fromkeys(said)
        if one.question_a != one.question_b
    ]
    if rows:
        conn.execute(insert(decisions), rows)
    return batch


def undo_decisions(conn: Connection, batch: str) -> int:
    """Mark one action's decisions as undone and return how many; raises NotFound."""
    done = conn.execute(
        update(decisions)
        .where(decisions.c.batch == batch, decisions.c.undone_at.is_(None))
        .values(undone_at=utc_now(), overridden=False)
    )
    if done.rowcount == 0:
        raise NotFound("decision", batch)
    return done.rowcount


def active_decisions(conn: Connection) -> list[Decision]:
    """All decisions that stand, oldest first: where two conflict the later one wins."""
    statement = select(decisions).where(decisions.c.undone_at.is_(None)).order_by(decisions.c.id)
    rows = conn.execute(statement).all()
    return _with_members(conn, rows)


def decisions_of(conn: Connection, batches: Sequence[str]) -> dict[str, list[Decision]]:
    """What each of these actions said, undone ones too, in the order in which it was stored."""
    found: dict[str, list[Decision]] = {batch: [] for batch in batches}
    for part in chunks(list(found)):
        statement = select(decisions).where(decisions.c.batch.in_(part)).order_by(decisions.c.id)
        for one in _with_members(conn, conn.execute(statement).all()):
            found[one.batch].append(one)
    return found


def decisions_about(conn: Connection, question_ids: Collection[int]) -> list[Decision]:
    """The decisions that stand and name one of these questions, oldest first."""
    found: dict[int, Row[Any]] = {}
    for part in chunks(sorted(question_ids)):
        named = decisions.c.question_a.in_(part) | decisions.c.question_b.in_(part)
        statement = select(decisions).where(named, decisions.c.undone_at.is_(None))
        found.update({row.id: row for row in conn.execute(statement)})
    return [_decision(found[key], {}) for key in sorted(found)]


def set_overridden(conn: Connection, ids: Collection[int]) -> None:
    """Mark these decisions as overridden by newer ones, and no others."""
    now = set(ids)
    statement = select(decisions.c.id).where(decisions.c.overridden.is_(True))
    before = set(conn.execute(statement).scalars())
    for value, changed in ((True, now - before), (False, before - now)):
        for part in chunks(sorted(changed)):
            of_them = update(decisions).where(decisions.c.id.in_(part))
            conn.execute(of_them.values(overridden=value))


def _with_members(conn: Connection, rows: Sequence[Row[Any]]) -> list[Decision]:
    before: dict[str, Mapping[str, Any]] = {}
    for part in chunks(sorted({row.batch for row in rows})):
        statement = select(regroupings.c.batch, regroupings.c.before)
        for row in conn.execute(statement.where(regroupings.c.batch.in_(part))):
            before[row.batch] = row.before
    return [_decision(row, before.get(row.batch, {})) for row in rows]


def _decision(row: Row[Any], before: Mapping[str, Any]) -> Decision:
    return Decision(
        row.id,
        row.kind,
        row.question_a,
        row.question_b,
        row.action,
        row.batch,
        row.by_name,
        row.at,
        row.undone_at,
        about=tuple(before.get("about", ())),
        beside=tuple(before.get("beside", ())),
        overridden=row.overridden,
    )
