"""What intake hands to the record: questions, replies, entries and rows that could not be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from kb.shelves import NamedShelf

Author = Literal["agent", "customer", "helper", "unknown"]
ReplyKind = Literal["solution", "helpful", "first", ""]
State = Literal["open", "answered", "solved"]


@dataclass(frozen=True, slots=True)
class Row:
    """One record of a file; `number` counts records from 1 (lines, for one JSON object a line)."""

    number: int
    values: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class BadRow:
    """A record that stays out, with the field that is wrong and why, for a person to read."""

    row: int
    field: str
    reason: str


@dataclass(frozen=True, slots=True)
class IncomingReply:
    """A public answer that came with a question; private notes never become one."""

    source_id: str | None
    body: str
    author: Author = "unknown"
    kind: ReplyKind = ""
    created_at: datetime | None = None
    body_is_html: bool = False


@dataclass(frozen=True, slots=True)
class IncomingQuestion:
    """A question as its source holds it: raw text, times in UTC, replies oldest first."""

    source_id: str
    subject: str
    body: str
    created_at: datetime | None = None
    lang: str | None = None
    product: str | None = None
    sender: str | None = None
    sender_name: str | None = None
    state: State = "open"
    tags: tuple[str, ...] = ()
    replies: tuple[IncomingReply, ...] = ()
    row: int = 0
    body_is_html: bool = False


@dataclass(frozen=True, slots=True)
class IncomingEntry:
    """A FAQ entry of a file; `phrasings` are further wordings of `question`, none repeated.

    `audience` is public, members, internal or the name of a group, one lower-case word. Entries
    of one `translation_group` are translations of each other. `shelves` names the shelves of
    this entry in some languages.
    """

    source_id: str
    question: str
    answer: str
    lang: str | None = None
    category: str | None = None
    product: str | None = None
    tags: tuple[str, ...] = ()
    phrasings: tuple[str, ...] = ()
    audience: str = "public"
    translation_group: str | None = None
    published_at: datetime | None = None
    reviewed_at: datetime | None = None
    shelves: tuple[NamedShelf, ...] = ()
    row: int = 0
