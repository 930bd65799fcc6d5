"""What the private page of a question and the list of one's own may read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from markupsafe import Markup

from web.http.account.watch_contexts import WatchBox
from web.http.contexts import FieldError, Notice, Tab
from web.http.reading.file_contexts import ShownFile
from web.http.reading.shelf_contexts import ListedLink

Status = Literal["waits", "held", "open", "more", "answered", "solved", "aside"]
"""How a question stands, for its asker: to be confirmed, looked at first, open, open again after
an answer, answered, solved, or put aside."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a question's way; `on` is None where the day is not known."""

    name: Literal["asked", "confirmed", "answered", "solved"]
    state: Literal["done", "now", "next"]
    on: date | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """One reply: `html` of what the team wrote here, else the plain `text`.

    `author` is "team", "asker" or "other"; `name` is for the team alone.
    """

    number: int
    author: Literal["team", "asker", "other"]
    name: str = ""
    on: date | None = None
    html: Markup | None = None
    text: str = ""
    files: tuple[ShownFile, ...] = ()


@dataclass(frozen=True, slots=True)
class BecameEntry:
    """The entry that answers questions like this one; `is_new` if it came after the question."""

    title: str
    url: str
    is_new: bool


@dataclass(frozen=True, slots=True)
class AskerTools:
    """What the asker may do; `text` and `errors` are of what was to be added, `open` shows it."""

    may_add: bool = False
    may_solve: bool = False
    may_keep: bool = False
    text: str = ""
    errors: tuple[FieldError, ...] = ()
    open: bool = False


@dataclass(frozen=True, slots=True)
class TeamTools:
    """What the team sees and may do besides; `preview` is the reply as it would look.

    `source` is set for what came from another system. `mailed` tells that somebody is told by
    mail of an answer; `topic_url` leads to the question's topic.
    """

    state: str
    states: tuple[str, ...] = ()
    text: str = ""
    errors: tuple[FieldError, ...] = ()
    preview: Markup | None = None
    topic_url: str = ""
    source: str = ""
    mailed: bool = False


@dataclass(frozen=True, slots=True)
class QuestionPage:
    """All that question/question.html may read.

    `address` is the page's path, `token` what makes it readable (empty for who needs none).
    `email` is set while a guest has to confirm, until `confirm_by`. `team` is set for staff.
    """

    address: str
    token: str
    title: str
    status: Status
    steps: tuple[Step, ...]
    text: str = ""
    product: str = ""
    files: tuple[ShownFile, ...] = ()
    said: tuple[Said, ...] = ()
    email: str = ""
    confirm_by: date | None = None
    just_sent: bool = False
    tells_by_mail: bool = False
    became: BecameEntry | None = None
    near: tuple[ListedLink, ...] = ()
    watch: WatchBox | None = None
    asker: AskerTools = AskerTools()
    team: TeamTools | None = None
    notice: Notice | None = None


@dataclass(frozen=True, slots=True)
class OwnQuestion:
    """One row of the list of one's own questions; `status` as on its page."""

    title: str
    url: str
    status: Status
    asked_on: date
    said_on: date | None = None


@dataclass(frozen=True, slots=True)
class MyQuestionsPage:
    """All that account/questions.html may read."""

    tabs: tuple[Tab, ...]
    current: str
    rows: tuple[OwnQuestion, ...] = ()
    first_url: str | None = None
    next_url: str | None = None


@dataclass(frozen=True, slots=True)
class ToAnswerRow:
    """One question in the team's list; `said` counts the replies to it."""

    title: str
    url: str
    asked_on: date
    product: str = ""
    said: int = 0


@dataclass(frozen=True, slots=True)
class ToAnswerPage:
    """All that desk/questions.html may read; `waiting` counts what nobody answered yet."""

    tabs: tuple[Tab, ...]
    current: str
    waiting: int = 0
    rows: tuple[ToAnswerRow, ...] = ()
    first_url: str | None = None
    next_url: str | None = None
