"""A question as the domain sees it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

CHANNELS = ("ticket", "email", "form", "forum", "chat", "search")
"""The ways a question can come in."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer that somebody wrote to a question; `body` is cleaned and masked."""

    id: int
    question_id: int
    author: str
    kind: str
    body: str
    written_at: datetime | None


@dataclass(frozen=True, slots=True)
class Question:
    """One thing somebody asked.

    `subject` and `body` are cleaned and masked; until the worker has cleaned them both are
    empty and `cleaned` is False. `token` is the unguessable part of its private address.
    `noise` says why it takes no part in topics (None: it does).
    """

    id: int
    channel: str
    source: str
    source_id: str
    token: str
    state: str
    subject: str
    body: str
    cleaned: bool
    lang: str | None
    product: str | None
    noise: str | None
    text_hash: str | None
    asked_at: datetime

    @property
    def wording(self) -> str:
        """What stands for the question in one line: its subject, else its body."""
        return self.subject or self.body


@dataclass(frozen=True, slots=True)
class RawQuestion:
    """A question as it came in, for the worker that cleans it."""

    id: int
    subject: str
    body: str
    is_html: bool
    lang_hint: str | None
    sender_name: str | None


@dataclass(frozen=True, slots=True)
class CleanedQuestion:
    """What cleaning made of one question; `replies` maps reply ids to their cleaned bodies."""

    id: int
    subject: str
    body: str
    lang: str | None
    noise: str | None
    masked: dict[str, int]
    text_hash: str
    replies: dict[int, str]


@dataclass(frozen=True, slots=True)
class GroupableQuestion:
    """A cleaned question that takes part in topics, with what grouping and trends need.

    `sender` tells askers apart; it is never shown.
    """

    id: int
    text_hash: str
    subject: str
    body: str
    lang: str | None
    product: str | None
    channel: str
    asked_at: datetime
    sender: str | None
