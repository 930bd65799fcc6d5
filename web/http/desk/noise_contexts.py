"""What the template of the page about noise may read, like `contexts`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from web.http.contexts import FieldError, Tab


@dataclass(frozen=True, slots=True)
class NoiseRow:
    """One message that takes no part in topics, or that a person took back in.

    `reason` is a word of `kb.desk.noise.REASONS`, or "question"; `said_by` is "" where the rules
    decided. `subject` and `text` may both be empty.
    """

    id: int
    subject: str
    text: str
    lang: str | None
    origin: str
    asked_on: date
    reason: str
    said_by: str
    said_on: date | None


@dataclass(frozen=True, slots=True)
class NoisePage:
    """All that desk/noise.html may read.

    `current` is the open tab: "all", a reason, or "question" for what people took back in.
    `kept_out` counts everything that takes no part in topics. `back` is this page's address.
    """

    rows: tuple[NoiseRow, ...]
    tabs: tuple[Tab, ...]
    current: str
    kept_out: int
    back: str
    errors: tuple[FieldError, ...] = ()
    first_url: str | None = None
    next_url: str | None = None

    @property
    def says_question(self) -> bool:
        """Whether the buttons of this tab say that a message is a question."""
        return self.current != "question"
