"""What the files of a reply belong to in the end."""

from __future__ import annotations

from sqlalchemy import Connection, select

from kb.store.schema import replies


def find_question_of_reply(conn: Connection, reply_id: int) -> int | None:
    """The question that a reply belongs to; for a permission check, so it needs no viewer."""
    found: int | None = conn.execute(
        select(replies.c.question_id).where(replies.c.id == reply_id)
    ).scalar_one_or_none()
    return found
