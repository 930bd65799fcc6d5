"""Takes questions and replies into the record as they come in, the same one only once."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, insert, select, update

from kb.clock import utc_now
from kb.errors import InvalidInput
from kb.intake.records import IncomingQuestion, IncomingReply
from kb.questions import CHANNELS
from kb.store.engine import upsert
from kb.store.entries.shelves import product_id_for
from kb.store.schema import questions, replies
from kb.store.types import storable
from kb.unguessable import new_secret

Outcome = Literal["new", "updated", "unchanged"]

MAX_SOURCE_CHARS = 80
MAX_SOURCE_ID_CHARS = 300
"""Ids of other systems are short; PostgreSQL cannot index a key of more than 2,700 bytes."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asked here; a guest's question waits until `confirm_until`, None for all others.

    A `held` question looks like advertising: it takes no part until a person looked at it.
    """

    locale: str
    account_id: int | None = None
    confirm_until: datetime | None = None
    held: bool = False


def content_hash(*parts: str | None) -> str:
    """SHA-256 of the parts as they are stored, kept apart by a character no stored text holds."""
    joined = "\x00".join(storable(part or "") for part in parts)
    return hashlib.sha256(joined.encode()).hexdigest()


def store_question(
    conn: Connection, incoming: IncomingQuestion, *, channel: str, source: str
) -> tuple[int, Outcome]:
    """Store one question with its replies and return its id and what happened.

    The same (source, source id) with the same content changes nothing; with other content
    the question is updated and its new replies are added, and it will be cleaned again. An
    open question becomes answered or solved where its source says so, never the other way. One
    whose asker was erased stays as it is.
    Raises InvalidInput for an unknown channel and for ids that are empty or too long.
    """
    _check_source(incoming.source_id, channel=channel, source=source)
    values = _content_values(conn, incoming)
    question_id = _insert_question(conn, incoming, values, channel=channel, source=source)
    if question_id is not None:
        _store_replies(conn, question_id, incoming.replies, is_new=True)
        return question_id, "new"
    known = conn.execute(
        select(questions.c.id, questions.c.content_hash, questions.c.erased_at)
        .where(questions.c.source == source, questions.c.source_id == incoming.source_id)
        .with_for_update()
    ).one()
    if known.erased_at is not None:
        # What its asker had erased does not come back with the next import.
        return known.id, "unchanged"
    changed = known.content_hash != values["content_hash"]
    if changed:
        conn.execute(update(questions).where(questions.c.id == known.id).values(**values))
    if _store_replies(conn, known.id, incoming.replies, is_new=False):
        changed = True
        clean_again(conn, known.id)
    if _advance_state(conn, known.id, incoming.state):
        changed = True
    return known.id, "updated" if changed else "unchanged"


def _check_source(source_id: str, *, channel: str, source: str) -> None:
    if channel not in CHANNELS:
        raise InvalidInput(f"a channel is one of {', '.join(CHANNELS)}", field="channel")
    for field, text, limit in (
        ("source", source, MAX_SOURCE_CHARS),
        ("source_id", source_id, MAX_SOURCE_ID_CHARS),
    ):
        if not text.strip() or len(text) > limit:
            raise InvalidInput(f"{field} must have 1 to {limit} characters", field=field)


def _content_values(conn: Connection, incoming: IncomingQuestion) -> dict[str, Any]:
    """Return the columns that follow the source, with the hash that tells whether they changed."""
    product = incoming.product.strip() if incoming.product else ""
    digest = content_hash(
        incoming.subject,
        incoming.body,
        incoming.lang,
        product,
        "html" if incoming.body_is_html else "",
        *incoming.tags,
    )
    return {
        "subject_raw": incoming.subject,
        "body_raw": incoming.body,
        "is_html": incoming.body_is_html,
        "lang_hint": incoming.lang,
        "product_id": product_id_for(conn, product) if product else None,
        "tags": list(incoming.tags),
        "content_hash": digest,
        "cleaning_version": None,
    }


def _insert_question(
    conn: Connection,
    incoming: IncomingQuestion,
    values: dict[str, Any],
    *,
    channel: str,
    source: str,
) -> int | None:
    """Insert the question and return its id, None where the source's id is known already."""
    now = utc_now()
    statement = (
        upsert(conn, questions)
        .values(
            channel=channel,
            source=source,
            source_id=incoming.source_id,
            token=new_secret(),
            state=incoming.state,
            sender=incoming.sender,
            sender_name=incoming.sender_name,
            asked_at=incoming.created_at or now,
            received_at=now,
            **values,
        )
        .on_conflict_do_nothing(index_elements=["source", "source_id"])
        .returning(questions.c.id)
    )
    found: int | None = conn.execute(statement).scalar_one_or_none()
    return found


def _store_replies(
    conn: Connection, question_id: int, incoming: Sequence[IncomingReply], *, is_new: bool
) -> bool:
    """Store the replies that are new or different; return whether there were any."""
    if not incoming:
        return False
    rows = {
        storable(reply.source_id or str(number)): _reply_values(reply)
        for number, reply in enumerate(incoming, start=1)
    }
    known = {} if is_new else _known_replies(conn, question_id)
    fresh = [
        {"question_id": question_id, "source_id": source_id, **values}
        for source_id, values in rows.items()
        if source_id not in known
    ]
    if fresh:
        conn.execute(insert(replies), fresh)
    changed = bool(fresh)
    for source_id, values in rows.items():
        reply_id, digest = known.get(source_id, (0, values["content_hash"]))
        if digest != values["content_hash"]:
            conn.execute(update(replies).where(replies.c.id == reply_id).values(**values))
            changed = True
    return changed


def _known_replies(conn: Connection, question_id: int) -> dict[str, tuple[int, str]]:
    """Return (id, content hash) of a question's replies by their source's id."""
    statement = select(replies.c.source_id, replies.c.id, replies.c.content_hash).where(
        replies.c.question_id == question_id
    )
    return {row.source_id: (row.id, row.content_hash) for row in conn.execute(statement)}


def _reply_values(reply: IncomingReply) -> dict[str, Any]:
    return {
        "author": reply.author,
        "kind": reply.kind,
        "body_raw": reply.body,
        "is_html": reply.body_is_html,
        "body": None,
        "content_hash": content_hash(reply.body, reply.kind),
        "written_at": reply.created_at,
    }


def clean_again(conn: Connection, question_id: int) -> None:
    """Let the worker clean a question and its replies once more."""
    conn.execute(
        update(questions).where(questions.c.id == question_id).values(cleaning_version=None)
    )


def _advance_state(conn: Connection, question_id: int, state: str) -> bool:
    """Move a question on from open to answered to solved; return whether it moved."""
    earlier = {"answered": ("open",), "solved": ("open", "answered")}.get(state, ())
    if not earlier:
        return False
    done = conn.execute(
        update(questions)
        .where(questions.c.id == question_id, questions.c.state.in_(earlier))
        .values(state=state)
    )
    return done.rowcount > 0


def set_question_owner(conn: Connection, question_id: int, account_id: int) -> None:
    """Let an account own a question that nobody owns yet."""
    conn.execute(
        update(questions)
        .where(questions.c.id == question_id, questions.c.account_id.is_(None))
        .values(account_id=account_id)
    )


def note_asker(conn: Connection, question_id: int, asker: Asker) -> None:
    """Note who asked a new question here, in which language, and until when they may confirm."""
    conn.execute(
        update(questions)
        .where(questions.c.id == question_id)
        .values(
            account_id=asker.account_id,
            asker_locale=asker.locale,
            confirm_until=asker.confirm_until,
            noise="spam" if asker.held else None,
        )
    )
