"""What a topic's effect is counted from, and verdicts with their evidence, in the record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, select, update

from kb.store.engine import chunks
from kb.store.schema import assignments, questions, topics
from kb.store.topics.evidence import evidence_to_json
from kb.store.topics.member_counts import distinct_senders
from kb.topics import Evidence

IN_QUEUE = ("candidate", "promoted")
"""States of topics that get a verdict."""


@dataclass(frozen=True, slots=True)
class TopicVerdict:
    """Whether published entries answer a topic, why, and for what share of askers they do not."""

    verdict: str
    unanswered_share: float
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class EffectBasis:
    """What one topic's effect is made of; `effect` is the stored one."""

    topic_id: int
    askers: int
    recent_askers: int
    first_asked_at: datetime | None
    unanswered_share: float | None
    effect: float


def asked_span(conn: Connection) -> tuple[datetime, datetime] | None:
    """When the first and the newest of the questions in topics were asked; None without any."""
    statement = (
        select(func.min(questions.c.asked_at), func.max(questions.c.asked_at))
        .join(assignments, assignments.c.question_id == questions.c.id)
        .where(assignments.c.topic_id.is_not(None))
    )
    first, newest = conn.execute(statement).one()
    return None if first is None else (first, newest)


def effect_bases(conn: Connection, *, since: datetime, until: datetime) -> list[EffectBasis]:
    """Every topic in the queue with its askers, and how many of them asked in that time."""
    recent = (
        select(assignments.c.topic_id, distinct_senders().label("askers"))
        .join(questions, questions.c.id == assignments.c.question_id)
        .where(
            assignments.c.topic_id.is_not(None),
            questions.c.asked_at >= since,
            questions.c.asked_at <= until,
        )
        .group_by(assignments.c.topic_id)
        .subquery()
    )
    statement = (
        select(
            topics.c.id,
            topics.c.askers,
            func.coalesce(recent.c.askers, 0),
            topics.c.first_asked_at,
            topics.c.unanswered_share,
            topics.c.effect,
        )
        .outerjoin(recent, recent.c.topic_id == topics.c.id)
        .where(topics.c.state.in_(IN_QUEUE), topics.c.size > 0)
        .order_by(topics.c.id)
    )
    return [EffectBasis(*row) for row in conn.execute(statement)]


def save_effects(conn: Connection, effects: Mapping[int, float]) -> None:
    """Store the people a week without an answer, by topic id."""
    rows = [{"of": topic_id, "new": effect} for topic_id, effect in effects.items()]
    if rows:
        of_topic = update(topics).where(topics.c.id == bindparam("of"))
        conn.execute(of_topic.values(effect=bindparam("new")), rows)


def save_topic_verdict(conn: Connection, topic_id: int, found: TopicVerdict) -> None:
    """Store a topic's verdict with its evidence; the effect follows with the next count."""
    conn.execute(
        update(topics)
        .where(topics.c.id == topic_id)
        .values(
            verdict=found.verdict,
            unanswered_share=round(found.unanswered_share, 4),
            evidence=evidence_to_json(found.evidence),
        )
    )


def topics_to_ask(conn: Connection, *, limit: int) -> list[int]:
    """Topics whose verdict is due: half of them of the greatest effect, the others in turn.

    In turn means those without a verdict first, then those whose verdict is the oldest.
    """
    statement = (
        select(topics.c.id, topics.c.evidence)
        .where(topics.c.state.in_(IN_QUEUE), topics.c.size > 0)
        .order_by(topics.c.effect.desc(), topics.c.size.desc(), topics.c.id)
    )
    checked = {
        row.id: (row.evidence or {}).get("checked_at", "") for row in conn.execute(statement)
    }
    ranked = list(checked)
    chosen = ranked[: limit // 2]
    in_turn = sorted(ranked[limit // 2 :], key=lambda topic_id: checked[topic_id])
    return [*chosen, *in_turn[: limit - len(chosen)]]


def newest_members(
    conn: Connection, topic_ids: Sequence[int], *, count: int
) -> dict[int, list[int]]:
    """The questions of each topic that were asked last, each wording once, newest first."""
    found: dict[int, list[int]] = {}
    for part in chunks(list(topic_ids)):
        wording = (
            select(
                assignments.c.topic_id,
                func.max(questions.c.id).label("id"),
                func.max(questions.c.asked_at).label("asked_at"),
            )
            .join(questions, questions.c.id == assignments.c.question_id)
            .where(assignments.c.topic_id.in_(part))
            .group_by(assignments.c.topic_id, questions.c.text_hash)
            .subquery()
        )
        place = func.row_number().over(
            partition_by=wording.c.topic_id,
            order_by=(wording.c.asked_at.desc(), wording.c.id.desc()),
        )
        ranked = select(wording.c.topic_id, wording.c.id, place.label("place")).subquery()
        statement = (
            select(ranked.c.topic_id, ranked.c.id)
            .where(ranked.c.place <= count)
            .order_by(ranked.c.topic_id, ranked.c.place)
        )
        for row in conn.execute(statement):
            found.setdefault(row.topic_id, []).append(row.id)
    return found
