"""Settled searches with what they led to, for those who learn from them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, Select, and_, exists, func, or_, select

from kb.searches.intents import SearchLesson
from kb.store.engine import chunks
from kb.store.schema import clicks, helpful_votes, search_intents

_PLACES = ("results", "api", "ask")
"""Where somebody searched; a chosen suggestion was no search."""


def search_lessons(
    conn: Connection, *, after_id: int = 0, since: datetime | None = None, limit: int = 1_000
) -> list[SearchLesson]:
    """Settled searches with an id above `after_id`, in the order of their ids."""
    statement = select(search_intents).where(
        search_intents.c.id > after_id,
        search_intents.c.outcome.is_not(None),
        search_intents.c.folded_into.is_(None),
        search_intents.c.place.in_(_PLACES),
    )
    if since is not None:
        statement = statement.where(search_intents.c.at >= since)
    rows = conn.execute(statement.order_by(search_intents.c.id).limit(limit)).all()
    opened = _opened(conn, [row.key for row in rows if row.key])
    visitors = sorted({visitor for _, visitor in opened})
    refused = _refused(conn, visitors)
    return [
        SearchLesson(
            id=row.id,
            text=row.text,
            lang=row.lang,
            product=row.product,
            mode=row.mode,
            verdict=row.verdict,
            confidence=row.confidence,
            shown=tuple(row.shown),
            opened=_ranked(row.shown, opened.get((row.key, row.visitor), ())),
            outcome=row.outcome,
            evidence=row.evidence or "weak",
            answered_by=row.answered_by,
            refused=tuple(
                target
                for target, _ in opened.get((row.key, row.visitor), ())
                if target in refused.get(row.visitor, ())
            ),
            visitor=row.visitor,
            at=row.at,
        )
        for row in rows
    ]


def _opened(conn: Connection, keys: list[str]) -> dict[tuple[str, str], list[tuple[str, int]]]:
    """Return what was opened, with its rank, by search key and visitor."""
    found: dict[tuple[str, str], list[tuple[str, int]]] = defaultdict(list)
    for part in chunks(keys):
        statement = (
            select(clicks)
            .where(clicks.c.intent_key.in_(part), clicks.c.action == "opened")
            .order_by(clicks.c.at, clicks.c.id)
        )
        for row in conn.execute(statement):
            target = (f"{row.type}:{row.target_id}", row.rank or 0)
            found[row.intent_key, row.visitor].append(target)
    return found


def _ranked(shown: Sequence[str], opened: Sequence[tuple[str, int]]) -> tuple[tuple[str, int], ...]:
    """Give what was shown its place there; the rest keeps the rank it came with."""
    ranks = {target: rank for rank, target in enumerate(shown, start=1)}
    return tuple((target, ranks.get(target, rank)) for target, rank in opened)


def _refused(conn: Connection, visitors: list[str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    votes = helpful_votes.c
    for part in chunks(visitors):
        statement = select(votes.visitor, votes.entry_id).where(
            votes.visitor.in_(part), votes.helpful.is_(False)
        )
        for row in conn.execute(statement):
            found[row.visitor].add(f"entry:{row.entry_id}")
    return found


def count_lessons(conn: Connection, *, after_id: int = 0) -> int:
    """How many settled searches above `after_id` teach something: a hit was opened or named."""
    return conn.execute(
        select(func.count()).select_from(_telling(after_id).subquery())
    ).scalar_one()


def _telling(after_id: int) -> Select[tuple[int]]:
    table = search_intents.c
    opened = exists().where(and_(clicks.c.intent_key == table.key, clicks.c.action == "opened"))
    return select(table.id).where(
        table.id > after_id,
        table.outcome.is_not(None),
        table.folded_into.is_(None),
        table.place.in_(_PLACES),
        or_(table.answered_by.is_not(None), opened),
    )
