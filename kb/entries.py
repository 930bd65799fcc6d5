"""A FAQ entry as the domain sees it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

ENTRY_STATES = ("draft", "review", "published", "archived")

MAX_TITLE_CHARS = 300
MAX_ANSWER_CHARS = 100_000
MAX_PHRASING_CHARS = 2_000
"""What is beyond this in a wording is cut; the encoder reads only 256 tokens anyway."""


@dataclass(frozen=True, slots=True)
class Phrasing:
    """One wording of an entry; only a shown one may reach a reader."""

    id: int
    entry_id: int
    text: str
    text_hash: str
    shown: bool
    origin: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One FAQ entry as it is now; `answer` is Markdown, `tag_slugs` are in the order of `tags`."""

    id: int
    source_id: str | None
    state: str
    title: str
    answer: str
    locale: str
    audience: str
    revision: int
    translation_group: str | None
    category: str | None
    category_name: str | None
    product: str | None
    product_name: str | None
    topic_id: int | None
    created_at: datetime
    updated_at: datetime
    published_at: datetime | None
    reviewed_at: datetime | None
    tags: tuple[str, ...] = ()
    tag_slugs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EntryContent:
    """What an editor or an import gives for an entry.

    The two times come from imports, which know when the source published and last read it;
    without them publishing and editing stamp the present.
    """

    title: str
    answer: str
    locale: str = "en"
    audience: str = "public"
    category: str | None = None
    product: str | None = None
    tags: tuple[str, ...] = ()
    translation_group: str | None = None
    phrasings: tuple[str, ...] = ()
    source_id: str | None = None
    published_at: datetime | None = None
    reviewed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class HelpfulCount:
    """Helpful votes on the present revision and before."""

    yes: int = 0
    no: int = 0


@dataclass(frozen=True, slots=True)
class Related:
    """An entry that a link leads to, and the checkable fact behind the link."""

    id: int
    title: str
    url: str
    kind: str
    mode: str
    score: float
    reason: dict[str, object] = field(default_factory=dict)
