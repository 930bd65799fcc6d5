"""What the pages of asking a question may read."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from web.http.contexts import AskForm


@dataclass(frozen=True, slots=True)
class NearAnswer:
    """An entry that may already answer a question, with its id for "this answers it".

    `lang` is None where it is the language of the page.
    """

    id: int
    title: str
    url: str
    lang: str | None = None


@dataclass(frozen=True, slots=True)
class AskPage:
    """All that ask/form.html may read; `near` are entries that may already answer it."""

    form: AskForm = field(default_factory=AskForm)
    near: tuple[NearAnswer, ...] = ()


@dataclass(frozen=True, slots=True)
class SentPage:
    """All that ask/sent.html may read, the thanks without a private page."""

    title: str


@dataclass(frozen=True, slots=True)
class ConfirmPage:
    """All that ask/confirm.html may read; without a question the link is used or too old.

    `refused` tells that it was somebody else's, and is deleted now.
    """

    secret: str = ""
    refused: bool = False
    title: str = ""
    body: str = ""
    asked_on: date | None = None
