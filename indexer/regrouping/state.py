"""What the record holds for grouping: read in one transaction, checked again at the save."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from indexer.regrouping.base import GroupingBase, Said, find_base, read_said
from indexer.topics.grouping import UNGROUPED
from kb.access import OPERATOR
from kb.questions import GroupableQuestion
from kb.store.changes import last_seq
from kb.store.embeddings import missing_hashes, vectors_by_hash
from kb.store.grouping.assignments import assignments_by_question
from kb.store.grouping.standing import (
    DecisionStamp,
    changed_questions,
    decision_stamp,
    first_change_of,
    groupable_hashes,
    places_of,
    topic_stamp,
)
from kb.store.questions.reading import groupable, questions_by_id
from kb.store.topics.record import topic_states
from kb.topics import Assignment

PAGE = 5_000

READ_BODY_CHARS = 1_000
"""Of a body so much is kept in memory for labels and keywords: about what the encoder reads."""

FEW_CHANGES = 1_000
MANY_SHARE = 0.1
"""Up to so many changed questions, or this share of all, only what changed is read."""


class Outdated(Exception):
    """Somebody regrouped while a grouping was being computed: what was read holds no more."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a grouping was computed from, so far as anybody but the indexer changes it."""

    base: GroupingBase | None
    stamp: DecisionStamp
    topics: tuple[tuple[str, int, int], ...]


@dataclass(frozen=True, slots=True)
class News:
    """What changed since the base: questions to place, those that left, those to wait for.

    fresh: (id, text hash), by id; vectors: theirs, shape (n, dim), float32. seq: up to where
    the record was read; resume_seq: where the next run has to begin, earlier where a question
    has no vector yet.
    """

    fresh: list[tuple[int, str]]
    vectors: NDArray[np.float32]
    gone: list[int]
    waiting: int
    seq: int
    resume_seq: int

    def __len__(self) -> int:
        return len(self.fresh) + len(self.gone)


@dataclass(frozen=True, slots=True)
class GroupingState:
    """Questions that have a vector, where they stand, and what people said about them.

    The bodies of the questions are cut to READ_BODY_CHARS. `resume_seq` as in News.
    """

    questions: list[GroupableQuestion]
    said: Said
    assigned: dict[int, Assignment]
    states: dict[int, str]
    base: GroupingBase | None
    seen: Seen
    seq: int
    resume_seq: int
    waiting: int

    def topics(self) -> dict[int, set[int]]:
        """Question ids per topic as they are now."""
        members: dict[int, set[int]] = {}
        for question_id, row in self.assigned.items():
            if row.topic_id is not None:
                members.setdefault(row.topic_id, set()).add(question_id)
        return members

    def topic_ids(self) -> NDArray[np.int64]:
        """The id of the topic that each question is in, UNGROUPED where there is none."""
        places = (self.assigned.get(one.id) for one in self.questions)
        return np.array(
            [UNGROUPED if one is None or one.topic_id is None else one.topic_id for one in places],
            dtype=np.int64,
        )

    def fresh(self) -> list[GroupableQuestion]:
        """The questions that no grouping has seen."""
        return [one for one in self.questions if one.id not in self.assigned]

    def gone(self) -> list[int]:
        """Ids of the questions that stand somewhere and take no part in topics any more."""
        return sorted(self.assigned.keys() - {one.id for one in self.questions})


def read_state(conn: Connection, fingerprint: str) -> GroupingState:
    """The record's state; a question without a vector yet comes with the next run."""
    questions = [one for page in _pages(conn) for one in page]
    without = set(missing_hashes(conn, fingerprint, [one.text_hash for one in questions]))
    ready = [one for one in questions if one.text_hash not in without]
    waiting = [one.id for one in questions if one.text_hash in without]
    seq = last_seq(conn)
    return GroupingState(
        questions=ready,
        said=read_said(conn),
        assigned=assignments_by_question(conn),
        states=topic_states(conn),
        base=find_base(conn),
        seen=read_seen(conn),
        seq=seq,
        resume_seq=_resume_seq(conn, waiting, seq),
        waiting=len(waiting),
    )


def read_news(conn: Connection, base: GroupingBase, fingerprint: str) -> News | None:
    """What changed since the base, read from the log of changes alone.

    None where so much changed that reading everything costs no more.
    """
    most = max(FEW_CHANGES, int(MANY_SHARE * base.questions))
    changed, seq = changed_questions(conn, base.seq, most=most)
    if len(changed) > most:
        return None
    groupable_now = groupable_hashes(conn, changed)
    places = places_of(conn, changed)
    new = {one: key for one, key in sorted(groupable_now.items()) if one not in places}
    known = vectors_by_hash(conn, fingerprint, list(new.values()))
    fresh = [(one, key) for one, key in new.items() if key in known]
    waiting = [one for one, key in new.items() if key not in known]
    return News(
        fresh=fresh,
        vectors=np.array([known[key] for _, key in fresh], dtype=np.float32),
        gone=sorted(places.keys() - groupable_now.keys()),
        waiting=len(waiting),
        seq=seq,
        resume_seq=_resume_seq(conn, waiting, seq),
    )


def read_seen(conn: Connection) -> Seen:
    """What is checked again at the save."""
    return Seen(find_base(conn), decision_stamp(conn), topic_stamp(conn))


def check_current(conn: Connection, seen: Seen) -> None:
    """Raise Outdated when decisions or topics are not those that were read.

    Topics are stored whole: what an agent did meanwhile must not be overwritten.
    """
    if read_seen(conn) != seen:
        raise Outdated


def vanished_since(conn: Connection, seq: int) -> set[int]:
    """Ids of the questions that were deleted after this change."""
    touched, _ = changed_questions(conn, seq)
    return touched - questions_by_id(conn, sorted(touched), viewer=OPERATOR).keys()


def _resume_seq(conn: Connection, waiting: list[int], seq: int) -> int:
    first = first_change_of(conn, waiting)
    return seq if first is None else min(seq, first - 1)


def _pages(conn: Connection) -> Iterator[list[GroupableQuestion]]:
    after = 0
    while page := groupable(conn, after_id=after, limit=PAGE):
        yield [replace(one, body=one.body[:READ_BODY_CHARS]) for one in page]
        after = page[-1].id
