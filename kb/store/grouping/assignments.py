"""Where questions stand in the record: in a topic, or ungrouped with the nearest one named."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Executable, Row, delete, func, select

from kb.access import Viewer
from kb.store.engine import chunks, upsert
from kb.store.schema import assignments
from kb.store.topics.member_counts import count_members as count_members
from kb.store.topics.record import require_editor
from kb.topics import Assignment

# By the name of the dialect: making the statement costs more than running it.
_SAVING: dict[str, Executable] = {}


def find_assignment(conn: Connection, question_id: int) -> Assignment | None:
    """Where a question stands now, None before the first run that saw it."""
    row = conn.execute(
        select(assignments).where(assignments.c.question_id == question_id)
    ).one_or_none()
    return None if row is None else _assignment(row)


def topic_members(
    conn: Connection, topic_id: int, *, viewer: Viewer, limit: int = 100_000
) -> list[Assignment]:
    """Assignments to a topic, the surest first, then by question id."""
    require_editor(viewer)
    statement = (
        select(assignments)
        .where(assignments.c.topic_id == topic_id)
        .order_by(assignments.c.confidence.desc(), assignments.c.question_id)
        .limit(limit)
    )
    return [_assignment(row) for row in conn.execute(statement)]


def assignments_by_question(conn: Connection) -> dict[int, Assignment]:
    """Where every question stands, for the indexer."""
    return {row.question_id: _assignment(row) for row in conn.execute(select(assignments))}


def topic_of_questions(conn: Connection) -> dict[int, int]:
    """Topic id of every grouped question, for the indexer."""
    statement = select(assignments.c.question_id, assignments.c.topic_id).where(
        assignments.c.topic_id.is_not(None)
    )
    return {row[0]: row[1] for row in conn.execute(statement)}


def ungrouped_count(conn: Connection) -> int:
    """How many questions no topic holds though they were looked at."""
    statement = (
        select(func.count()).select_from(assignments).where(assignments.c.topic_id.is_(None))
    )
    return conn.execute(statement).scalar_one()


def save_assignments(conn: Connection, rows: Sequence[Assignment], *, run_id: int | None) -> None:
    """Store where questions stand; an assignment to the same question is replaced."""
    if not rows:
        return
    if (dialect := conn.dialect.name) not in _SAVING:
        _SAVING[dialect] = _saving(conn)
    conn.execute(
        _SAVING[dialect],
        [
            {
                "question_id": row.question_id,
                "topic_id": row.topic_id,
                "nearest_topic_id": row.nearest_topic_id,
                "run_id": run_id,
                "how": row.how,
                "confidence": row.confidence,
            }
            for row in rows
        ],
    )


def _saving(conn: Connection) -> Executable:
    statement = upsert(conn, assignments)
    changed = ("topic_id", "nearest_topic_id", "run_id", "how", "confidence")
    return statement.on_conflict_do_update(
        index_elements=["question_id"],
        set_={name: statement.excluded[name] for name in changed},
    )


def drop_assignments(conn: Connection, question_ids: Sequence[int]) -> None:
    """Forget where questions stand that take no part in topics any more."""
    for part in chunks(list(question_ids)):
        conn.execute(delete(assignments).where(assignments.c.question_id.in_(part)))


def _assignment(row: Row[Any]) -> Assignment:
    return Assignment(row.question_id, row.topic_id, row.nearest_topic_id, row.how, row.confidence)
