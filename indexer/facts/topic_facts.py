"""Describes topics for agents: label, keywords, trend, typical questions, draft answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Engine

from indexer.facts.keywords import shared_keywords, topic_keywords
from indexer.facts.labels import Sayings, TopicLabel, label_topics
from indexer.facts.reposts import find_reposts
from indexer.facts.trends import find_trend
from indexer.progress import Progress
from indexer.replies.topic_drafts import draft_of_topic
from indexer.topics.grouping import Grouping
from indexer.topics.near_topics import nearest_topics
from kb.clock import utc_now
from kb.embedded_text import embedded_text
from kb.questions import GroupableQuestion
from kb.topics import NearTopic, TopicFacts

WEEKS_KEPT = 60
"""Weeks of counts stored with a topic: a year and what came before a season."""

PRODUCTS_KEPT = 12
"""Products stored with a topic, those of the most questions."""

NEAR_KEPT = 5
MIN_NEAR_COSINE = 0.35
"""Topics farther apart than this share no more than a way of asking."""

BACKGROUND = 20_000
"""Questions that tell which words are common, where only some topics are described."""

SEARCH = "search"


@dataclass(frozen=True, slots=True)
class DescribedTopic:
    """One topic's rows, the surest first, and what is known of it; `topic` is its number."""

    rows: NDArray[np.int64]
    facts: TopicFacts
    topic: int = 0


def describe_topics(
    engine: Engine,
    questions: Sequence[GroupableQuestion],
    vectors: NDArray[np.float32],
    grouping: Grouping,
    *,
    only: Collection[int] | None = None,
    on_progress: Callable[[Progress], None] | None = None,
) -> list[DescribedTopic]:
    """Facts of every topic, or of those in `only`, in topic order.

    Rows are places in `questions` and `vectors`. The newest question tells what "now" is for
    trends, so that an old export has trends, too; it is never later than the present.
    """
    wanted = range(grouping.topic_count) if only is None else sorted(only)
    keywords = _keywords(questions, grouping, only=only)
    said = Sayings(
        texts=[one.subject or one.body for one in questions],
        langs=[one.lang for one in questions],
        bodies=[one.body for one in questions],
        searched=[one.channel == SEARCH for one in questions],
        keywords=keywords,
    )
    labels = label_topics(
        vectors, said, grouping.topic_of, topic_count=grouping.topic_count, only=only
    )
    now = min(max((one.asked_at.date() for one in questions), default=date.min), utc_now().date())
    order = np.argsort(grouping.topic_of, kind="stable")
    bounds = np.searchsorted(grouping.topic_of[order], np.arange(grouping.topic_count + 1))
    described = []
    for done, (topic, label) in enumerate(zip(wanted, labels, strict=True), start=1):
        rows = order[bounds[topic] : bounds[topic + 1]]
        rows = rows[np.argsort(-grouping.confidence[rows], kind="stable")]
        draft = draft_of_topic(engine, [questions[row].id for row in rows.tolist()])
        facts = _facts(questions, rows, label, keywords[topic], draft, now=now)
        described.append(DescribedTopic(rows, facts, topic))
        if on_progress is not None:
            on_progress(Progress("label", done, len(wanted)))
    return described


def find_near_topics(
    vectors: NDArray[np.float32],
    grouping: Grouping,
    ids: Sequence[int],
    keywords: Mapping[int, Sequence[str]],
) -> dict[int, tuple[NearTopic, ...]]:
    """The nearest topics of each topic by id, nearest first, as the record stores them.

    ids: the id of each topic of the grouping; keywords: by topic id.
    """
    near = nearest_topics(vectors, grouping.topic_of, grouping.topic_count, k=NEAR_KEPT)
    return {
        ids[topic]: tuple(
            NearTopic(
                id=ids[one.topic],
                cosine=round(one.cosine, 4),
                shared=shared_keywords(
                    keywords.get(ids[topic], ()), keywords.get(ids[one.topic], ())
                ),
            )
            for one in found
            if one.cosine >= MIN_NEAR_COSINE
        )
        for topic, found in enumerate(near)
    }


def _keywords(
    questions: Sequence[GroupableQuestion], grouping: Grouping, *, only: Collection[int] | None
) -> Sequence[tuple[str, ...]]:
    rows = np.arange(len(questions))
    if only is not None and len(rows) > BACKGROUND:
        some = np.linspace(0, len(rows) - 1, BACKGROUND).astype(np.int64)
        rows = np.union1d(some, np.flatnonzero(np.isin(grouping.topic_of, list(only))))
    texts = [embedded_text(questions[row].subject, questions[row].body) for row in rows.tolist()]
    return topic_keywords(texts, grouping.topic_of[rows], topic_count=grouping.topic_count)


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
    repeats = find_reposts(members)
    asks = [one for one, is_repeat in zip(members, repeats, strict=True) if not is_repeat]
    trend = find_trend([one.asked_at.date() for one in asks], now=now)
    return TopicFacts(
        label=label.label,
        lang=label.lang,
        label_question_id=questions[label.row].id,
        keywords=keywords,
        size=len(asks),
        askers=count_askers(members),
        cohesion=round(label.cohesion, 4),
        weeks=tuple((week.iso_week, week.count) for week in trend.weeks[-WEEKS_KEPT:])
        if trend
        else (),
        trend=str(trend.direction) if trend else None,
        typical=tuple(questions[row].id for row in label.typical),
        atypical=tuple(questions[row].id for row in label.atypical),
        draft=draft,
        first_asked_at=min(one.asked_at for one in members),
        last_asked_at=max(one.asked_at for one in members),
        reposts=len(members) - len(asks),
        langs=_counted(one.lang for one in asks),
        products=_counted(one.product for one in asks)[:PRODUCTS_KEPT],
    )


def count_askers(members: Sequence[GroupableQuestion]) -> int:
    """Distinct senders; a question without one counts as somebody of its own."""
    named = {one.sender for one in members if one.sender}
    return len(named) + sum(1 for one in members if not one.sender)


def _counted(names: Iterable[str | None]) -> tuple[tuple[str, int], ...]:
    counts = Counter(name for name in names if name)
    return tuple(sorted(counts.items(), key=lambda one: (-one[1], one[0])))
