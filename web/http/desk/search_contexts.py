"""What desk/searches.html may read: searches in the same words, and what came of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from web.http.contexts import Link, Tab
from web.http.desk.topic_contexts import Choice, Trend


@dataclass(frozen=True, slots=True)
class SearchRow:
    """Searches in the same words; `people` counts visitors, each day anew.

    `ask_key` makes a question of it, None where one was made; `topic` is where that stands.
    """

    text: str
    lang: str | None
    people: int
    searches: int
    unanswered: int
    trend: Trend
    last_on: date
    topic: Link | None = None
    ask_key: str | None = None


@dataclass(frozen=True, slots=True)
class WeekOutcomes:
    """One week's searches: (answer, maybe, none) and (answered, asked, left)."""

    week: date
    verdicts: tuple[int, int, int]
    outcomes: tuple[int, int, int]

    @property
    def searches(self) -> int:
        """All of them."""
        return sum(self.verdicts)


@dataclass(frozen=True, slots=True)
class SearchFigures:
    """What the weeks shown bring together; shares in whole percent of the searches."""

    searches: int
    answered_percent: int
    clicked_percent: int
    unanswered_percent: int


@dataclass(frozen=True, slots=True)
class SearchesPage:
    """All that desk/searches.html may read.

    `tabs` have the keys `gaps` and `all`, `show` is the one shown. `langs` are the languages
    to choose from, the first one all of them.
    """

    rows: tuple[SearchRow, ...]
    weeks: tuple[WeekOutcomes, ...]
    figures: SearchFigures
    tabs: tuple[Tab, ...]
    show: str
    spans: tuple[Choice, ...]
    langs: tuple[Choice, ...]
    export_url: str

    @property
    def verdict_parts(self) -> tuple[tuple[int, int, int], ...]:
        """The shares of each week's bar by verdict."""
        return tuple(week.verdicts for week in self.weeks)

    @property
    def outcome_parts(self) -> tuple[tuple[int, int, int], ...]:
        """The shares of each week's bar by outcome."""
        return tuple(week.outcomes for week in self.weeks)
