"""Counts what topics hold: distinct asks, what only repeats them, and who asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Select,
    bindparam,
    case,
    cast,
    func,
    select,
    update,
)

from kb.clock import utc_now
from kb.store.engine import chunks
from kb.store.schema import assignments, questions, topics

DAY_CHARS = 10
"""A stored instant begins with its day, `2026-11-21`."""


def distinct_senders(sender: ColumnElement[str] | None = None) -> ColumnElement[int]:
    """Distinct senders in a group of questions; one without a sender is somebody of its own.

    sender: NULL where there is none; that of `questions` by default.
    """
    sender = _sender() if sender is None else sender
    return func.count(sender.distinct()) + func.count() - func.count(sender)


def count_members(conn: Connection, topic_ids: Sequence[int]) -> None:
    """Store how many asks, reposts and askers the topics have now, between two full groupings.

    A question is a repost where the same sender asked in this topic before, on the same day or
    in the same words (`indexer.facts.reposts.find_reposts` tells them by the same rule).
    """
    now = utc_now()
    rows: list[dict[str, Any]] = []
    for part in chunks(list(topic_ids)):
        found = {row.topic_id: row for row in conn.execute(_COUNTS, {"asked": part})}
        for topic_id in part:
            row = found.get(topic_id)
            members, asks, askers = (row.members, row.asks, row.askers) if row else (0, 0, 0)
            rows.append({"of": topic_id, "size": asks, "reposts": members - asks, "askers": askers})
    if rows:
        conn.execute(_SAVE, [{**row, "now": now} for row in rows])


def _sender() -> ColumnElement[str]:
    return func.nullif(questions.c.sender, "")


def _counts() -> Select[Any]:
    day = func.substr(questions.c.asked_at, 1, DAY_CHARS)
    order = (questions.c.asked_at, questions.c.id)
    own = (assignments.c.topic_id, questions.c.sender)
    members = (
        select(
            assignments.c.topic_id,
            _sender().label("sender"),
            func.row_number().over(partition_by=(*own, day), order_by=order).label("of_day"),
            func.row_number()
            .over(partition_by=(*own, questions.c.text_hash), order_by=order)
            .label("of_words"),
        )
        .join(questions, questions.c.id == assignments.c.question_id)
        .where(assignments.c.topic_id.in_(bindparam("asked", expanding=True)))
        .subquery()
    )
    is_first = (members.c.of_day == 1) & (members.c.of_words == 1)
    is_ask = members.c.sender.is_(None) | is_first
    return select(
        members.c.topic_id,
        func.count().label("members"),
        func.sum(cast(case((is_ask, 1), else_=0), Integer)).label("asks"),
        distinct_senders(members.c.sender).label("askers"),
    ).group_by(members.c.topic_id)


# Made once: at each join making these statements would cost more than running them.
_COUNTS = _counts()
_SAVE = (
    update(topics)
    .where(topics.c.id == bindparam("of"))
    .values(
        updated_at=bindparam("now"),
        **{name: bindparam(name) for name in ("size", "reposts", "askers")},
    )
)
