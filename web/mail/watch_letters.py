"""Letters to those who follow something: one for each piece of news, or a digest of many."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal
from urllib.parse import urlsplit

from kb.addresses import entry_path
from kb.attachments import Attachment
from kb.intake.html_text import html_to_text
from kb.mail import WATCH
from kb.plain_text import markdown_to_text
from kb.watches import SHELVES, EntryNews, Follower, News, ReplyNews, Watch
from web.mail.letters import Letter, Written, plain_words

ANSWER = "answer"
"""Purpose of mails to somebody whose own question got an answer."""

SUMMARY_CHARS = 200


@dataclass(frozen=True, slots=True)
class EntryNewsMail:
    """All that entry_news.md and question_became.md may read; `about` names what is followed."""

    what: Literal["new", "changed", "became"]
    title: str
    answer: Written
    path: str
    about: str
    about_path: str
    stop_path: str


@dataclass(frozen=True, slots=True)
class MailedFile:
    """A file that belongs to a reply, and the path that its reader may open."""

    label: str
    path: str


@dataclass(frozen=True, slots=True)
class AnswerMail:
    """All that question_answered.md may read; `path` is the question's private page."""

    title: str
    answer: Written
    files: tuple[MailedFile, ...]
    path: str
    stop_path: str


@dataclass(frozen=True, slots=True)
class DigestItem:
    """One piece of news in a digest."""

    what: Literal["new", "changed", "became", "reply"]
    title: str
    path: str
    summary: str


@dataclass(frozen=True, slots=True)
class DigestPart:
    """What is new on a shelf; with an empty `label` in followed answers, or in own questions."""

    kind: str
    label: str
    path: str
    items: tuple[DigestItem, ...]


@dataclass(frozen=True, slots=True)
class DigestMail:
    """All that digest.md may read."""

    frequency: str
    count: int
    parts: tuple[DigestPart, ...]
    stop_path: str
    manage_path: str


def stop_path(watch: Watch, *, whole_digest: bool = False) -> str:
    """The path that ends a watch, or all that come in the same digest."""
    return f"/unsubscribe/{watch.token}{'?all=1' if whole_digest else ''}"


def letter_of(
    news: News, watch: Watch, reader: Follower, files: Sequence[Attachment] = ()
) -> Letter:
    """The letter that tells a follower of one piece of news at once.

    `files` are those that its text may name; where two have one name, the last one counts.
    """
    stop = stop_path(watch)
    if isinstance(news, ReplyNews):
        carried = urlsplit(news.about.path).query
        own = [one for one in files if (one.kind, one.object_id) == ("reply", news.reply_id)]
        return Letter(
            template="question_answered",
            to=reader.email,
            locale=reader.locale,
            context=AnswerMail(
                title=news.about.label,
                answer=_reply_text(news),
                files=tuple(
                    MailedFile(one.label or one.name, _file_path(one, carried)) for one in own
                ),
                path=news.about.path,
                stop_path=stop,
            ),
            purpose=ANSWER,
            account_id=reader.account_id,
            key=f"reply-{news.reply_id}",
            thread=f"question-{news.about.id}",
            unsubscribe=stop,
            files=_paths_by_name(files, carried),
        )
    became = news.what == "became"
    return Letter(
        template="question_became" if became else "entry_news",
        to=reader.email,
        locale=reader.locale,
        context=_entry_mail(news, stop),
        purpose=ANSWER if became else WATCH,
        account_id=reader.account_id,
        key=_entry_key(news, reader),
        thread=f"question-{news.about.id}" if became else "",
        unsubscribe=stop,
        files=_paths_by_name(files),
    )


def digest_of(told: Sequence[tuple[Watch, Sequence[News]]], reader: Follower, day: date) -> Letter:
    """The letter with all news of a day or a week; `told` holds at least one piece."""
    first = told[0][0]
    parts = _parts(told)
    stop = stop_path(first, whole_digest=True)
    context = DigestMail(
        frequency=first.frequency,
        count=len({(item.what, item.path) for part in parts for item in part.items}),
        parts=parts,
        stop_path=stop,
        manage_path=stop if reader.account_id is None else "/account/watches",
    )
    return Letter(
        template="digest",
        to=reader.email,
        locale=reader.locale,
        context=context,
        purpose=WATCH,
        account_id=reader.account_id,
        key=f"digest-{first.id}-{day.isoformat()}",
        unsubscribe=stop,
    )


def _parts(told: Sequence[tuple[Watch, Sequence[News]]]) -> tuple[DigestPart, ...]:
    """News by shelf; followed answers are one part, own questions another: they name themselves."""
    found: dict[tuple[str, str], list[News]] = {}
    for _, news in told:
        for one in news:
            about = one.about
            label = about.label if about.kind in SHELVES else ""
            found.setdefault((about.kind, label), []).append(one)
    return tuple(
        DigestPart(kind, label, news[0].about.path, tuple(_item(one) for one in news))
        for (kind, label), news in found.items()
    )


def _entry_mail(news: EntryNews, stop: str) -> EntryNewsMail:
    entry = news.entry
    return EntryNewsMail(
        what=news.what,
        title=entry.title,
        answer=Written(entry.answer),
        path=entry_path(entry.id, entry.title),
        about=news.about.label,
        about_path=news.about.path,
        stop_path=stop,
    )


def _paths_by_name(files: Sequence[Attachment], carried: str = "") -> dict[str, str]:
    paths = {one: _file_path(one, carried) for one in files}
    return {
        **{one.path: path for one, path in paths.items()},
        **{one.name: path for one, path in paths.items()},
    }


def _file_path(file: Attachment, carried: str) -> str:
    """Where the file is for who holds the link of its question, whose query is carried over."""
    return f"{file.path}?{carried}" if carried else file.path


def _entry_key(news: EntryNews, reader: Follower) -> str:
    """What makes mails about the same thing one, whichever watch they come from."""
    if news.what == "became":
        return f"question-{news.about.id}-entry"
    to = hashlib.sha256(reader.email.encode()).hexdigest()[:16]
    if news.what == "new":
        return f"entry-{news.entry.id}-new-{to}"
    return f"entry-{news.entry.id}-revision-{news.entry.revision}-{to}"


def _item(news: News) -> DigestItem:
    if isinstance(news, ReplyNews):
        text = markdown_to_text(_reply_text(news))
        return DigestItem("reply", news.about.label, news.about.path, _short(text))
    entry = news.entry
    text = markdown_to_text(entry.answer)
    return DigestItem(news.what, entry.title, entry_path(entry.id, entry.title), _short(text))


def _reply_text(news: ReplyNews) -> Written:
    if news.is_markdown:
        return Written(news.text)
    return plain_words(html_to_text(news.text) if news.is_html else news.text)


def _short(text: str) -> str:
    line = " ".join(text.split())
    if len(line) <= SUMMARY_CHARS:
        return line
    return line[:SUMMARY_CHARS].rsplit(" ", 1)[0].rstrip(" ,;:-") + " …"
