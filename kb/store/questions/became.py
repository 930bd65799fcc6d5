"""The entry that a question became part of."""

from __future__ import annotations

from sqlalchemy import Connection, select

from kb.access import Viewer
from kb.entries import Entry
from kb.errors import NotFound
from kb.store.entries.reading import find_entry_redirect, get_entry
from kb.store.schema import assignments, phrasings, topics


def find_entry_of_question(conn: Connection, question_id: int, *, viewer: Viewer) -> Entry | None:
    """The published entry that has the question's wording, else the one of its topic.

    None where there is none, or none that the viewer may read.
    """
    worded = (
        select(phrasings.c.entry_id)
        .where(phrasings.c.question_id == question_id)
        .order_by(phrasings.c.id)
        .limit(1)
    )
    promoted = (
        select(topics.c.entry_id)
        .join(assignments, assignments.c.topic_id == topics.c.id)
        .where(assignments.c.question_id == question_id, topics.c.entry_id.is_not(None))
    )
    for statement in (worded, promoted):
        entry_id = conn.execute(statement).scalar_one_or_none()
        if entry_id is None:
            continue
        try:
            found = get_entry(conn, find_entry_redirect(conn, entry_id) or entry_id, viewer=viewer)
        except NotFound:
            continue
        if found.state == "published":
            return found
    return None
