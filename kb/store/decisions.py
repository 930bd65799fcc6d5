"""What people said about grouping; decisions outlive every re-index."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from kb.access import Viewer, may_edit
from kb.clock import utc_now
from kb.errors import NotFound, NotPermitted
from kb.store.schema import decisions
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
            "by_name": viewer.name or str(viewer.role),
            "at": now,
        }
        for one in said
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
        .values(undone_at=utc_now())
    )
    if done.rowcount == 0:
        raise NotFound("decision", batch)
    return done.rowcount


def active_decisions(conn: Connection) -> list[Decision]:
    """All decisions that stand, oldest first: where two conflict the later one wins."""
    statement = select(decisions).where(decisions.c.undone_at.is_(None)).order_by(decisions.c.id)
    return [_decision(row) for row in conn.execute(statement)]


def _decision(row: Row[Any]) -> Decision:
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
    )
