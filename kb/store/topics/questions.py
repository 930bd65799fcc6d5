"""One topic's questions, for the page that lists them all."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from kb.access import Viewer
from kb.store.schema import assignments, questions
from kb.store.topics.record import require_editor


def members_page(
    conn: Connection, topic_id: int, *, viewer: Viewer, offset: int = 0, limit: int = 50
) -> list[tuple[int, float]]:
    """(question id, confidence) of a topic's questions, the surest first, then by id."""
    require_editor(viewer)
    statement = (
        select(assignments.c.question_id, assignments.c.confidence)
        .where(assignments.c.topic_id == topic_id)
        .order_by(assignments.c.confidence.desc(), assignments.c.question_id)
        .offset(offset)
        .limit(limit)
    )
    return [(row.question_id, row.confidence) for row in conn.execute(statement)]


def channel_counts(
    conn: Connection, topic_id: int, *, viewer: Viewer
) -> tuple[tuple[str, int], ...]:
    """(channel, questions) of one topic, most first."""
    require_editor(viewer)
    statement = (
        select(questions.c.channel, func.count())
        .join(assignments, assignments.c.question_id == questions.c.id)
        .where(assignments.c.topic_id == topic_id)
        .group_by(questions.c.channel)
        .order_by(func.count().desc(), questions.c.channel)
    )
    return tuple((row[0], row[1]) for row in conn.execute(statement))
