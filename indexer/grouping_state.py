"""What the record holds for grouping: read in one transaction, checked again at the save."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from indexer.grouping import UNGROUPED
from indexer.grouping_base import GroupingBase, Said, find_base, read_said
from kb.access import OPERATOR
from kb.questions import GroupableQuestion
from kb.store.assignments import assignments_by_question
from kb.store.changes import changes_since, last_seq
from kb.store.embeddings import missing_hashes
from kb.store.questions import groupable, questions_by_id
from kb.store.topics import topic_states
from kb.topics import Assignment

PAGE = 10_000


class Outdated(Exception):
    """Somebody regrouped while a grouping was being computed: what was read holds no more."""


@dataclass(frozen=True, slots=True)
class GroupingState:
    """Questions that have a vector, where they stand, and what people said about them."""

    questions: list[GroupableQuestion]
    said: Said
    assigned: dict[int, Assignment]
    states: dict[int, str]
    base: GroupingBase | None
    seq: int
    waiting: int

    def topics(self) -> dict[int, set[int]]:
        """Question ids per topic as they are now."""
        members: dict[int, set[int]] = {}
        for question_id, row in self.assigned.items():
            if row.topic_id is not None:
                members.setdefault(row.topic_id, set()).add(question_id)
        return members

    def topic_numbers(self) -> NDArray[np.int32]:
        """The topic that each question is in, numbered from 0, UNGROUPED where there is none."""
        numbers: dict[int, int] = {}
        topic_of = np.full(len(self.questions), UNGROUPED, dtype=np.int32)
        for row, question in enumerate(self.questions):
            place = self.assigned.get(question.id)
            if place is not None and place.topic_id is not None:
                topic_of[row] = numbers.setdefault(place.topic_id, len(numbers))
        return topic_of

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
    return GroupingState(
        questions=ready,
        said=read_said(conn),
        assigned=assignments_by_question(conn),
        states=topic_states(conn),
        base=find_base(conn),
        seq=last_seq(conn),
        waiting=len(questions) - len(ready),
    )


def check_current(conn: Connection, state: GroupingState) -> None:
    """Raise Outdated when decisions or topics are not those that were read.

    Topics are stored whole: what an agent did meanwhile must not be overwritten.
    """
    now = (find_base(conn), read_said(conn), topic_states(conn))
    if now != (state.base, state.said, state.states):
        raise Outdated


def vanished_since(conn: Connection, state: GroupingState) -> set[int]:
    """Ids of the questions that were deleted since the state was read."""
    touched: set[int] = set()
    seq = state.seq
    while page := changes_since(conn, seq):
        touched |= {one.id for one in page if one.kind == "question"}
        seq = page[-1].seq
    return touched - questions_by_id(conn, sorted(touched), viewer=OPERATOR).keys()


def _pages(conn: Connection) -> Iterator[list[GroupableQuestion]]:
    after = 0
    while page := groupable(conn, after_id=after, limit=PAGE):
        yield page
        after = page[-1].id
