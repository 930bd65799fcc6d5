"""Invented searches for the tests of the page that shows them."""

from __future__ import annotations

from datetime import date, timedelta

from web.http.contexts import Link, Tab
from web.http.desk.search_contexts import (
    SearchesPage,
    SearchFigures,
    SearchRow,
    WeekOutcomes,
)
from web.http.desk.topic_contexts import (
    Choice,
    Trend,
)
from web.http.desk.topic_samples import FIRST_WEEK, weeks


def sample_searches() -> SearchesPage:
    """Searches with a topic, without one, and one that can be made a question."""
    counts = ((61, 12, 9), (58, 15, 14), (64, 11, 31), (66, 13, 52))
    outcomes = ((55, 9, 18), (52, 11, 24), (57, 16, 33), (60, 24, 47))
    return SearchesPage(
        rows=(
            SearchRow(
                text="app finds no machine since the update",
                lang="en",
                people=88,
                searches=94,
                unanswered=91,
                trend=Trend(weeks(2, 9, 31, 52), "rising"),
                last_on=date(2026, 7, 24),
                topic=Link("App says no machine found after the update", "/desk/topics/7"),
            ),
            SearchRow(
                text="entkalken",
                lang="de",
                people=6,
                searches=7,
                unanswered=3,
                trend=Trend(weeks(2, 2, 1, 2), "steady"),
                last_on=date(2026, 7, 22),
                ask_key="entkalken",
            ),
            SearchRow(
                text="E-07",
                lang=None,
                people=1,
                searches=1,
                unanswered=1,
                trend=Trend(weeks(0, 0, 0, 1), "new"),
                last_on=date(2026, 7, 20),
            ),
        ),
        weeks=tuple(
            WeekOutcomes(FIRST_WEEK + timedelta(weeks=i), found, then)
            for i, (found, then) in enumerate(zip(counts, outcomes, strict=True))
        ),
        figures=SearchFigures(406, 55, 48, 31),
        tabs=(
            Tab("gaps", "/desk/searches?show=gaps", True),
            Tab("all", "/desk/searches?show=all", False),
        ),
        show="gaps",
        spans=(Choice("4", "4", True), Choice("12", "12", False)),
        langs=(Choice("", "", True), Choice("de", "German", False)),
        export_url="/desk/searches.csv?show=gaps&weeks=4",
    )
