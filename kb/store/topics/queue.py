"""Topics as a queue: which ones, in which order, how many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Text, case, cast, func, select

from kb.access import Viewer
from kb.store.schema import topics
from kb.store.topics.record import BY_EFFECT, LISTED, require_editor, topic_of_row
from kb.topics import Topic

TopicOrder = Literal["effect", "size", "label", "trend", "verdict", "last"]

VERDICTS = ("open", "failing", "not found", "covered")
"""What needs an answer most comes first."""

TRENDS = ("rising", "steady", "falling")


@dataclass(frozen=True, slots=True)
class TopicFilter:
    """Which topics: in one of these states, asked in a language, about a product, by verdict.

    `lang` and `product` (a slug) keep topics with at least one such question; None does not
    filter.
    """

    states: Sequence[str] = ("candidate",)
    lang: str | None = None
    product: str | None = None
    verdict: str | None = None


def filtered_topics(
    conn: Connection,
    wanted: TopicFilter,
    *,
    viewer: Viewer,
    order: TopicOrder = "effect",
    offset: int = 0,
    limit: int = 20,
) -> list[Topic]:
    """Topics with at least one question that the filter keeps; equal ones by effect, size, id."""
    require_editor(viewer)
    statement = (
        select(topics)
        .where(*_chosen(wanted))
        .order_by(*_order(order), *BY_EFFECT)
        .offset(offset)
        .limit(limit)
    )
    return [topic_of_row(row) for row in conn.execute(statement)]


def count_topics(conn: Connection, wanted: TopicFilter) -> int:
    """How many topics `filtered_topics` has on all pages."""
    statement = select(func.count()).select_from(topics).where(*_chosen(wanted))
    return conn.execute(statement).scalar_one()


def asked_about(conn: Connection, states: Sequence[str]) -> tuple[list[str], list[str]]:
    """Languages and products (slugs) that topics in these states have, the most topics first."""
    langs: dict[str, int] = {}
    products: dict[str, int] = {}
    statement = select(topics.c.langs, topics.c.products).where(
        topics.c.state.in_(list(states)), topics.c.size > 0
    )
    for row in conn.execute(statement):
        for counts, names in ((langs, row.langs), (products, row.products)):
            for name in names:
                counts[name] = counts.get(name, 0) + 1
    return _most_first(langs), _most_first(products)


def _most_first(counts: dict[str, int]) -> list[str]:
    return sorted(counts, key=lambda name: (-counts[name], name))


def _chosen(wanted: TopicFilter) -> list[ColumnElement[bool]]:
    chosen = [topics.c.state.in_(list(wanted.states)), LISTED]
    for column, name in ((topics.c.langs, wanted.lang), (topics.c.products, wanted.product)):
        if name is not None:
            # The one way to ask for a key of a JSON column that both databases have.
            chosen.append(cast(column, Text).contains(f'"{name}":', autoescape=True))
    if wanted.verdict is not None:
        chosen.append(topics.c.verdict == wanted.verdict)
    return chosen


def _order(order: TopicOrder) -> list[ColumnElement[Any]]:
    if order == "size":
        return [topics.c.size.desc()]
    if order == "label":
        return [func.lower(topics.c.label)]
    if order == "last":
        return [topics.c.last_asked_at.desc().nulls_last()]
    if order == "trend":
        return [_rank(topics.c.trend, TRENDS)]
    if order == "verdict":
        return [_rank(topics.c.verdict, VERDICTS)]
    return []


def _rank(column: ColumnElement[Any], names: Sequence[str]) -> ColumnElement[int]:
    return case({name: place for place, name in enumerate(names)}, value=column, else_=len(names))
