"""Whether a topic is asked more or less often than before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

import numpy as np

RECENT_WEEKS = 4
BEFORE_WEEKS = 8
# Two standard deviations of the count that an unchanged rate would give.
NOTABLE_Z = 2.0


class Direction(StrEnum):
    """What the counts say."""

    RISING = "rising"
    STEADY = "steady"
    FALLING = "falling"


@dataclass(frozen=True, slots=True)
class WeekCount:
    """Questions in one ISO week, which begins on `monday`."""

    monday: date
    count: int

    @property
    def iso_week(self) -> str:
        """The week as `2026-W07`."""
        year, week, _day = self.monday.isocalendar()
        return f"{year}-W{week:02d}"


@dataclass(frozen=True, slots=True)
class Trend:
    """Questions over time; weeks run from the first seen to that of `now`, without a hole.

    slope: questions per week, gained or lost each week, over the compared weeks.
    """

    first_seen: date
    last_seen: date
    weeks: tuple[WeekCount, ...]
    slope: float
    direction: Direction


def find_trend(days: Sequence[date], *, now: date) -> Trend | None:
    """The trend of questions asked on `days`; None where there are none up to `now`.

    The last four whole weeks are compared with the eight before them: under an unchanged
    rate the recent count is binomial, and beyond two of its deviations the topic rises or
    falls. Days after `now` are left out, and so is the week that is not over yet.
    """
    seen = sorted(day for day in days if day <= now)
    if not seen:
        return None
    counts = Counter(_monday(day) for day in seen)
    first, this_week = _monday(seen[0]), _monday(now)
    spans = (this_week - first).days // 7
    mondays = [first + timedelta(weeks=week) for week in range(spans + 1)]
    weeks = tuple(WeekCount(monday, counts[monday]) for monday in mondays)
    compared = [
        counts[this_week - timedelta(weeks=back)]
        for back in range(RECENT_WEEKS + BEFORE_WEEKS, 0, -1)
    ]
    slope = float(np.polyfit(np.arange(len(compared)), compared, 1)[0]) if any(compared) else 0.0
    return Trend(seen[0], seen[-1], weeks, slope, _direction(compared))


def _direction(compared: Sequence[int]) -> Direction:
    total, recent = sum(compared), sum(compared[-RECENT_WEEKS:])
    share = RECENT_WEEKS / (RECENT_WEEKS + BEFORE_WEEKS)
    deviation = (total * share * (1 - share)) ** 0.5
    if deviation == 0 or abs(recent - total * share) < NOTABLE_Z * deviation:
        return Direction.STEADY
    return Direction.RISING if recent > total * share else Direction.FALLING


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
