"""Makes a question out of one row of a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from kb.intake.dates import read_date
from kb.intake.encodings import made_id
from kb.intake.mapping import ColumnMapping, unwrapped, value_at
from kb.intake.records import (
    BadRow,
    IncomingQuestion,
    IncomingReply,
    ReplyKind,
    Row,
    State,
)
from kb.intake.threads import Thread, read_thread, without_opening
from kb.intake.values import is_yes, language_code, list_of, optional_text, text_of

MAX_BODY_CHARACTERS = 1_000_000
MAX_SUBJECT_CHARACTERS = 1_000
STATE_NAMES: Mapping[State, str] = {
    "open": (
        "new open opened reopened unassigned todo hold on-hold on_hold snoozed 0 2 offen neu "
        "ungelöst unsolved"
    ),
    "answered": "answered replied pending waiting waiting_on_customer in_progress 3 beantwortet",
    "solved": (
        "solved closed resolved done fixed complete completed merged 4 5 gelöst geschlossen "
        "erledigt"
    ),
}
STATE_WORDS: Mapping[str, State] = {
    word: state for state, words in STATE_NAMES.items() for word in words.split()
}
CHATWOOT_STATES: Mapping[str, State] = {"0": "open", "1": "solved", "2": "open", "3": "open"}
REPLY_KINDS: Mapping[str, ReplyKind] = {
    "solution": "solution",
    "accepted": "solution",
    "helpful": "helpful",
    "first": "first",
}


@dataclass(frozen=True, slots=True)
class Defaults:
    """What holds for every row of a file that does not say otherwise.

    `fingerprint` is the SHA-256 of the unpacked file, in hexadecimal.
    """

    fingerprint: str
    lang: str | None = None
    product: str | None = None


def to_incoming(
    row: Row, mapping: ColumnMapping, *, defaults: Defaults
) -> IncomingQuestion | BadRow:
    """Return the question in a row, or why there is none in it.

    The text stays raw. A row without an id gets `file:` + 12 digits of the file's hash + its
    number, so that the same file read twice gives the same ids. A row without text, with an
    unreadable date, or that the help desk marks as spam or deleted is bad.
    """
    values = unwrapped(row.values)
    if is_yes(values.get("spam")) or is_yes(values.get("deleted")):
        return BadRow(row.number, "state", "marked as spam or deleted by its help desk")
    thread, body, is_html = _texts(values, mapping)
    subject = _subject(values, mapping)
    if not body and not subject:
        return BadRow(row.number, "text", "no text: subject and body are empty")
    if len(body) > MAX_BODY_CHARACTERS:
        return BadRow(row.number, "text", f"longer than {MAX_BODY_CHARACTERS:,} characters")
    try:
        created_at = _created(values, mapping)
    except (ValueError, OverflowError) as error:
        return BadRow(row.number, "created", str(error))
    replies = (*_reply_column(values, mapping), *thread.replies)
    return IncomingQuestion(
        source_id=text_of(mapping.value(values, "id")) or made_id(defaults.fingerprint, row.number),
        subject=subject[:MAX_SUBJECT_CHARACTERS],
        body=body,
        created_at=created_at,
        lang=language_code(mapping.value(values, "lang")) or defaults.lang,
        product=optional_text(mapping.value(values, "product")) or defaults.product,
        sender=_sender(values, mapping),
        sender_name=_sender_name(values, mapping),
        state=_state(values, mapping, replies),
        tags=_tags(values, mapping),
        replies=replies,
        row=row.number,
        body_is_html=is_html,
    )


def _texts(values: Mapping[str, object], mapping: ColumnMapping) -> tuple[Thread, str, bool]:
    thread = read_thread(mapping.vendor, values, mapping.value(values, "replies"))
    body = text_of(mapping.value(values, "text"))
    if not body:
        return thread, thread.body, thread.body_is_html
    is_html = mapping.vendor == "freshdesk" and mapping.columns["text"] == "description_html"
    return without_opening(thread, body), body, is_html


def _subject(values: Mapping[str, object], mapping: ColumnMapping) -> str:
    subject = text_of(mapping.value(values, "subject"))
    if not subject and mapping.vendor == "chatwoot":
        subject = text_of(value_at(values, "additional_attributes.mail_subject"))
    return " ".join(subject.split())


def _created(values: Mapping[str, object], mapping: ColumnMapping) -> datetime | None:
    value = mapping.value(values, "created")
    return read_date(value) if text_of(value) else None


def _person(values: Mapping[str, object], mapping: ColumnMapping) -> Mapping[str, object]:
    """Return the object that describes the asker in JSON exports, empty where there is none."""
    path = "meta.sender" if mapping.vendor == "chatwoot" else "requester"
    for candidate in (value_at(values, path), mapping.value(values, "sender")):
        if isinstance(candidate, Mapping):
            return candidate
    return {}


def _sender(values: Mapping[str, object], mapping: ColumnMapping) -> str | None:
    value = mapping.value(values, "sender")
    if isinstance(value, Mapping) or not text_of(value):
        person = _person(values, mapping)
        value = person.get("email") or person.get("phone_number") or person.get("id")
    return optional_text(value)


def _sender_name(values: Mapping[str, object], mapping: ColumnMapping) -> str | None:
    value = mapping.value(values, "sender_name")
    if isinstance(value, Mapping) or not text_of(value):
        person = _person(values, mapping)
        value = person.get("name") or person.get("full_name")
    name = optional_text(value)
    return None if name is None or name.isdigit() else name


def _state(
    values: Mapping[str, object], mapping: ColumnMapping, replies: tuple[IncomingReply, ...]
) -> State:
    word = text_of(mapping.value(values, "state")).lower().replace(" ", "_")
    words = CHATWOOT_STATES if mapping.vendor == "chatwoot" and word.isdigit() else STATE_WORDS
    state = words.get(word, "open")
    if mapping.vendor == "chatwoot" and word == "pending":
        state = "open"  # there it means: still with the bot
    if any(reply.kind == "solution" for reply in replies):
        return "solved"
    is_answered = any(reply.author != "customer" for reply in replies)
    return "answered" if state == "open" and is_answered else state


def _tags(values: Mapping[str, object], mapping: ColumnMapping) -> tuple[str, ...]:
    tags = list_of(mapping.value(values, "tags"), by_space=mapping.vendor == "zendesk")
    label = text_of(mapping.value(values, "label"))
    return tuple(dict.fromkeys((*tags, *((label,) if label else ()))))


def _reply_column(
    values: Mapping[str, object], mapping: ColumnMapping
) -> tuple[IncomingReply, ...]:
    body = text_of(mapping.value(values, "reply"))
    if not body:
        return ()
    word = text_of(mapping.value(values, "reply_kind")).lower()
    return (IncomingReply(None, body, author="agent", kind=REPLY_KINDS.get(word, "")),)
