"""What the template of the page about decisions may read, like `contexts`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from web.http.contexts import FieldError, Link, Tab


@dataclass(frozen=True, slots=True)
class NamedText:
    """A question's wording or a topic's label; `text` is empty where it is gone.

    `number` is the id, `url` is empty for what has no page of its own.
    """

    number: int
    text: str
    lang: str | None = None
    url: str = ""


@dataclass(frozen=True, slots=True)
class StatementRow:
    """One statement: two questions are the same, or not; `newer` leads to what overrides it."""

    same: bool
    first: NamedText
    second: NamedText
    overridden: bool = False
    newer: Link | None = None


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """One action of an agent; `action` is a word of `kb.store.grouping.regroupings`.

    `more` counts the questions beyond those named, `unshown` the statements beyond those shown.
    `state` is `stands`, `overridden` or `undone`; `newer` are the actions that override it, all or
    `in_part`.
    `act_url` takes a POST that takes it back, or does it again once it was taken back.
    """

    anchor: str
    short: str
    action: str
    topic: NamedText | None
    other: NamedText | None
    questions: tuple[NamedText, ...]
    count: int
    by: str
    at: datetime
    state: str
    act_url: str
    statements: tuple[StatementRow, ...] = ()
    unshown: int = 0
    newer: tuple[Link, ...] = ()
    in_part: bool = False
    undone_by: str = ""
    undone_at: datetime | None = None

    @property
    def time(self) -> str:
        """The time of day, UTC."""
        return f"{self.at:%H:%M}"

    @property
    def more(self) -> int:
        """How many questions are not named."""
        return max(0, self.count - len(self.questions))


@dataclass(frozen=True, slots=True)
class DecisionsPage:
    """All that desk/decisions.html may read.

    `tabs` have the keys `all stands overridden undone`; `current` is the open one. `total`
    counts all actions, `back` is this page's address. The field of an error is the short number
    of the decision that stands in the way, empty where there is none.
    """

    rows: tuple[DecisionRow, ...]
    tabs: tuple[Tab, ...]
    current: str
    total: int
    back: str
    errors: tuple[FieldError, ...] = ()
    first_url: str | None = None
    next_url: str | None = None
