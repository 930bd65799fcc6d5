"""The bodies that the entries' operations take and give."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from kb.entries import MAX_ANSWER_CHARS, MAX_PHRASING_CHARS
from web.http.api.fields import Code, Title, Word

State = Literal["draft", "review", "published", "archived"]
Reason = Literal["did_not_work", "out_of_date", "unclear", "not_my_question"]
Wording = Annotated[str, Field(min_length=1, max_length=MAX_PHRASING_CHARS)]
Answer = Annotated[str, Field(min_length=1, max_length=MAX_ANSWER_CHARS, pattern=r"\S")]


class EntryIn(BaseModel):
    """A new entry."""

    title: Title
    answer: Answer = Field(description="Markdown.")
    locale: Code = "en"
    audience: str = "public"
    category: Word | None = None
    product: Word | None = None
    tags: list[Word] = Field([], max_length=50)
    translation_group: Word | None = None
    phrasings: list[Wording] = Field([], max_length=1_000, description="Searched, never shown.")
    source_id: Word | None = None
    state: State = "draft"


class EntryPatch(BaseModel):
    """What changes; what is left out stays. `revision` is the one that was read."""

    revision: int = Field(ge=1)
    title: Title | None = None
    answer: Answer | None = None
    locale: Code | None = None
    audience: str | None = None
    category: Word | None = None
    product: Word | None = None
    tags: list[Word] | None = Field(None, max_length=50)
    translation_group: Word | None = None
    phrasings: list[Wording] | None = Field(None, max_length=1_000, description="Added.")
    state: State | None = None
    checked: bool = Field(
        False, description="Publishes a machine's wording as it came: somebody has read it."
    )


class PhrasingOut(BaseModel):
    """One wording; unshown ones only for agents."""

    id: int
    text: str
    shown: bool
    origin: str


class HelpfulOut(BaseModel):
    """Votes on an entry, for agents."""

    yes: int
    no: int


class EntryOut(BaseModel):
    """One entry."""

    id: int
    source_id: str | None
    url: str
    state: State
    title: str
    lang: str
    audience: str
    category: str | None
    product: str | None
    tags: list[str]
    revision: int
    translation_group: str | None
    updated_at: str
    published_at: str | None
    reviewed_at: str | None


class EntryDetailOut(EntryOut):
    """One entry with its answer."""

    answer: str = Field(description="Markdown.")
    phrasings: list[PhrasingOut]
    helpful: HelpfulOut | None
    topic_id: int | None


class EntriesOut(BaseModel):
    """One page of entries, newest first."""

    entries: list[EntryOut]
    cursor: str | None


class RelatedOut(BaseModel):
    """An entry that a link leads to, with the fact behind the link."""

    id: int
    title: str
    url: str
    kind: str
    mode: str
    score: float
    reason: dict[str, Any]


class RelatedListOut(BaseModel):
    """Links from an entry, pinned first, then best."""

    related: list[RelatedOut]


class VoteIn(BaseModel):
    """Whether an entry helped; a reason only goes with a no."""

    helpful: bool
    reason: Reason | None = None
