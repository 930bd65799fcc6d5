"""What each template of the agents' and admins' pages may read, like `contexts`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from web.http.contexts import (
    Column,
    EntryPage,
    FacetGroup,
    FieldError,
    Link,
    ResultRow,
    Tab,
)


@dataclass(frozen=True, slots=True)
class WeekCount:
    """How many questions one week brought; `week` is its Monday."""

    week: date
    count: int


@dataclass(frozen=True, slots=True)
class Trend:
    """Questions per week, oldest first, with the word for where it goes.

    `word` is `rising falling steady` or `new`.
    """

    weeks: tuple[WeekCount, ...]
    word: str = "steady"

    @property
    def counts(self) -> tuple[int, ...]:
        """The bare numbers, oldest week first."""
        return tuple(week.count for week in self.weeks)

    @property
    def latest(self) -> int:
        """The number of the newest week, 0 without weeks."""
        return self.counts[-1] if self.weeks else 0

    @property
    def highest(self) -> int:
        """The number of the busiest week, 0 without weeks."""
        return max(self.counts, default=0)


@dataclass(frozen=True, slots=True)
class TopicRow:
    """One topic in the agents' table; `verdict` is None before the first index run.

    `lang` is the label's language, None where it is not known.
    """

    label: str
    url: str
    size: int
    trend: Trend
    state: str
    verdict: str | None = None
    lang: str | None = None
    keywords: tuple[str, ...] = ()
    last_asked_on: date | None = None


@dataclass(frozen=True, slots=True)
class TopicsPage:
    """All that desk/topics.html may read.

    `tabs` have the states as keys; `columns` the keys `label size trend verdict last`.
    `ungrouped` counts the questions that no topic holds; `export_url` gives the same as CSV.
    """

    rows: tuple[TopicRow, ...]
    tabs: tuple[Tab, ...]
    columns: tuple[Column, ...]
    total: int
    ungrouped: int = 0
    export_url: str | None = None
    first_url: str | None = None
    next_url: str | None = None


@dataclass(frozen=True, slots=True)
class QuestionLine:
    """One real question of a topic, cleaned; `source` names channel and the source's own id."""

    text: str
    source: str
    asked_on: date


@dataclass(frozen=True, slots=True)
class Draft:
    """A reply that support really gave, offered as a draft; `source` says where it is from."""

    text: str
    source: str
    written_on: date | None = None


@dataclass(frozen=True, slots=True)
class Clash:
    """Two sentences of two replies that cannot both be followed, each with where it is from."""

    sentence: str
    source: str
    other_sentence: str
    other_source: str


@dataclass(frozen=True, slots=True)
class PromoteForm:
    """The form that makes a topic an entry, with what was typed and what is wrong with it.

    `start_from_draft_url` opens it with the draft as the answer, empty where there is none.
    """

    action: str
    title: str
    answer: str = ""
    errors: tuple[FieldError, ...] = ()
    start_from_draft_url: str = ""


@dataclass(frozen=True, slots=True)
class TopicPage:
    """All that desk/topic.html may read.

    `label` is in `lang`, the reader's language where the topic has questions in it. `samples`
    are the most typical questions, `atypical` those to check before promoting, `clashes` the
    replies that contradict each other.
    `entry` is set once promoted; `promote` and `dismiss_url` only while that is possible.
    """

    label: str
    state: str
    size: int
    askers: int
    trend: Trend
    verdict: str | None = None
    lang: str | None = None
    keywords: tuple[str, ...] = ()
    first_asked_on: date | None = None
    last_asked_on: date | None = None
    samples: tuple[QuestionLine, ...] = ()
    atypical: tuple[QuestionLine, ...] = ()
    draft: Draft | None = None
    clashes: tuple[Clash, ...] = ()
    entry: Link | None = None
    promote: PromoteForm | None = None
    dismiss_url: str | None = None


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
class Choice:
    """One value of a field to choose from; `label` is ready to show."""

    value: str
    label: str
    chosen: bool


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


@dataclass(frozen=True, slots=True)
class PiecesPage:
    """All that admin/pieces.html may read: samples of what the pieces show."""

    rows: tuple[ResultRow, ...]
    facets: tuple[FacetGroup, ...]
    entry: EntryPage
    topics: TopicsPage
    topic: TopicPage
