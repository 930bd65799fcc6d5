"""The questions of one person: all of them, taken out, taken over, deleted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select, update

from kb.store.attachments.files import drop_attachments_of
from kb.store.changes import record_changes
from kb.store.engine import chunks
from kb.store.questions.noise import leave_topics
from kb.store.schema import one_time_tokens, products, questions, replies, watches

KIND = "question"


@dataclass(frozen=True, slots=True)
class OwnedReply:
    """One reply as it was written; `author` is "agent", "customer", "helper" or "unknown"."""

    id: int
    author: str
    body: str
    written_at: datetime | None


@dataclass(frozen=True, slots=True)
class OwnedQuestion:
    """One question of a person as it was typed; `lang` is what the site made of it."""

    id: int
    asked_at: datetime
    state: str
    channel: str
    lang: str | None
    product: str | None
    title: str
    body: str
    token: str
    solved_at: datetime | None
    replies: tuple[OwnedReply, ...]


def owned_question_ids(conn: Connection, account_id: int) -> list[int]:
    """Ids of all questions that belong to an account, in order."""
    statement = (
        select(questions.c.id).where(questions.c.account_id == account_id).order_by(questions.c.id)
    )
    return list(conn.execute(statement).scalars())


def owned_questions(
    conn: Connection, account_id: int, *, after_id: int = 0, limit: int = 200
) -> list[OwnedQuestion]:
    """The questions of an account with their replies, by id; for that account's own eyes."""
    statement = (
        select(questions, products.c.name)
        .outerjoin(products, products.c.id == questions.c.product_id)
        .where(questions.c.account_id == account_id, questions.c.id > after_id)
        .order_by(questions.c.id)
        .limit(limit)
    )
    rows = conn.execute(statement).all()
    said = _replies_of(conn, [row.id for row in rows])
    return [
        OwnedQuestion(
            id=row.id,
            asked_at=row.asked_at,
            state=row.state,
            channel=row.channel,
            lang=row.lang,
            product=row.name,
            title=row.subject_raw,
            body=row.body_raw,
            token=row.token,
            solved_at=row.solved_at,
            replies=tuple(said.get(row.id, ())),
        )
        for row in rows
    ]


def _replies_of(conn: Connection, ids: Sequence[int]) -> dict[int, list[OwnedReply]]:
    found: dict[int, list[OwnedReply]] = {}
    for part in chunks(list(ids)):
        statement = select(replies).where(replies.c.question_id.in_(part)).order_by(replies.c.id)
        for row in conn.execute(statement):
            reply = OwnedReply(row.id, row.author, row.body_raw, row.written_at)
            found.setdefault(row.question_id, []).append(reply)
    return found


def adopt_questions(conn: Connection, account_id: int, email: str) -> int:
    """Let an account own what its address asked here as a guest; how many questions it was.

    Only for an address that the account's owner proved, and only what was asked on this site:
    what another system sent in stays there.
    """
    return conn.execute(
        update(questions)
        .where(
            questions.c.sender == email.strip().lower(),
            questions.c.asker_locale.is_not(None),
            questions.c.account_id.is_(None),
            questions.c.confirm_until.is_(None),
        )
        .values(account_id=account_id)
    ).rowcount


def delete_questions(conn: Connection, ids: Sequence[int]) -> None:
    """Delete questions with their replies and files; their topics are counted anew."""
    leave_topics(conn, ids)
    for part in chunks(list(ids)):
        said = select(replies.c.id).where(replies.c.question_id.in_(part))
        drop_attachments_of(conn, KIND, part)
        drop_attachments_of(conn, "reply", list(conn.execute(said).scalars()))
        conn.execute(delete(watches).where(watches.c.kind == KIND, watches.c.target_id.in_(part)))
        for table in (one_time_tokens, replies):
            conn.execute(delete(table).where(table.c.question_id.in_(part)))
        conn.execute(delete(questions).where(questions.c.id.in_(part)))
    record_changes(conn, KIND, list(ids), "deleted")
