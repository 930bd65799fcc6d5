"""What people look for, counted for agents by week: what it found and what it led to."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, func, select

from kb.access import Viewer, may_edit
from kb.errors import NotPermitted
from kb.searches.intents import PICKED
from kb.store.schema import search_days, search_intents


@dataclass(frozen=True, slots=True)
class SearchesWanted:
    """Which searches: whole weeks from Monday `since` up to and without `until`, one language.

    `unanswered` keeps only those that found no answer.
    """

    since: date
    until: date
    lang: str | None = None
    unanswered: bool = False


@dataclass(frozen=True, slots=True)
class WeekOfSearches:
    """What one week's settled searches found and led to; `week` is its Monday."""

    week: date
    searches: int = 0
    clicked: int = 0
    unanswered: int = 0
    verdicts: Mapping[str, int] = field(default_factory=dict)
    outcomes: Mapping[str, int] = field(default_factory=dict)


def require_editor(viewer: Viewer) -> None:
    """Raise NotPermitted for whoever may not read what people look for."""
    if not may_edit(viewer):
        raise NotPermitted("what people look for is for support agents")


def newest_search_day(conn: Connection, *, viewer: Viewer) -> date | None:
    """The day of the last search, None where nobody searched."""
    require_editor(viewer)
    last: datetime | None = conn.execute(select(func.max(search_intents.c.at))).scalar_one()
    counted: str | None = conn.execute(select(func.max(search_days.c.day))).scalar_one()
    days = [last.date()] if last else []
    return max([*days, *([date.fromisoformat(counted)] if counted else [])], default=None)


def monday_of(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def mondays_of(wanted: SearchesWanted) -> list[date]:
    """The Monday of each week that is wanted, oldest first."""
    weeks = (wanted.until - wanted.since).days // 7
    return [wanted.since + timedelta(weeks=number) for number in range(weeks)]


def searches_by_week(
    conn: Connection, wanted: SearchesWanted, *, viewer: Viewer
) -> list[WeekOfSearches]:
    """Every week from `since` to `until`, oldest first, also those without a search.

    Read from the counts per day, which stay when the searches themselves are forgotten.
    """
    require_editor(viewer)
    table = search_days.c
    statement = select(search_days).where(
        table.day >= wanted.since.isoformat(),
        table.day < wanted.until.isoformat(),
        table.verdict != PICKED,
    )
    if wanted.lang is not None:
        statement = statement.where(table.lang == wanted.lang)
    sums: dict[date, Counter[str]] = defaultdict(Counter)
    for row in conn.execute(statement):
        counted = sums[monday_of(date.fromisoformat(row.day))]
        for name in ("searches", "clicked", "unanswered"):
            counted[name] += getattr(row, name)
        counted[f"verdict {row.verdict}"] += row.searches
        counted[f"outcome {row.outcome}"] += row.searches
    return [_week(monday, sums[monday]) for monday in mondays_of(wanted)]


def _week(monday: date, counted: Counter[str]) -> WeekOfSearches:
    return WeekOfSearches(
        week=monday,
        searches=counted["searches"],
        clicked=counted["clicked"],
        unanswered=counted["unanswered"],
        verdicts={word: counted[f"verdict {word}"] for word in ("answer", "maybe", "none")},
        outcomes={word: counted[f"outcome {word}"] for word in ("answered", "asked", "left")},
    )


def searched_langs(conn: Connection, *, viewer: Viewer) -> list[str]:
    """The languages that people searched in, in order."""
    require_editor(viewer)
    statement = select(search_days.c.lang).distinct().order_by(search_days.c.lang)
    return [lang for lang in conn.execute(statement).scalars() if lang]
