"""Which questions take part in topics and where they stand, read in parts for the online step."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Connection, and_, case, func, or_, select

from kb.store.embeddings import vectors_by_hash
from kb.store.engine import chunks
from kb.store.schema import assignments, changes, decisions, questions, topics


@dataclass(frozen=True, slots=True)
class StandingVectors:
    """A page of questions that stand somewhere, by id, and their vectors.

    ids: shape (n,), int64. topic_ids: shape (n,), int64, 0 for a question that waits.
    vectors: shape (n, dim), float32.
    """

    ids: NDArray[np.int64]
    topic_ids: NDArray[np.int64]
    vectors: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class DecisionStamp:
    """What tells cheaply whether somebody decided anything: newest id, how many stand, undone."""

    newest: int
    standing: int
    undone: int


def takes_part() -> ColumnElement[bool]:
    """The condition on a question to take part in topics: cleaned, no noise, not put away."""
    return and_(
        questions.c.text_hash.is_not(None),
        questions.c.noise.is_(None),
        questions.c.state.not_in(("spam", "hidden")),
    )


def groupable_hashes(conn: Connection, ids: Collection[int]) -> dict[int, str]:
    """Text hash of those among the questions that take part in topics, by id."""
    found: dict[int, str] = {}
    for part in chunks(sorted(ids)):
        statement = select(questions.c.id, questions.c.text_hash).where(
            questions.c.id.in_(part), takes_part()
        )
        found.update((row[0], row[1]) for row in conn.execute(statement))
    return found


def standing_vectors(
    conn: Connection,
    fingerprint: str,
    *,
    after_id: int = 0,
    ids: Sequence[int] | None = None,
    limit: int = 10_000,
) -> StandingVectors:
    """Assigned questions that take part in topics and have a vector, by id.

    All of them page by page, or with `ids` (at most as many as fit one statement) just these.
    """
    statement = (
        select(assignments.c.question_id, assignments.c.topic_id, questions.c.text_hash)
        .join(questions, questions.c.id == assignments.c.question_id)
        .where(assignments.c.question_id > after_id, takes_part())
        .order_by(assignments.c.question_id)
        .limit(limit)
    )
    if ids is not None:
        statement = statement.where(assignments.c.question_id.in_(ids))
    rows = conn.execute(statement).all()
    # Joined to the vectors, SQLite would begin with all of these, page after page.
    found = vectors_by_hash(conn, fingerprint, [row[2] for row in rows])
    known = [row for row in rows if row[2] in found]
    return StandingVectors(
        np.array([row[0] for row in known], dtype=np.int64),
        np.array([row[1] or 0 for row in known], dtype=np.int64),
        np.array([found[row[2]] for row in known], dtype=np.float32),
    )


def places_by_question(conn: Connection) -> dict[int, int]:
    """Topic id of every question that stands somewhere, 0 for one that waits."""
    statement = select(assignments.c.question_id, assignments.c.topic_id)
    return {row[0]: row[1] or 0 for row in conn.execute(statement)}


def places_of(conn: Connection, ids: Collection[int]) -> dict[int, int]:
    """Topic id of those among the questions that stand somewhere, 0 for one that waits."""
    found: dict[int, int] = {}
    for part in chunks(sorted(ids)):
        statement = select(assignments.c.question_id, assignments.c.topic_id).where(
            assignments.c.question_id.in_(part)
        )
        found.update((row[0], row[1] or 0) for row in conn.execute(statement))
    return found


def first_change_of(conn: Connection, question_ids: Collection[int]) -> int | None:
    """The number of the oldest last change among these questions, None where none is logged."""
    oldest: int | None = None
    for part in chunks(sorted(question_ids)):
        newest = (
            select(func.max(changes.c.seq).label("seq"))
            .where(changes.c.kind == "question", changes.c.id.in_(part))
            .group_by(changes.c.id)
            .subquery()
        )
        found = conn.execute(select(func.min(newest.c.seq))).scalar_one()
        if found is not None:
            oldest = found if oldest is None else min(oldest, found)
    return oldest


def decision_stamp(conn: Connection) -> DecisionStamp:
    """The present stamp; every decision and every undoing changes it."""
    stands = decisions.c.undone_at.is_(None)
    newest = func.coalesce(func.max(case((stands, decisions.c.id))), 0)
    undone = func.count(decisions.c.undone_at)
    row = conn.execute(select(newest, func.count() - undone, undone)).one()
    return DecisionStamp(int(row[0]), int(row[1]), int(row[2]))


def topic_stamp(conn: Connection) -> tuple[tuple[str, int, int], ...]:
    """What tells cheaply whether a topic came, went or got another state."""
    statement = (
        select(topics.c.state, func.count(), func.sum(topics.c.id))
        .group_by(topics.c.state)
        .order_by(topics.c.state)
    )
    return tuple((row[0], int(row[1]), int(row[2])) for row in conn.execute(statement))


def count_decisions(conn: Connection, *, after_id: int) -> int:
    """How many decisions stand that are newer than this one."""
    newer = (decisions.c.id > after_id, decisions.c.undone_at.is_(None))
    return int(conn.execute(select(func.count()).where(*newer)).scalar_one())


def questions_decided_since(conn: Connection, decision_id: int, undone_after: datetime) -> set[int]:
    """Questions of decisions newer than this one, or that were taken back after that time."""
    statement = select(decisions.c.question_a, decisions.c.question_b).where(
        or_(decisions.c.id > decision_id, decisions.c.undone_at > undone_after)
    )
    return {one for row in conn.execute(statement) for one in row}


def promoted_topics_by_entry(conn: Connection) -> dict[int, list[int]]:
    """Ids of the promoted topics of each entry, by id; a merged entry has several."""
    statement = (
        select(topics.c.entry_id, topics.c.id)
        .where(topics.c.state == "promoted", topics.c.entry_id.is_not(None))
        .order_by(topics.c.id)
    )
    found: dict[int, list[int]] = {}
    for row in conn.execute(statement):
        found.setdefault(row[0], []).append(row[1])
    return found
