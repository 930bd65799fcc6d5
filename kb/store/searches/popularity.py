"""What readers open and look for most, for suggestions."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from kb.store.schema import clicks, helpful_votes, search_intents

MIN_VISITORS = 5
"""Fewer might be one person with one secret."""

VOTE_WORTH = 2.0
"""A vote is rarer than a click and says more."""

MAX_POPULAR = 200


@dataclass(frozen=True, slots=True)
class PopularSearch:
    """Words that at least five visitors looked for and that an entry answers.

    `first_hit` names it ("entry:12"); offer the words only to who may read it.
    """

    text: str
    first_hit: str
    visitors: int


def popularity(conn: Connection, *, since: datetime) -> dict[tuple[str, int], float]:
    """How much each document is worth by (type, id): visitors that opened it, and their votes.

    One visitor counts once for a document and day. Documents that are not in it are worth 0.
    """
    found: dict[tuple[str, int], float] = defaultdict(float)
    people = func.count(clicks.c.visitor.distinct())
    opened = (
        select(clicks.c.type, clicks.c.target_id, people)
        .where(clicks.c.at >= since, clicks.c.target_id.is_not(None))
        .group_by(clicks.c.type, clicks.c.target_id)
    )
    for type_, target_id, count in conn.execute(opened):
        found[type_, target_id] += count
    votes = helpful_votes.c
    said = (
        select(votes.entry_id, votes.helpful, func.count(votes.visitor.distinct()))
        .where(votes.at >= since)
        .group_by(votes.entry_id, votes.helpful)
    )
    for entry_id, helpful, count in conn.execute(said):
        found["entry", entry_id] += VOTE_WORTH * (count if helpful else -count)
    return {key: worth for key, worth in found.items() if worth > 0}


def popular_searches(
    conn: Connection, *, since: datetime, min_visitors: int = MIN_VISITORS
) -> list[PopularSearch]:
    """Searches with an answer that enough distinct visitors made, the most first; at most 200."""
    table = search_intents.c
    people = func.count(table.visitor.distinct())
    statement = (
        select(func.max(table.text), table.first_hit, people)
        .where(
            table.at >= since,
            table.verdict == "answer",
            table.first_hit.is_not(None),
            table.outcome.is_not(None),
            table.folded_into.is_(None),
            table.place.in_(("results", "api")),
            # What was masked was about one person.
            table.text_key.not_like("%[%"),
        )
        .group_by(table.text_key, table.first_hit)
        .having(people >= min_visitors)
        .order_by(people.desc(), table.text_key, table.first_hit)
        .limit(2 * MAX_POPULAR)
    )
    found: dict[str, PopularSearch] = {}
    for text, first_hit, count in conn.execute(statement):
        found.setdefault(text.casefold(), PopularSearch(text, first_hit, count))
    return list(found.values())[:MAX_POPULAR]
