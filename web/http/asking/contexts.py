"""What the pages of asking a question may read."""

from __future__ import annotations

from dataclasses import dataclass, field

from web.http.contexts import AskForm, EntryLink


@dataclass(frozen=True, slots=True)
class NearAnswer:
    """An entry that may already answer a question, with its id for "this answers it"."""

    id: int
    title: str
    url: str


@dataclass(frozen=True, slots=True)
class AskPage:
    """All that ask/form.html may read; `near` are entries that may already answer it."""

    form: AskForm = field(default_factory=AskForm)
    near: tuple[NearAnswer, ...] = ()


@dataclass(frozen=True, slots=True)
class SentPage:
    """All that ask/sent.html may read; `question_url` is the asker's unguessable link."""

    title: str
    email: str = ""
    question_url: str | None = None
    near: tuple[EntryLink, ...] = ()
