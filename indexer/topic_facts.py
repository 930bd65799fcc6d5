"""Describes topics for agents: label, keywords, trend, typical questions, draft answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Engine

from indexer.grouping import Grouping
from indexer.keywords import topic_keywords
from indexer.labels import TopicLabel, label_topics
from indexer.progress import Progress
from indexer.topic_drafts import draft_of_topic
from indexer.trends import find_trend
from kb.embedded_text import embedded_text
from kb.questions import GroupableQuestion
from kb.topics import TopicFacts

WEEKS_KEPT = 60
"""Weeks of counts stored with a topic: a year and what came before a season."""


@dataclass(frozen=True, slots=True)
class DescribedTopic:
    """One topic's rows, the surest first, and what is known of it."""

    rows: NDArray[np.int64]
    facts: TopicFacts


def describe_topics(
    engine: Engine,
    questions: Sequence[GroupableQuestion],
    vectors: NDArray[np.float32],
    grouping: Grouping,
    *,
    on_progress: Callable[[Progress], None] | None = None,
) -> list[DescribedTopic]:
    """Facts of every topic, in topic order; rows are places in `questions` and `vectors`.

    The newest question tells what "now" is for trends, so that an old export has trends, too.
    """
    wordings = [one.subject or one.body for one in questions]
    labels = label_topics(
        vectors,
        wordings,
        grouping.topic_of,
        topic_count=grouping.topic_count,
        langs=[one.lang for one in questions],
    )
    texts = [embedded_text(one.subject, one.body) for one in questions]
    keywords = topic_keywords(texts, grouping.topic_of, topic_count=grouping.topic_count)
    now = max((one.asked_at.date() for one in questions), default=date.min)
    described = []
    for topic, (label, words) in enumerate(zip(labels, keywords, strict=True)):
        rows = np.flatnonzero(grouping.topic_of == topic)
        rows = rows[np.argsort(-grouping.confidence[rows], kind="stable")]
        draft = draft_of_topic(engine, [questions[row].id for row in rows.tolist()])
        facts = _facts(questions, rows, label, words, draft, now=now)
        described.append(DescribedTopic(rows, facts))
        if on_progress is not None:
            on_progress(Progress("label", topic + 1, grouping.topic_count))
    return described


def _facts(
    questions: Sequence[GroupableQuestion],
    rows: NDArray[np.int64],
    label: TopicLabel,
    keywords: tuple[str, ...],
    draft: dict[str, Any] | None,
    *,
    now: date,
) -> TopicFacts:
    members = [questions[row] for row in rows]
    days = [one.asked_at for one in members]
    trend = find_trend([day.date() for day in days], now=now)
    return TopicFacts(
        label=label.label,
        lang=label.lang,
        label_question_id=questions[label.row].id,
        keywords=keywords,
        size=len(members),
        askers=count_askers(members),
        cohesion=round(label.cohesion, 4),
        weeks=tuple((week.iso_week, week.count) for week in trend.weeks[-WEEKS_KEPT:])
        if trend
        else (),
        trend=str(trend.direction) if trend else None,
        typical=tuple(questions[row].id for row in label.typical),
        atypical=tuple(questions[row].id for row in label.atypical),
        draft=draft,
        first_asked_at=min(days),
        last_asked_at=max(days),
    )


def count_askers(members: Sequence[GroupableQuestion]) -> int:
    """Distinct senders; a question without one counts as somebody of its own."""
    named = {one.sender for one in members if one.sender}
    return len(named) + sum(1 for one in members if not one.sender)
