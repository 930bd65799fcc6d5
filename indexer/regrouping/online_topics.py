"""The questions that stand somewhere, held in memory, so that a new one joins in milliseconds."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

import faiss
import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from indexer.regrouping.base import GroupingBase
from indexer.regrouping.state import Seen
from indexer.topics.grouping import UNGROUPED
from indexer.topics.joining import join_topic
from indexer.topics.neighbour_graph import neighbour_count
from indexer.topics.topic_cells import TopicCells, find_centres
from kb.store.engine import PARAMETERS_PER_STATEMENT, chunks
from kb.store.grouping.reaches import topic_reaches_by_id
from kb.store.grouping.standing import changed_questions, places_by_question, standing_vectors
from kb.topics import Assignment

PAGE = 10_000
"""Vectors read at once: 15 MB."""

ROWS_PER_THREAD = 50
"""Fewer rows to search or add are done sooner by the thread that asks."""

WAITS = 0
"""Stands for no topic among topic ids."""


@dataclass(frozen=True, slots=True)
class _MadeFrom:
    """What the cells were made from; another full grouping moves the topics' means."""

    incarnation: str
    fingerprint: str
    grouped_at: str


class OnlineTopics:
    """Vectors and topics of all questions that stand somewhere, kept current from `changes`.

    Two bytes a number and about 100 bytes a question: 120 MiB for 142,000 questions. A new one
    is empty; `follow` fills it at its first use and afterwards reads only what changed.
    """

    def __init__(self) -> None:
        self._made_from: _MadeFrom | None = None
        self._seen: Seen | None = None
        self._seq = 0
        self._topic_of: dict[int, int] = {}
        self._cells: TopicCells | None = None
        self._reaches: dict[int, float] = {}

    def __len__(self) -> int:
        return len(self._topic_of)

    @property
    def ungrouped(self) -> int:
        """How many of them wait."""
        return sum(topic == WAITS for topic in self._topic_of.values())

    def follow(self, conn: Connection, seen: Seen, base: GroupingBase, *, seq: int) -> None:
        """Take in what changed in the record up to `seq`, the newest change of this reading.

        Everything is read anew where the topics were found anew; the places alone where
        somebody else regrouped or let questions join.
        """
        made_from = _MadeFrom(base.incarnation, base.fingerprint, base.grouped_at)
        if made_from != self._made_from:
            self._fill(conn, base.fingerprint)
            self._reaches = topic_reaches_by_id(conn)
        else:
            changed, _ = changed_questions(conn, self._seq)
            stale = {one for one in changed if one in self._topic_of}
            if seen != self._seen:
                stale |= self._differing(conn)
            self._read_again(conn, base.fingerprint, stale)
        self._made_from, self._seen, self._seq = made_from, seen, seq

    def took(
        self,
        rows: Sequence[Assignment],
        vectors: NDArray[np.float32],
        *,
        gone: Collection[int],
        now: GroupingBase,
    ) -> None:
        """Take in what was just stored, with the base `now`: new rows, and those that left."""
        ids = np.array([row.question_id for row in rows], dtype=np.int64)
        self._forget(gone)
        self._keep(ids, [row.topic_id or WAITS for row in rows], vectors)
        if self._seen is not None:
            self._seen = replace(self._seen, base=now)

    def place(self, ids: Sequence[int], vectors: NDArray[np.float32]) -> list[Assignment]:
        """Where each new question belongs; shape of `vectors`: (len(ids), dim), unit rows.

        A question joins when its neighbours are near enough and agree; else it waits, with its
        nearest topic named. A topic without a reach (a person has just split it off) takes in
        only copies of its own.
        """
        if not ids:
            return []
        if self._cells is None or not len(self._cells):
            return [Assignment(one, None, None, "online", 0.0) for one in ids]
        with _as_many_threads_as_rows(len(ids)):
            near = self._cells.nearest(vectors, k=neighbour_count(len(self._cells)))
        rows = []
        for question_id, known, cosines in zip(ids, near.indices, near.cosines, strict=True):
            topics = [self._topic_of.get(one, WAITS) for one in known.tolist() if one >= 0]
            rows.append(_joined(question_id, topics, cosines[: len(topics)], self._reaches))
        return rows

    def _fill(self, conn: Connection, fingerprint: str) -> None:
        pages, after = [], 0
        self._cells, self._topic_of = None, {}
        while len((page := standing_vectors(conn, fingerprint, after_id=after, limit=PAGE)).ids):
            after = int(page.ids[-1])
            pages.append((page.ids, page.topic_ids, page.vectors.astype(np.float16)))
        if not pages:
            return
        topic_ids = np.concatenate([page[1] for page in pages])
        vectors = np.concatenate([page[2] for page in pages])
        ids = np.concatenate([page[0] for page in pages])
        del pages
        self._cells = TopicCells(find_centres(vectors, topic_ids, none=WAITS))
        for start in range(0, len(ids), PAGE):
            block = slice(start, start + PAGE)
            self._cells.add(ids[block], vectors[block].astype(np.float32))
        self._topic_of = dict(zip(ids.tolist(), topic_ids.tolist(), strict=True))

    def _differing(self, conn: Connection) -> set[int]:
        """Set the places that are others now; return the questions that came or went."""
        now = places_by_question(conn)
        for one in now.keys() & self._topic_of.keys():
            self._topic_of[one] = now[one]
        return now.keys() ^ self._topic_of.keys()

    def _read_again(self, conn: Connection, fingerprint: str, ids: Collection[int]) -> None:
        self._forget(ids)
        for part in chunks(sorted(ids), PARAMETERS_PER_STATEMENT):
            page = standing_vectors(conn, fingerprint, ids=part)
            self._keep(page.ids, page.topic_ids.tolist(), page.vectors)

    def _forget(self, ids: Collection[int]) -> None:
        known = [one for one in ids if self._topic_of.pop(one, None) is not None]
        if self._cells is not None:
            self._cells.remove(np.array(known, dtype=np.int64))

    def _keep(
        self, ids: NDArray[np.int64], topic_ids: Sequence[int], vectors: NDArray[np.float32]
    ) -> None:
        if not len(ids):
            return
        if self._cells is None:
            centres = find_centres(vectors, np.array(topic_ids, dtype=np.int64), none=WAITS)
            self._cells = TopicCells(centres)
        with _as_many_threads_as_rows(len(ids)):
            self._cells.add(ids, vectors)
        self._topic_of.update(zip(ids.tolist(), topic_ids, strict=True))


def _joined(
    question_id: int,
    topics: Sequence[int],
    cosines: NDArray[np.float32],
    reaches: Mapping[int, float],
) -> Assignment:
    """The place that these neighbours vote for."""
    named = sorted({one for one in topics if one != WAITS})
    number = {one: position for position, one in enumerate(named)} | {WAITS: UNGROUPED}
    join = join_topic(
        np.array([number[one] for one in topics], dtype=np.int32),
        cosines,
        reaches=np.array([reaches.get(one, 1.0) for one in named], dtype=np.float32),
    )
    return Assignment(
        question_id=question_id,
        topic_id=None if join.topic is None else named[join.topic],
        nearest_topic_id=None if join.nearest is None else named[join.nearest],
        how="online",
        confidence=round(join.confidence, 4),
    )


@contextmanager
def _as_many_threads_as_rows(rows: int) -> Iterator[None]:
    """Let no more threads work at once on so few rows: waking and awaiting them costs far more."""
    usual = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(max(1, min(usual, rows // ROWS_PER_THREAD)))
    try:
        yield
    finally:
        faiss.omp_set_num_threads(usual)
