"""Reads a mailbox (mbox): each thread of mails becomes one question with its replies."""

from __future__ import annotations

import email
import email.policy
import mailbox
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.utils import parseaddr
from pathlib import Path

from kb.errors import InvalidInput
from kb.intake.dates import read_date
from kb.intake.encodings import InspectedFile, made_id
from kb.intake.records import BadRow, IncomingQuestion, IncomingReply, State
from kb.intake.values import text_of

# The standard parser raises these, not one error of its own, on headers and encodings that are
# broken beyond its repair.
MAIL_ERRORS = (ValueError, LookupError, AttributeError, TypeError, email.errors.MessageError)
MESSAGE_ID = re.compile(r"<([^<>\s]{1,500})>")
MAX_REFERENCES = 100


@dataclass(frozen=True, slots=True)
class _Envelope:
    """What threading needs of one mail: its number from 1, its key in the file, its relations."""

    number: int
    key: str
    message_id: str
    refers_to: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Mail:
    subject: str
    body: str
    is_html: bool
    sender: str
    sender_name: str
    sent_at: datetime | None


def read_mbox(inspected: InspectedFile) -> Iterator[IncomingQuestion | BadRow]:
    """Yield the threads of a mailbox in the order of their first mails; broken mails are bad rows.

    A mail that answers another (References, In-Reply-To) is a reply of its thread's first mail:
    the customer's where both have the same sender, else an agent's. A mail whose thread begins
    outside the file is a question of its own. `row` is the number of the mail in the file.
    Headers of all mails are held in memory, bodies one thread at a time.
    """
    with _unpacked(inspected) as path:
        box = mailbox.mbox(path, create=False)
        try:
            yield from _threads(box, inspected.sha256)
        finally:
            box.close()


@contextmanager
def _unpacked(inspected: InspectedFile) -> Iterator[Path]:
    if not inspected.compressed:
        yield inspected.path
        return
    with tempfile.NamedTemporaryFile(suffix=".mbox") as copy:
        with inspected.open_bytes() as packed:
            shutil.copyfileobj(packed, copy)
        copy.flush()
        yield Path(copy.name)


def _threads(box: mailbox.mbox, fingerprint: str) -> Iterator[IncomingQuestion | BadRow]:
    envelopes: list[_Envelope] = []
    for number, key in enumerate(box.keys(), start=1):
        envelopes.append(_envelope(number, key, box.get_bytes(key), fingerprint))
    if not envelopes:
        raise InvalidInput("the mailbox holds no mail")
    by_id = {envelope.message_id: envelope for envelope in reversed(envelopes)}
    members: dict[int, list[_Envelope]] = {}
    for envelope in envelopes:
        root = _root(envelope, by_id)
        thread = members.setdefault(root.number, [])
        # An answer may stand before its question; the question opens the thread all the same.
        thread.insert(0 if envelope is root else len(thread), envelope)
    for _, thread in sorted(members.items()):
        yield from _question(box, thread)


def _envelope(number: int, key: str, raw: bytes, fingerprint: str) -> _Envelope:
    # The older policy keeps broken headers as they are instead of raising on access.
    headers = BytesHeaderParser(policy=email.policy.compat32).parsebytes(raw)
    found = MESSAGE_ID.findall(str(headers.get("Message-ID", "")))
    related = f"{headers.get('References', '')} {headers.get('In-Reply-To', '')}"
    return _Envelope(
        number,
        key,
        found[0] if found else made_id(fingerprint, number),
        tuple(MESSAGE_ID.findall(related)[-MAX_REFERENCES:]),
    )


def _root(envelope: _Envelope, by_id: Mapping[str, _Envelope]) -> _Envelope:
    seen = {envelope.message_id}
    while True:
        parents = [by_id[one] for one in envelope.refers_to if one in by_id and one not in seen]
        if not parents:
            return envelope
        envelope = min(parents, key=lambda parent: parent.number)
        seen.add(envelope.message_id)


def _question(box: mailbox.mbox, thread: list[_Envelope]) -> Iterator[IncomingQuestion | BadRow]:
    mails: list[tuple[_Envelope, _Mail]] = []
    for envelope in thread:
        try:
            mail = _mail(box.get_bytes(envelope.key))
        except MAIL_ERRORS as error:
            yield BadRow(envelope.number, "mail", f"cannot be parsed: {error}")
            continue
        if mail.body or (mail.subject and not mails):
            mails.append((envelope, mail))
        else:
            yield BadRow(envelope.number, "text", "the mail has no text")
    if not mails:
        return
    envelope, opening = mails[0]
    replies = tuple(_reply(one, mail, opening.sender) for one, mail in mails[1:])
    state: State = "answered" if any(one.author == "agent" for one in replies) else "open"
    yield IncomingQuestion(
        source_id=envelope.message_id,
        subject=opening.subject,
        body=opening.body,
        created_at=opening.sent_at,
        sender=opening.sender or None,
        sender_name=opening.sender_name or None,
        state=state,
        replies=replies,
        row=envelope.number,
        body_is_html=opening.is_html,
    )


def _reply(envelope: _Envelope, mail: _Mail, asked_by: str) -> IncomingReply:
    return IncomingReply(
        envelope.message_id,
        mail.body,
        author="customer" if mail.sender and mail.sender == asked_by else "agent",
        created_at=mail.sent_at,
        body_is_html=mail.is_html,
    )


def _mail(raw: bytes) -> _Mail:
    message = email.message_from_bytes(raw, policy=email.policy.default)
    name, address = parseaddr(str(message.get("From", "")))
    body, is_html = _body(message)
    return _Mail(
        subject=" ".join(text_of(str(message.get("Subject", ""))).split()),
        body=body,
        is_html=is_html,
        sender=address.lower(),
        sender_name=text_of(name),
        sent_at=_sent_at(message),
    )


def _body(message: EmailMessage) -> tuple[str, bool]:
    part = message.get_body(preferencelist=("plain", "html"))
    if part is None:
        return "", False
    is_html = part.get_content_type() == "text/html"
    try:
        content = str(part.get_content())
    except LookupError:  # an encoding nobody knows
        content = "\ufffd"
    if "\ufffd" in content:
        content = _decoded(part.get_payload(decode=True))
    return text_of(content), is_html


def _decoded(payload: object) -> str:
    """Decode a body whose declared encoding is wrong or missing: UTF-8, else cp1252."""
    if not isinstance(payload, bytes):
        return ""
    try:
        return payload.decode("utf-8")
    except UnicodeDecodeError:
        return payload.decode("cp1252", errors="replace")


def _sent_at(message: EmailMessage) -> datetime | None:
    value = text_of(str(message.get("Date", "")))
    try:
        return read_date(value) if value else None
    except (ValueError, OverflowError):
        return None  # mail clocks are often wrong; the text is still worth having
