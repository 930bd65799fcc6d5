"""The bodies that the questions' operations take and give."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field, model_validator

from kb.visible_text import has_visible
from web.http.api.fields import Code, UtcTime, Word
from web.http.dependencies import MAX_ID

MAX_REPLIES = 50


class ReplyIn(BaseModel):
    """An answer that came with the question."""

    body: str = Field(min_length=1)
    source_id: Word | None = None
    author: Literal["agent", "customer", "helper", "unknown"] = "unknown"
    kind: Literal["solution", "helpful", "first", ""] = ""
    created_at: UtcTime | None = None
    body_is_html: bool = False


class QuestionIn(BaseModel):
    """One question. `source` and `source_id` name it; sent again, it is updated.

    Only keys of the support team may name a source, a sender, a state or replies; a
    customer's key sends its own questions.
    """

    source_id: Word = Field(description="The question's id where it comes from.")
    channel: Literal["ticket", "email", "form", "forum", "chat", "search"] = "ticket"
    source: Word | None = Field(None, description="Which system it comes from.")
    subject: str = Field("", max_length=2_000)
    body: str = ""
    body_is_html: bool = False
    created_at: UtcTime | None = None
    lang: Code | None = None
    product: Word | None = None
    sender: str | None = Field(None, max_length=254)
    sender_name: str | None = Field(None, max_length=200)
    state: Literal["open", "answered", "solved"] = "open"
    tags: list[Word] = Field([], max_length=50)
    replies: list[ReplyIn] = Field([], max_length=MAX_REPLIES)
    intent: str = Field("", max_length=40, description="The `intent` of the search before it.")

    @model_validator(mode="after")
    def _says_something(self) -> QuestionIn:
        if not has_visible(self.subject) and not has_visible(self.body):
            raise ValueError("a question needs a subject or a body")
        return self


class BatchIn(BaseModel):
    """Up to 100 questions; each is checked and stored for itself."""

    items: list[dict[str, Any]] = Field(min_length=1)


class StoredOut(BaseModel):
    """What happened to a question."""

    id: int
    outcome: Literal["new", "updated", "unchanged"]
    url: str = Field(description="Where whoever holds this link may read it.")


class ItemOut(BaseModel):
    """What happened to one item of a batch."""

    index: int
    id: int | None = None
    outcome: Literal["new", "updated", "unchanged", "refused"]
    url: str | None = None
    errors: list[dict[str, str]] = []


class BatchOut(BaseModel):
    """What happened to each item, in the order sent."""

    stored: int
    refused: int
    items: list[ItemOut]


class ReplyOut(BaseModel):
    """A reply: cleaned for agents, for the asker as it was written."""

    author: str = Field(description='"agent", "customer", "helper" or "unknown".')
    kind: str
    body: str
    written_at: str | None


class QuestionOut(BaseModel):
    """A question, cleaned and without personal data; empty until the worker has cleaned it."""

    id: int
    channel: str
    source: str
    source_id: str
    state: Literal["open", "answered", "solved", "spam", "hidden"]
    waits: bool = Field(description="Whether its guest still has to confirm it by email.")
    subject: str
    body: str
    cleaned: bool
    lang: str | None
    product: str | None
    asked_at: str
    solved_at: str | None
    topic_id: int | None = Field(description="For agents.")
    replies: list[ReplyOut] = Field(description="Oldest first.")


class AnswerIn(BaseModel):
    """The team's answer to a question, Markdown, as it appears on the question's page."""

    body: str = Field(min_length=1, max_length=20_000, description="Markdown, without HTML.")
    state: Literal["answered", "solved"] = Field(
        "answered", description="What the question is after it; a solved one stays solved."
    )


class AnswerOut(BaseModel):
    """A stored answer."""

    id: int
    question_id: int
    state: Literal["answered", "solved"]
    told: bool = Field(description="Whether somebody follows the question and is told by email.")


class StateIn(BaseModel):
    """What is the matter with a question."""

    state: Literal["open", "answered", "solved", "spam", "hidden"] = Field(
        description="spam and hidden take it out of its topic; any other state takes it back."
    )


class StateOut(BaseModel):
    """A question's state, and the one before, which takes the change back."""

    id: int
    state: str
    before: str


class MoveIn(BaseModel):
    """The topic that a question belongs to."""

    topic_id: int = Field(ge=1, le=MAX_ID)


class MovedOut(BaseModel):
    """Where a question is now, and what takes the move back."""

    id: int
    topic_id: int
    decision: str
