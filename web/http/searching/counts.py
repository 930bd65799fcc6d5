"""What people look for, read for the agents' page, its download and the API alike."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection

from kb.access import Viewer
from kb.store.searches.groups import SearchGroup, search_groups
from kb.store.searches.reports import (
    SearchesWanted,
    WeekOfSearches,
    monday_of,
    newest_search_day,
    searched_langs,
    searches_by_week,
)
from web.http.csv_cells import safe_cell

SPANS = (4, 12, 26, 52)
"""Weeks that can be looked at."""

DEFAULT_SPAN = 12
EXPORTED = 1_000
CSV_HEADER = (
    "search",
    "language",
    "people",
    "searches",
    "without_answer",
    "answered",
    "asked",
    "left",
    "last_searched",
    "topic",
)


@dataclass(frozen=True, slots=True)
class SearchCounts:
    """Groups of searches, the weeks that they are from, and the languages to choose from."""

    groups: Sequence[SearchGroup]
    weeks: Sequence[WeekOfSearches]
    langs: Sequence[str]


def wanted_weeks(
    conn: Connection,
    span: int,
    *,
    today: date,
    lang: str | None,
    unanswered: bool,
    viewer: Viewer,
) -> SearchesWanted:
    """So many weeks up to that of the newest search, which is not later than today's."""
    newest = newest_search_day(conn, viewer=viewer) or today
    until = monday_of(min(newest, today)) + timedelta(weeks=1)
    return SearchesWanted(until - timedelta(weeks=span), until, lang, unanswered)


def read_searches(
    conn: Connection, wanted: SearchesWanted, *, viewer: Viewer, limit: int
) -> SearchCounts:
    """What was looked for in these weeks, in one state of the record."""
    return SearchCounts(
        groups=search_groups(conn, wanted, viewer=viewer, limit=limit),
        weeks=searches_by_week(conn, wanted, viewer=viewer),
        langs=searched_langs(conn, viewer=viewer),
    )


def searches_csv(groups: Sequence[SearchGroup]) -> str:
    """The groups as a table that spreadsheets can open without running anything in it."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(CSV_HEADER)
    for one in groups:
        writer.writerow(
            [
                safe_cell(one.text),
                one.lang or "",
                one.visitors,
                one.searches,
                one.unanswered,
                *(one.outcomes.get(word, 0) for word in ("answered", "asked", "left")),
                one.last_at.isoformat(timespec="seconds"),
                "" if one.topic_id is None else one.topic_id,
            ]
        )
    return out.getvalue()
