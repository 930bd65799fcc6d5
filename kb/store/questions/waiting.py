"""What waits for its asker: questions to be confirmed, files sent ahead of their question."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, select, update

from kb.attachments import Attachment
from kb.store.attachments.files import attachments_of, drop_attachment
from kb.store.changes import record_change
from kb.store.jobs import enqueue
from kb.store.people.accounts import find_account_by_email
from kb.store.questions.owned import delete_questions
from kb.store.schema import attachments, questions

CONFIRM_DAYS = 7
"""How long a guest may take to confirm a question; then it is deleted."""

FILE_HOURS = 24
"""How long files are kept whose question was never sent."""

KIND = "question"


def confirm_question(conn: Connection, question_id: int) -> bool:
    """Let a guest's question take part from now on; whether it was there and waited.

    Where its address is the confirmed one of an account, it belongs to that account.
    """
    sender: str | None = conn.execute(
        update(questions)
        .where(questions.c.id == question_id, questions.c.confirm_until.is_not(None))
        .values(confirm_until=None)
        .returning(questions.c.sender)
    ).scalar_one_or_none()
    if sender is None:
        return False
    account = find_account_by_email(conn, sender)
    if account is not None and account.is_open and account.email_confirmed_at is not None:
        conn.execute(
            update(questions)
            .where(questions.c.id == question_id, questions.c.account_id.is_(None))
            .values(account_id=account.id)
        )
    enqueue(conn, "index")
    record_change(conn, KIND, question_id)
    return True


def forget_unconfirmed(conn: Connection, *, now: datetime, limit: int = 500) -> int:
    """Delete questions that nobody confirmed in time, and files whose question never came.

    Returns how many of both were deleted, at most `limit` of each; the oldest first.
    """
    statement = (
        select(questions.c.id)
        .where(questions.c.confirm_until < now)
        .order_by(questions.c.confirm_until, questions.c.id)
        .limit(limit)
    )
    ids = list(conn.execute(statement).scalars())
    delete_questions(conn, ids)
    old = (
        select(attachments.c.id)
        .where(
            attachments.c.kind == KIND,
            attachments.c.object_id < 0,
            attachments.c.created_at < now - timedelta(hours=FILE_HOURS),
        )
        .order_by(attachments.c.id)
        .limit(limit)
    )
    files = list(conn.execute(old).scalars())
    for attachment_id in files:
        drop_attachment(conn, attachment_id)
    return len(ids) + len(files)


def files_ahead(conn: Connection, parcel: int) -> list[Attachment]:
    """The files that were sent ahead of their question, oldest first.

    A parcel is a positive number that only its sender knows; until there is a question its
    files lie under the negative of it, where no question can be.
    """
    return attachments_of(conn, KIND, [-parcel])[-parcel]


def hand_over(conn: Connection, parcel: int, keep: Sequence[int], question_id: int) -> None:
    """Give a question the files of a parcel that are to be kept, and drop the others."""
    for one in files_ahead(conn, parcel):
        if one.id not in keep:
            drop_attachment(conn, one.id)
    conn.execute(
        update(attachments)
        .where(attachments.c.kind == KIND, attachments.c.object_id == -parcel)
        .values(object_id=question_id)
    )
