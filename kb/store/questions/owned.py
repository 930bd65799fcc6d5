"""Questions that an account takes over, and questions that go for good."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, delete, select, update

from kb.store.attachments.files import drop_attachments_of
from kb.store.changes import record_changes
from kb.store.engine import chunks
from kb.store.questions.noise import leave_topics
from kb.store.schema import one_time_tokens, questions, replies, watches

KIND = "question"


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
    drop_what_leads_there(conn, ids)
    for part in chunks(list(ids)):
        conn.execute(delete(replies).where(replies.c.question_id.in_(part)))
        conn.execute(delete(questions).where(questions.c.id.in_(part)))
    record_changes(conn, KIND, list(ids), "deleted")


def drop_what_leads_there(conn: Connection, ids: Sequence[int]) -> None:
    """Remove files, one-time links and followers of questions: only the asker could have them."""
    for part in chunks(list(ids)):
        said = select(replies.c.id).where(replies.c.question_id.in_(part)).order_by(replies.c.id)
        drop_attachments_of(conn, KIND, part)
        drop_attachments_of(conn, "reply", list(conn.execute(said).scalars()))
        conn.execute(delete(watches).where(watches.c.kind == KIND, watches.c.target_id.in_(part)))
        conn.execute(delete(one_time_tokens).where(one_time_tokens.c.question_id.in_(part)))
