"""What the templates of topics may read: the queue, and one topic with all that explains it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from kb.desk.next_steps import StepKind
from web.http.contexts import Column, FieldError, Link, Notice, Tab
from web.http.desk.draft_contexts import Clash, Draft, PromoteForm

PaceKind = Literal["week", "month", "rare", "none", "unknown"]


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
class Choice:
    """One value of a field to choose from; `label` is ready to show."""

    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Pace:
    """How many people ask and get no answer, in a number that says something.

    `count` goes with `week` and `month`; `rare` is less than one a month, `none` nobody,
    `unknown` before anybody looked.
    """

    kind: PaceKind
    count: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """What to do next: `kind` of `kb.desk.next_steps`, `entry` the one to do it to.

    `url` leads there, or takes the POST of `action` where that is set.
    """

    kind: StepKind
    entry: Link | None = None
    url: str = ""
    action: str = ""
    entry_id: int | None = None


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
    askers: int = 0
    pace: Pace = Pace("unknown")
    step: Step = Step("wait")


@dataclass(frozen=True, slots=True)
class TopicsPage:
    """All that desk/topics.html may read.

    `tabs` have the states as keys; `columns` the keys `label effect size trend verdict last`.
    `total` counts the topics of the state that the filters keep, `ungrouped` the questions that
    no topic holds; `export_url` gives the same as CSV. The first choice of each filter is all.
    """

    rows: tuple[TopicRow, ...]
    tabs: tuple[Tab, ...]
    columns: tuple[Column, ...]
    total: int
    ungrouped: int = 0
    export_url: str | None = None
    first_url: str | None = None
    next_url: str | None = None
    state: str = "candidate"
    sort: str = "effect"
    langs: tuple[Choice, ...] = ()
    products: tuple[Choice, ...] = ()
    verdicts: tuple[Choice, ...] = ()
    clear_url: str | None = None


@dataclass(frozen=True, slots=True)
class QuestionLine:
    """One real question of a topic, cleaned; `source` names channel and the source's own id."""

    text: str
    source: str
    asked_on: date
    id: int = 0
    lang: str | None = None


@dataclass(frozen=True, slots=True)
class MemberLine:
    """One question in the list of all, with how surely it belongs here, in percent."""

    id: int
    text: str
    source: str
    asked_on: date
    percent: int
    lang: str | None = None


@dataclass(frozen=True, slots=True)
class MemberList:
    """One page of a topic's questions, the surest first, numbered from `first`."""

    rows: tuple[MemberLine, ...]
    total: int
    first: int
    action: str
    first_url: str | None = None
    next_url: str | None = None

    @property
    def last(self) -> int:
        """The number of the last one shown."""
        return self.first + len(self.rows) - 1


@dataclass(frozen=True, slots=True)
class AskedLine:
    """A wording that was searched as a customer would, and what that found.

    `verdict` is that of a search (`answer maybe none`), `percent` how sure it was.
    """

    text: str
    lang: str | None
    verdict: str
    percent: int
    entry: Link | None = None


@dataclass(frozen=True, slots=True)
class EvidenceBox:
    """Why the topic has its verdict; `reasons` are of those whom the entry did not help."""

    asked: tuple[AskedLine, ...]
    answered: int
    entry: Link | None
    helpful: int
    unhelpful: int
    reasons: tuple[tuple[str, int], ...]
    checked_on: date

    @property
    def votes(self) -> int:
        """All votes on the entry."""
        return self.helpful + self.unhelpful


@dataclass(frozen=True, slots=True)
class NearLine:
    """A topic nearby; `percent` is its likeness, `merge_url` takes a POST, None where none may."""

    id: int
    label: str
    lang: str | None
    url: str
    percent: int
    shared: tuple[str, ...]
    size: int
    state: str
    merge_url: str | None


@dataclass(frozen=True, slots=True)
class Share:
    """One part of a topic's questions; `label` is ready to show."""

    label: str
    count: int
    percent: int


@dataclass(frozen=True, slots=True)
class SharesOf:
    """The parts by `kind`: `lang product` or `channel`."""

    kind: str
    shares: tuple[Share, ...]


@dataclass(frozen=True, slots=True)
class DecisionLine:
    """What somebody did to this topic; `undo_url` takes a POST, None once it is undone."""

    action: str
    by: str
    on: date
    undo_url: str | None
    other: Link | None = None


@dataclass(frozen=True, slots=True)
class TopicPage:
    """All that desk/topic.html may read.

    `label` is in `lang`, the reader's language where the topic has questions in it. `samples`
    are the most typical questions, `atypical` those to check before promoting, `clashes` the
    replies that contradict each other. `reposts` of the questions only repeat an ask of the
    same person and count no more. `entry` is set once promoted; `promote`, `dismiss_url`,
    `restore_url` and `detach_url` only while that is possible. `here` is this page's own path.
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
    restore_url: str | None = None
    reposts: int = 0
    cohesion_percent: int | None = None
    pace: Pace = Pace("unknown")
    step: Step = Step("wait")
    evidence: EvidenceBox | None = None
    near: tuple[NearLine, ...] = ()
    shares: tuple[SharesOf, ...] = ()
    members: MemberList | None = None
    decisions: tuple[DecisionLine, ...] = ()
    here: str = "/desk/topics"
    detach_url: str | None = None
    notice: Notice | None = None
    errors: tuple[FieldError, ...] = ()
