"""Reads the nested replies of Zendesk, Freshdesk, Zammad and Chatwoot exports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import cast

from kb.intake.dates import read_date
from kb.intake.mapping import Vendor
from kb.intake.records import Author, IncomingReply, ReplyKind
from kb.intake.values import is_yes, optional_text, text_of

Message = Mapping[str, object]
AGENT_WORDS = frozenset({"agent", "admin", "user", "staff", "support", "outgoing", "employee", "1"})
CUSTOMER_WORDS = frozenset(
    {
        "customer",
        "contact",
        "enduser",
        "end-user",
        "end_user",
        "incoming",
        "requester",
        "0",
        "asker",
    }
)
HELPER_WORDS = frozenset({"helper", "contributor", "community", "volunteer"})
CHATWOOT_TYPES: Mapping[str, Author] = {
    "0": "customer",
    "incoming": "customer",
    "1": "agent",
    "outgoing": "agent",
}
ZAMMAD_SENDERS: Mapping[str, Author] = {
    "customer": "customer",
    "2": "customer",
    "agent": "agent",
    "1": "agent",
}


@dataclass(frozen=True, slots=True)
class Thread:
    """What the nested messages of a row give: the opening text, if any, and the public replies."""

    body: str = ""
    body_is_html: bool = False
    sender: str | None = None
    replies: tuple[IncomingReply, ...] = ()


def read_thread(vendor: Vendor, row: Mapping[str, object], messages: object) -> Thread:
    """Return the public messages of a row as its opening text and its replies, oldest first.

    Private notes, internal articles, activity and automatic messages are left out. The customer's
    messages before the first answer are the opening text where the row has no text of its own.
    """
    if not isinstance(messages, Sequence) or isinstance(messages, str):
        return Thread()
    found = [
        reply
        for message in messages
        if (reply := _reply(vendor, row, message)) is not None and reply.body
    ]
    dated = [(reply.created_at, index) for index, reply in enumerate(found) if reply.created_at]
    if len(dated) == len(found):  # else the order of the file is the better witness
        found = [found[index] for _, index in sorted(dated)]
    return _split_opening(found)


def without_opening(thread: Thread, body: str) -> Thread:
    """Return the thread of a row that has its own text `body`, without the copy of it.

    Zendesk repeats the description as the first comment; what the customer added before the first
    answer stays, as the customer's reply.
    """
    if not thread.body:
        return thread
    opening = _squeezed(thread.body)
    own = _squeezed(body)
    rest = opening.removeprefix(own).strip() if own and opening.startswith(own) else opening
    if not rest or own.startswith(opening):
        return replace(thread, body="")
    added = IncomingReply(None, rest, author="customer")
    return replace(thread, body="", replies=(added, *thread.replies))


def _squeezed(text: str) -> str:
    return " ".join(text.split())


def _split_opening(found: Sequence[IncomingReply]) -> Thread:
    opening: list[IncomingReply] = []
    for reply in found:
        if reply.author != "customer":
            break
        opening.append(reply)
    return Thread(
        body="\n\n".join(reply.body for reply in opening),
        body_is_html=any(reply.body_is_html for reply in opening),
        replies=tuple(found[len(opening) :]),
    )


def _reply(vendor: Vendor, row: Mapping[str, object], message: object) -> IncomingReply | None:
    if isinstance(message, str):
        return IncomingReply(None, text_of(message), author="agent")
    if not isinstance(message, Mapping):
        return None
    if isinstance(message.get("note"), Mapping):  # Freshdesk's account export wraps each note
        message = cast(Message, message["note"])
    if is_yes(message.get("private")) or is_yes(message.get("internal")):
        return None
    if "public" in message and not is_yes(message["public"]):
        return None
    author = _author(vendor, row, message)
    if author is None:
        return None
    body, is_html = _body(message)
    return IncomingReply(
        optional_text(message.get("id")),
        body,
        author=author,
        kind=_kind(message),
        created_at=_created(message),
        body_is_html=is_html,
    )


def _author(vendor: Vendor, row: Mapping[str, object], message: Message) -> Author | None:
    if vendor == "chatwoot":
        return CHATWOOT_TYPES.get(text_of(message.get("message_type")).lower())
    if vendor == "zammad":
        sender = message.get("sender") or message.get("sender_id")
        return ZAMMAD_SENDERS.get(text_of(sender).lower())
    if vendor == "freshdesk":
        return "customer" if is_yes(message.get("incoming")) else "agent"
    if vendor == "zendesk":
        requester = row.get("requester")
        asked_by = requester.get("id") if isinstance(requester, Mapping) else None
        asked_by = asked_by or row.get("requester_id")
        written_by = message.get("author_id")
        if written_by is None or asked_by is None:
            return "unknown"
        return "customer" if text_of(written_by) == text_of(asked_by) else "agent"
    return _generic_author(message)


def _generic_author(message: Message) -> Author:
    for name in ("author", "role", "sender_type", "author_type", "from", "sender", "by"):
        word = text_of(message.get(name)).lower()
        if word in AGENT_WORDS:
            return "agent"
        if word in CUSTOMER_WORDS:
            return "customer"
        if word in HELPER_WORDS:
            return "helper"
    return "unknown"


def _body(message: Message) -> tuple[str, bool]:
    for name in ("plain_body", "body_text", "text"):
        if text := text_of(message.get(name)):
            return text, False
    is_html = text_of(message.get("content_type")).lower() in ("text/html", "html")
    for name in ("body", "content", "message", "answer", "reply"):
        if text := text_of(message.get(name)):
            return text, is_html
    return text_of(message.get("html_body") or message.get("body_html")), True


def _kind(message: Message) -> ReplyKind:
    word = text_of(message.get("kind") or message.get("reply_kind")).lower()
    if word in ("solution", "accepted", "best") or is_yes(message.get("accepted")):
        return "solution"
    if word in ("helpful", "upvoted"):
        return "helpful"
    return "first" if word == "first" else ""


def _created(message: Message) -> datetime | None:
    value = message.get("created_at") or message.get("created") or message.get("date")
    if not text_of(value):
        return None
    try:
        return read_date(value)
    except ValueError:
        return None  # the order of the file then stands; a reply is worth more than its date
