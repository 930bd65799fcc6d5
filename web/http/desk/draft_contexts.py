"""What desk/draft.html may read: the quoted reply, what speaks for and against it, a rewriting."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from indexer.replies.draft_text import Passage
from web.http.contexts import FieldError


@dataclass(frozen=True, slots=True)
class Quote:
    """A reply that support really gave; `source` says where it is from, `lang` may be unknown."""

    passages: tuple[Passage, ...]
    source: str
    written_on: date | None = None
    lang: str | None = None


@dataclass(frozen=True, slots=True)
class Rewriting:
    """What a machine may make, or has made, of the quoted reply.

    `action` is empty where no endpoint is set, `passages` while nothing was written.
    `unsupported` are facts of the text that stand in no reply. `start_url` puts it in the form.
    """

    action: str = ""
    host: str = ""
    model: str = ""
    sent: int = 0
    passages: tuple[Passage, ...] = ()
    made_by: str = ""
    made_on: date | None = None
    unsupported: tuple[str, ...] = ()
    start_url: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """A reply that support really gave, offered as a draft; `source` says where it is from.

    `agreeing` of `replies` useful ones say the same, itself counted; both 0 where unknown.
    `others` are some of those that agree, `translations` drafts in the topic's other languages.
    """

    text: str
    source: str
    written_on: date | None = None
    lang: str | None = None
    passages: tuple[Passage, ...] = ()
    agreeing: int = 0
    replies: int = 0
    others: tuple[Quote, ...] = ()
    translations: tuple[Quote, ...] = ()
    rewriting: Rewriting | None = None


@dataclass(frozen=True, slots=True)
class Clash:
    """Two sentences of two replies that cannot both be followed, each with where it is from."""

    sentence: str
    source: str
    other_sentence: str
    other_source: str
    written_on: date | None = None
    other_written_on: date | None = None


@dataclass(frozen=True, slots=True)
class PromoteForm:
    """The form that makes a topic an entry, with what was typed and what is wrong with it.

    `start_from_draft_url` opens it with the draft as the answer, empty where there is none.
    `machine_made`: a machine worded the answer, so publishing it needs a tick or an edit.
    """

    action: str
    title: str
    answer: str = ""
    errors: tuple[FieldError, ...] = ()
    start_from_draft_url: str = ""
    machine_made: bool = False
