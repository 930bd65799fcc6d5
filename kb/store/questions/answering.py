"""The questions that were asked on this site, for those who answer them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from kb.access import Viewer, may_edit
from kb.store.questions.reading import is_confirmed
from kb.store.schema import products, questions, replies

TITLE_CHARS = 200


@dataclass(frozen=True, slots=True)
class ToAnswer:
    """One question in the team's list; `said` counts its replies, `is_held` looks like spam."""

    id: int
    title: str
    state: str
    product: str | None
    asked_at: datetime
    said: int
    is_held: bool


def _groups() -> Mapping[str, ColumnElement[bool]]:
    state, is_open = questions.c.state, questions.c.state == "open"
    # Whatever else keeps a message out of topics, somebody may wait for its answer.
    is_held = questions.c.noise == "spam"
    return {
        "open": and_(is_open, or_(questions.c.noise.is_(None), ~is_held)),
        "held": and_(is_open, is_held),
        "answered": state == "answered",
        "solved": state == "solved",
        "aside": state.in_(("spam", "hidden")),
    }


GROUPS = ("open", "held", "answered", "solved", "aside")
"""What the list shows one at a time."""


def list_to_answer(
    conn: Connection, *, viewer: Viewer, show: str = "open", offset: int = 0, limit: int = 50
) -> list[ToAnswer]:
    """Questions asked here in one of GROUPS: who waits longest stands first, else the newest.

    [] for a viewer who is not staff.
    """
    if not may_edit(viewer):
        return []
    said = (
        select(func.count())
        .where(replies.c.question_id == questions.c.id)
        .correlate(questions)
        .scalar_subquery()
    )
    order = questions.c.asked_at if show == "open" else questions.c.asked_at.desc()
    last = questions.c.id if show == "open" else questions.c.id.desc()
    statement = (
        select(questions, products.c.name, said.label("said"))
        .outerjoin(products, products.c.id == questions.c.product_id)
        .where(_asked_here(), _groups()[show])
        .order_by(order, last)
        .offset(offset)
        .limit(limit)
    )
    return [
        ToAnswer(
            id=row.id,
            title=(row.subject_raw or row.body_raw)[:TITLE_CHARS],
            state=row.state,
            product=row.name,
            asked_at=row.asked_at,
            said=row.said,
            is_held=row.noise == "spam",
        )
        for row in conn.execute(statement)
    ]


def count_to_answer(conn: Connection, *, viewer: Viewer) -> dict[str, int]:
    """How many questions asked here are in each of GROUPS; all 0 for who is not staff."""
    if not may_edit(viewer):
        return dict.fromkeys(GROUPS, 0)
    columns = [func.count().filter(which).label(name) for name, which in _groups().items()]
    row = conn.execute(select(*columns).select_from(questions).where(_asked_here())).one()
    return {name: int(getattr(row, name)) for name in GROUPS}


def _asked_here() -> ColumnElement[bool]:
    """As `AskedQuestion.is_ours`, and confirmed."""
    ours = or_(questions.c.asker_locale.is_not(None), questions.c.account_id.is_not(None))
    return and_(ours, is_confirmed())
