"""The questions of whoever is signed in, as a list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from kb.access import Viewer
from kb.asking.conversations import PUT_ASIDE
from kb.store.schema import questions, replies

GROUPS: Mapping[str, tuple[str, ...]] = {
    "open": ("open", *sorted(PUT_ASIDE)),
    "answered": ("answered",),
    "solved": ("solved",),
}
"""What can be shown alone; what was put aside stands under open, since nobody solved it."""

TITLE_CHARS = 300


@dataclass(frozen=True, slots=True)
class OwnRow:
    """One question of the viewer in a list; `said_at` is when anybody else last replied."""

    id: int
    title: str
    state: str
    asked_at: datetime
    said_at: datetime | None
    product_id: int | None


def list_own_questions(
    conn: Connection, *, viewer: Viewer, show: str = "", offset: int = 0, limit: int = 20
) -> list[OwnRow]:
    """The viewer's questions, newest first; `show` is a key of GROUPS, else all of them."""
    said_at = (
        select(func.max(replies.c.written_at))
        .where(replies.c.question_id == questions.c.id, replies.c.author != "customer")
        .scalar_subquery()
    )
    statement = (
        select(questions, said_at.label("said_at"))
        .where(questions.c.account_id == _account(viewer))
        .order_by(questions.c.asked_at.desc(), questions.c.id.desc())
        .offset(offset)
        .limit(limit)
    )
    if show in GROUPS:
        statement = statement.where(questions.c.state.in_(GROUPS[show]))
    return [
        OwnRow(
            id=row.id,
            title=(row.subject_raw or row.body_raw)[:TITLE_CHARS],
            state=row.state,
            asked_at=row.asked_at,
            said_at=row.said_at,
            product_id=row.product_id,
        )
        for row in conn.execute(statement)
    ]


def count_own_questions(conn: Connection, *, viewer: Viewer) -> dict[str, int]:
    """How many questions the viewer has in each of GROUPS, and in all under ""."""
    statement = (
        select(questions.c.state, func.count())
        .where(questions.c.account_id == _account(viewer))
        .group_by(questions.c.state)
    )
    by_state = {row[0]: int(row[1]) for row in conn.execute(statement)}
    counts = {key: sum(by_state.get(one, 0) for one in names) for key, names in GROUPS.items()}
    return {"": sum(by_state.values()), **counts}


def _account(viewer: Viewer) -> int:
    """Return the viewer's account; 0, which nobody has, for a guest."""
    return viewer.account_id or 0
