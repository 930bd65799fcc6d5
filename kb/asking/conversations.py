"""A question and its replies as those who talk to each other see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

STATES = ("open", "answered", "solved", "spam", "hidden")
"""What can be the matter with a question."""

PUT_ASIDE = frozenset({"spam", "hidden"})
"""States in which nobody goes on with a question."""

ASKED_HERE = "form"
"""Channel and source of what was asked on this site or in its widget."""


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """A question in the words of its asker; only for its asker and for staff.

    `sender` is the address of a guest, or how its source names the asker; `locale` is the
    language of the page on which it was asked, None for what came from elsewhere.
    `confirm_until` is None unless a guest still has to confirm it.
    """

    id: int
    token: str
    channel: str
    source: str
    state: str
    subject: str
    body: str
    is_html: bool
    locale: str | None
    product: str | None
    product_name: str | None
    asked_at: datetime
    confirm_until: datetime | None
    solved_at: datetime | None
    account_id: int | None
    sender: str
    noise: str | None

    @property
    def waits(self) -> bool:
        """Whether a guest still has to confirm it."""
        return self.confirm_until is not None

    @property
    def is_ours(self) -> bool:
        """Whether it was asked on this site; what came from elsewhere is answered there."""
        return self.locale is not None or self.account_id is not None

    @property
    def is_held(self) -> bool:
        """Whether it looks like advertising, so that a person looks at it first."""
        return self.noise == "spam"

    @property
    def is_put_aside(self) -> bool:
        """Whether nobody goes on with it."""
        return self.state in PUT_ASIDE


@dataclass(frozen=True, slots=True)
class SaidReply:
    """One reply; an agent's that was written here is Markdown, all others are plain or HTML.

    `author` is "agent", "customer", "helper" or "unknown"; `by_name` is for staff alone.
    """

    id: int
    author: str
    by_name: str
    text: str
    is_html: bool
    written_here: bool
    written_at: datetime | None

    @property
    def is_markdown(self) -> bool:
        """Whether the text is Markdown."""
        return self.written_here and self.author == "agent"


@dataclass(frozen=True, slots=True)
class Conversation:
    """A question with its replies, oldest first."""

    question: AskedQuestion
    replies: tuple[SaidReply, ...]

    @property
    def answered_at(self) -> datetime | None:
        """When somebody first answered, None where nobody did or no time is known."""
        times = [one.written_at for one in self.replies if one.author != "customer"]
        return next((one for one in times if one is not None), None)

    @property
    def has_answer(self) -> bool:
        """Whether anybody but the asker said something."""
        return any(one.author != "customer" for one in self.replies)
