"""What the report says: topics, figures over time, and how far answers would get."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from indexer.facts.reposts import find_reposts
from indexer.facts.topic_facts import count_askers
from indexer.facts.trends import BEFORE_WEEKS, RECENT_WEEKS, Trend, find_trend
from kb.questions import GroupableQuestion

WEEKS_SHOWN = 104
"""Weeks in the figure over time: two years, so that a season can be compared."""

SPARK_WEEKS = 26
MIN_WEEKS_FOR_TREND = RECENT_WEEKS + BEFORE_WEEKS
HEADLINES = ((40, 20), (12, 5), (3, 1))
"""From so many topics on the headline sums up so many of the largest."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The questions of a report and where each stands; every field has one value a question.

    topic_of, nearest_topic: shape (n,), int32, places in the topics, negative for none. dated:
    shape (n,), bool, whether the time is known. vectors: shape (n, dim), float32, unit rows.
    """

    questions: Sequence[GroupableQuestion]
    topic_of: NDArray[np.int32]
    nearest_topic: NDArray[np.int32]
    dated: NDArray[np.bool_]
    vectors: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class NamedTopic:
    """What is known of a topic before its questions are counted.

    `number` is how people call it; `examples` are wordings of it other than the label.
    """

    number: int
    label: str
    lang: str | None
    keywords: tuple[str, ...]
    examples: tuple[str, ...]
    verdict: str | None = None
    effect: float = 0.0


@dataclass(frozen=True, slots=True)
class ReportTopic:
    """A topic with its figures.

    `size` counts asks: what one sender repeats counts once. `share` is that of all asks, 0 to
    1; `reach` the share of this topic and all larger ones. `people` is None where senders are
    not known, `weeks` empty where times are not known, oldest first, ending with the newest of
    the report.
    """

    name: NamedTopic
    rank: int
    size: int
    people: int | None
    share: float
    reach: float
    weeks: tuple[int, ...]
    trend: str | None
    recent: int
    before: float
    langs: tuple[tuple[str, int], ...]
    products: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Span:
    """Asks per week; `mondays` has no hole and as many places as `grouped` and `ungrouped`."""

    first_day: date
    last_day: date
    mondays: tuple[date, ...]
    grouped: tuple[int, ...]
    ungrouped: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """All figures of a report; topics are ordered by size, the largest first."""

    asks: int
    ungrouped: int
    reposts: int
    people: int | None
    topics: tuple[ReportTopic, ...]
    span: Span | None
    channels: tuple[tuple[str, int], ...]
    products: tuple[tuple[str, int], ...]
    langs: tuple[tuple[str, int], ...]

    @property
    def largest(self) -> int:
        """How many topics the headline sums up, 0 where they are few."""
        return next((most for least, most in HEADLINES if len(self.topics) >= least), 0)

    @property
    def largest_share(self) -> float:
        """Share of all asks that the largest topics hold, 0 to 1."""
        return self.topics[self.largest - 1].reach if self.largest else 0.0

    @property
    def rising(self) -> tuple[ReportTopic, ...]:
        """Topics asked notably more in the last weeks than before, the steepest first."""
        found = [one for one in self.topics if one.trend == "rising"]
        return tuple(sorted(found, key=lambda one: (one.before - one.recent, one.rank)))

    @property
    def falling(self) -> tuple[ReportTopic, ...]:
        """Topics asked notably less than before, the steepest first."""
        found = [one for one in self.topics if one.trend == "falling"]
        return tuple(sorted(found, key=lambda one: (one.recent - one.before, one.rank)))


def count_facts(asked: Asked, names: Sequence[NamedTopic]) -> tuple[Facts, NDArray[np.int32]]:
    """The figures, and for each place in `names` its place in the ordered topics.

    Topics without a question are left out (place -1). "Now" is the newest question, so that an
    old export has trends, too.
    """
    rows_of = [np.flatnonzero(asked.topic_of == place) for place in range(len(names))]
    kept = [_without_reposts(asked, rows) for rows in rows_of]
    loose = np.flatnonzero(asked.topic_of < 0)
    asks = sum(len(rows) for rows in kept) + len(loose)
    order = sorted(
        (place for place in range(len(names)) if len(kept[place])),
        key=lambda place: (-len(kept[place]), place),
    )
    counted = np.concatenate([*(kept[place] for place in order), loose]).astype(np.int64)
    days = [asked.questions[row].asked_at.date() for row in counted if asked.dated[row]]
    now = max(days, default=None)
    place_of = np.full(len(names), -1, dtype=np.int32)
    topics: list[ReportTopic] = []
    reach = 0
    for rank, place in enumerate(order, start=1):
        place_of[place] = rank - 1
        reach += len(kept[place])
        topics.append(
            _topic(asked, kept[place], names[place], rank=rank, reach=reach, asks=asks, now=now)
        )
    questions = [asked.questions[row] for row in counted]
    facts = Facts(
        asks=asks,
        ungrouped=len(loose),
        reposts=len(asked.questions) - asks,
        people=_people(questions),
        topics=tuple(topics),
        span=_span(asked, counted, now) if now else None,
        channels=_ranked(one.channel for one in questions),
        products=_ranked(one.product for one in questions),
        langs=_ranked(one.lang for one in questions),
    )
    return facts, place_of


def _without_reposts(asked: Asked, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    repeats = find_reposts([asked.questions[row] for row in rows])
    return rows[~np.array(repeats, dtype=np.bool_)] if len(rows) else rows


def _topic(
    asked: Asked,
    rows: NDArray[np.int64],
    name: NamedTopic,
    *,
    rank: int,
    reach: int,
    asks: int,
    now: date | None,
) -> ReportTopic:
    members = [asked.questions[row] for row in rows]
    days = [asked.questions[row].asked_at.date() for row in rows if asked.dated[row]]
    trend = find_trend(days, now=now) if now else None
    recent, before = _recent_and_before(trend)
    return ReportTopic(
        name=name,
        rank=rank,
        size=len(rows),
        people=_people(members),
        share=len(rows) / asks,
        reach=reach / asks,
        weeks=tuple(week.count for week in trend.weeks[-SPARK_WEEKS:]) if trend else (),
        trend=str(trend.direction) if trend else None,
        recent=recent,
        before=before,
        langs=_ranked(one.lang for one in members),
        products=_ranked(one.product for one in members),
    )


def _recent_and_before(trend: Trend | None) -> tuple[int, float]:
    """Asks in the last whole weeks, and in as many of the weeks before them in the mean."""
    if trend is None:
        return 0, 0.0
    whole = [week.count for week in trend.weeks[:-1]][-MIN_WEEKS_FOR_TREND:]
    before = whole[:-RECENT_WEEKS]
    return sum(whole[-RECENT_WEEKS:]), sum(before) * RECENT_WEEKS / BEFORE_WEEKS


def _people(questions: Sequence[GroupableQuestion]) -> int | None:
    return count_askers(questions) if any(one.sender for one in questions) else None


def _ranked(values: Iterable[str | None]) -> tuple[tuple[str, int], ...]:
    counts: Mapping[str, int] = Counter(one for one in values if one)
    return tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _span(asked: Asked, rows: NDArray[np.int64], now: date) -> Span:
    """Asks a week, the last weeks of a long record only; the days span all of it."""
    dated = [row for row in rows if asked.dated[row]]
    days = [asked.questions[row].asked_at.date() for row in dated]
    this_week = _monday(now)
    count = min((this_week - _monday(min(days))).days // 7 + 1, WEEKS_SHOWN)
    mondays = tuple(this_week - timedelta(weeks=back) for back in range(count - 1, -1, -1))
    counts = Counter(
        (_monday(day), bool(asked.topic_of[row] >= 0)) for row, day in zip(dated, days, strict=True)
    )
    return Span(
        first_day=min(days),
        last_day=now,
        mondays=mondays,
        grouped=tuple(counts[monday, True] for monday in mondays),
        ungrouped=tuple(counts[monday, False] for monday in mondays),
    )


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
