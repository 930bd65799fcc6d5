"""What the template of the audit's page may read, like `contexts`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from web.http.contexts import Notice, Tab


@dataclass(frozen=True, slots=True)
class AuditSide:
    """One entry of a pair; `quoted` is the sentence that the other entry contradicts."""

    id: int
    title: str
    url: str
    lang: str
    answer: Markup
    opened: int
    yes: int
    no: int
    wordings: int
    audience: str
    product: str | None = None
    category: str | None = None
    reviewed_on: date | None = None
    quoted: str = ""


@dataclass(frozen=True, slots=True)
class AuditPair:
    """Two entries that say the same or contradict each other, with what shows it.

    `kind` is `duplicate` or `contradiction`. Percentages are whole numbers; `shared` are shown
    and unshown wordings that both have, for staff. `closed_by` is set once somebody closed it.
    """

    anchor: str
    kind: str
    sides: tuple[AuditSide, AuditSide]
    action: str
    questions_percent: int | None = None
    answers_percent: int | None = None
    shared: tuple[str, ...] = ()
    closed_by: str = ""
    closed_on: date | None = None


@dataclass(frozen=True, slots=True)
class MergeRow:
    """One merge; `undo_url` takes a POST while it can still be taken back, until `undo_until`."""

    title: str
    into_title: str
    into_url: str
    by: str
    on: date
    wordings: int
    undo_url: str | None = None
    undo_until: date | None = None
    undone_by: str = ""
    undone_on: date | None = None


@dataclass(frozen=True, slots=True)
class AuditPage:
    """All that desk/audit.html may read; `show` is `open`, `dismissed` or `merged`."""

    show: str
    tabs: tuple[Tab, ...]
    pairs: tuple[AuditPair, ...] = ()
    merges: tuple[MergeRow, ...] = ()
    notice: Notice | None = None
    first_url: str | None = None
    next_url: str | None = None
