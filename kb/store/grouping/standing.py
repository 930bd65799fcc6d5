"""Which questions take part in topics and where they stand, read in parts for the online step."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    and_,
    bindparam,
    case,
    func,
    or_,
    select,
)

from kb.store.embeddings import vectors_by_hash
from kb.store.engine import chunks
from kb.store.schema import assignments, changes, decisions, questions, topics
from kb.topics import Assignment

DECIDED = "decision"
"""How a question stands where a person put it, until the next full grouping."""

PAGE_CHANGES = 10_000
"""Lines of the log of changes read at once."""


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


# Statements of every look at the record are made once: making one costs more than running it.
_ASKED: BindParameter[Any] = bindparam("asked", expanding=True)
_CHANGED = (
    select(changes.c.seq, changes.c.kind, changes.c.id)
    .where(changes.c.seq > bindparam("after"))
    .order_by(changes.c.seq)
    .limit(bindparam("most"))
)
_GROUPABLE = select(questions.c.id, questions.c.text_hash).where(
    questions.c.id.in_(_ASKED), takes_part()
)
_PLACES = select(assignments.c.question_id, assignments.c.topic_id).where(
    assignments.c.question_id.in_(_ASKED)
)
_SPEAKS_FIRST = func.row_number().over(
    partition_by=questions.c.text_hash,
    order_by=(
        case((assignments.c.how == DECIDED, 0), else_=1),
        case((assignments.c.topic_id.is_not(None), 0), else_=1),
        assignments.c.question_id,
    ),
)
_STANDING_TEXTS = (
    select(questions.c.text_hash, assignments, _SPEAKS_FIRST.label("place"))
    .join(questions, questions.c.id == assignments.c.question_id)
    .where(questions.c.text_hash.in_(_ASKED), takes_part())
    .subquery()
)
_PLACES_OF_TEXTS = select(_STANDING_TEXTS).where(_STANDING_TEXTS.c.place == 1)
_STANDS = decisions.c.undone_at.is_(None)
_DECISION_STAMP = select(
    func.coalesce(func.max(case((_STANDS, decisions.c.id))), 0),
    func.count(),
    func.count(decisions.c.undone_at),
)
_TOPIC_STAMP = (
    select(topics.c.state, func.count(), func.sum(topics.c.id))
    .group_by(topics.c.state)
    .order_by(topics.c.state)
)


def changed_questions(
    conn: Connection, seq: int, *, most: int | None = None
) -> tuple[set[int], int]:
    """Ids of the questions that changed after `seq`, and the newest change that was read.

    With `most` reading ends soon after so many were found.
    """
    changed: set[int] = set()
    while True:
        rows = conn.execute(_CHANGED, {"after": seq, "most": PAGE_CHANGES}).all()
        changed.update(row[2] for row in rows if row[1] == "question")
        seq = rows[-1][0] if rows else seq
        if len(rows) < PAGE_CHANGES or (most is not None and len(changed) > most):
            return changed, seq


def groupable_hashes(conn: Connection, ids: Collection[int]) -> dict[int, str]:
    """Text hash of those among the questions that take part in topics, by id."""
    found: dict[int, str] = {}
    for part in chunks(sorted(ids)):
        found.update((row[0], row[1]) for row in conn.execute(_GROUPABLE, {"asked": part}))
    return found


def places_of_texts(conn: Connection, hashes: Collection[str]) -> dict[str, Assignment]:
    """Where a text stands, by its hash, of those that stand somewhere.

    Of several questions with one text the one that a person placed speaks, else one that is in
    a topic, else the first.
    """
    found: dict[str, Assignment] = {}
    for part in chunks(sorted(set(hashes))):
        for row in conn.execute(_PLACES_OF_TEXTS, {"asked": part}):
            found[row.text_hash] = Assignment(
                row.question_id, row.topic_id, row.nearest_topic_id, row.how, row.confidence
            )
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
        found.update((row[0], row[1] or 0) for row in conn.execute(_PLACES, {"asked": part}))
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
    newest, total, undone = map(int, conn.execute(_DECISION_STAMP).one())
    return DecisionStamp(newest, total - undone, undone)


def topic_stamp(conn: Connection) -> tuple[tuple[str, int, int], ...]:
    """What tells cheaply whether a topic came, went or got another state."""
    return tuple((row[0], int(row[1]), int(row[2])) for row in conn.execute(_TOPIC_STAMP))


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
