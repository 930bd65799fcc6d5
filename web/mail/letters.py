"""What others hand over to be mailed: a letter is a template, its context, and to whom it goes."""

from __future__ import annotations

import re
import string
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from kb.settings import Settings

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


_ENTITIES = {ord(mark): f"&#{ord(mark)};" for mark in string.punctuation}


class Written(str):
    """Markdown that an editor wrote; a template sets it in as blocks of its own, unescaped."""

    __slots__ = ()


def plain_words(text: str) -> Written:
    """A text that is no Markdown, its lines and paragraphs kept, set in as blocks of its own."""
    paragraphs = re.split(r"\n\s*\n", text.strip().translate(_ENTITIES))
    return Written("\n\n".join(re.sub(r"[ \t]*\n[ \t]*", "\\\\\n", one) for one in paragraphs))


class HasSettings(Protocol):
    """What mails are made with: `web.http.site.Look`, or `MailLook` outside the site."""

    @property
    def settings(self) -> Settings:
        """The settings of this process."""


@dataclass(frozen=True, slots=True)
class MailLook:
    """What mails are made with where no pages are made."""

    settings: Settings


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail to be made.

    `template` names a file of `web/mail/templates` without `.md`; it may read the fields of
    `context`. `unasked` says that somebody had it sent who has not shown that the address is
    theirs. `key` names what the mail is about (`question-12`): it becomes the Message-ID, and a
    second letter with the same key is not sent. `thread` is the key of the mail that this one
    follows. `unsubscribe` is the path that stops mails like it. `files` are the paths under which
    its reader gets the files that its texts name, by their names and by their bare paths.
    """

    template: str
    to: str
    locale: str
    context: DataclassInstance
    purpose: str
    account_id: int | None = None
    unasked: bool = False
    key: str = ""
    thread: str = ""
    unsubscribe: str = ""
    files: Mapping[str, str] = field(default_factory=dict)
