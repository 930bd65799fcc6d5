"""The bodies that the widget's operations take and give."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field

from web.http.api.entry_bodies import Reason, VoteIn
from web.http.api.fields import Word
from web.http.searching.log import MAX_RANK, MAX_TOKEN_CHARS

MAX_FIELD_CHARS = 30_000
"""Beyond what the form takes, so that who typed too much is told so at the field."""


class WidgetQuestionIn(BaseModel):
    """A question; `website` is left empty by people, `started` comes from the configuration."""

    title: str = Field("", max_length=MAX_FIELD_CHARS)
    body: str = Field("", max_length=MAX_FIELD_CHARS)
    email: str = Field("", max_length=MAX_FIELD_CHARS, description="Not asked of members.")
    product: Word | None = None
    website: str = Field("", max_length=MAX_FIELD_CHARS)
    started: str = Field("", max_length=200)
    intent: str = Field("", max_length=MAX_TOKEN_CHARS)


class WidgetSentOut(BaseModel):
    """What became of a question: its private page, and what happens next, in words."""

    title: str
    url: str | None
    steps: list[str]


class WidgetVoteIn(VoteIn):
    """Whether an entry helped, and the search that led to it."""

    intent: str = Field("", max_length=MAX_TOKEN_CHARS)


class WidgetVoteOut(BaseModel):
    """What this visitor says of an entry."""

    helpful: bool
    reason: Reason | None


class Opening(BaseModel):
    """From where an entry is opened: a hit of a search, or a suggestion for what was typed."""

    intent: str = Field("", max_length=MAX_TOKEN_CHARS)
    typed: str = Field("", max_length=20_000)
    rank: int | None = Field(None, ge=1, le=MAX_RANK)


class WidgetLinkOut(BaseModel):
    """Something to read; `url` is absolute."""

    id: int
    type: str
    title: str
    url: str


class WidgetConfigOut(BaseModel):
    """What the widget says and how it looks, in one language."""

    lang: str
    texts: dict[str, str | dict[str, str]]
    styles: str
    popular: list[WidgetLinkOut] = Field(description="What is read most; may be empty.")
    started: str = Field(description="Goes along with a question.")
    email: str = Field(description="Where answers to a member go; empty for guests.")


class WidgetHitOut(WidgetLinkOut):
    """One found thing; `facts` is a line about why it was found."""

    snippet: str
    marks: list[tuple[int, int]]
    facts: str
    lang: str


class WidgetSearchOut(BaseModel):
    """What was found; `said` is its heading in the reader's language."""

    query: str
    verdict: Literal["answer", "maybe", "none"]
    total: int
    said: str
    did_you_mean: str | None
    hits: list[WidgetHitOut]
    near: list[WidgetHitOut] = Field(description="Below the floor; they are no answers.")
    more: str | None = Field(description="Where all of it is, if not all of it is here.")
    intent: str


class WidgetSuggestionOut(BaseModel):
    """One title, shown wording or popular search."""

    text: str
    type: str
    id: int


class WidgetSuggestOut(BaseModel):
    """What fits what was typed; `said` is for screen readers."""

    suggestions: list[WidgetSuggestionOut]
    said: str


class WidgetFileOut(BaseModel):
    """A download with its size."""

    label: str
    url: str


class WidgetEntryOut(BaseModel):
    """One entry, ready to be shown."""

    id: int
    title: str
    lang: str
    url: str
    answer: list[Any] = Field(description="Texts and [element, attributes, children].")
    facts: str
    files: list[WidgetFileOut]
    related: list[WidgetLinkOut]
    vote: WidgetVoteOut | None
