"""Lets new questions join the topics that are there, between two full groupings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from indexer.grouping import UNGROUPED
from indexer.joining import REACH_QUANTILE, join_topic
from indexer.neighbour_graph import neighbour_count
from indexer.vectors import Neighbours, nearest_neighbours
from kb.questions import GroupableQuestion
from kb.topics import Assignment

EXACT_PAIRS = 200_000_000
"""Up to this many cosines one pass over all is faster than building an index for few queries."""

BLOCK_PAIRS = 20_000_000
"""Cosines held at once: 80 MB."""

MEASURED_MEMBERS = 300
"""Members of a topic whose nearest fellow is looked for; so many give its low tenth well enough."""


def place_new_questions(
    known: NDArray[np.float32],
    places: Sequence[Assignment],
    fresh: Sequence[GroupableQuestion],
    new: NDArray[np.float32],
    *,
    reaches: Mapping[int, float],
) -> list[Assignment]:
    """Where each new question belongs.

    known: shape (n, dim), the vectors of the questions that stand somewhere, `places` in that
    order; new: shape (m, dim), those of `fresh`. A question joins when its neighbours are near
    enough and agree; else it waits, with its nearest topic named. A topic without a reach (a
    person has just split it off) takes in only copies of its own.
    """
    ids = sorted({row.topic_id for row in places if row.topic_id is not None})
    number = {topic_id: position for position, topic_id in enumerate(ids)}
    topic_of = np.array(
        [UNGROUPED if row.topic_id is None else number[row.topic_id] for row in places],
        dtype=np.int32,
    )
    reach_of = np.array([reaches.get(topic_id, 1.0) for topic_id in ids], dtype=np.float32)
    near = _nearest(known, new, k=neighbour_count(len(known)))
    rows = []
    for position, question in enumerate(fresh):
        found = near.indices[position] >= 0
        topics = topic_of[near.indices[position][found]]
        join = join_topic(topics, near.cosines[position][found], reaches=reach_of)
        rows.append(
            Assignment(
                question_id=question.id,
                topic_id=None if join.topic is None else ids[join.topic],
                nearest_topic_id=None if join.nearest is None else ids[join.nearest],
                how="online",
                confidence=round(join.confidence, 4),
            )
        )
    return rows


def measure_reaches(
    vectors: NDArray[np.float32], topic_of: NDArray[np.int32], *, topic_count: int
) -> NDArray[np.float32]:
    """How near a question must be to join each topic: shape (topic_count,), cosines.

    The low tenth of the members' cosines to their nearest fellow member; 1.0 where a topic has
    one member only. It looks inside the topics, so it costs no search over all questions.
    """
    reaches = np.ones(topic_count, dtype=np.float32)
    order = np.argsort(topic_of, kind="stable")
    bounds = np.searchsorted(topic_of[order], np.arange(topic_count + 1))
    for topic in range(topic_count):
        members = vectors[order[bounds[topic] : bounds[topic + 1]]]
        if len(members) < 2:
            continue
        step = -(-len(members) // MEASURED_MEMBERS)
        asked = np.arange(0, len(members), step)
        reaches[topic] = np.quantile(_nearest_fellow(members, asked), REACH_QUANTILE)
    return reaches


def _nearest_fellow(members: NDArray[np.float32], asked: NDArray[np.int64]) -> NDArray[np.float32]:
    nearest = np.empty(len(asked), dtype=np.float32)
    size = max(1, BLOCK_PAIRS // len(members))
    for start in range(0, len(asked), size):
        rows = asked[start : start + size]
        cosines = members[rows] @ members.T
        cosines[np.arange(len(rows)), rows] = -1.0
        nearest[start : start + size] = cosines.max(axis=1)
    return nearest


def _nearest(known: NDArray[np.float32], new: NDArray[np.float32], *, k: int) -> Neighbours:
    if len(known) * len(new) > EXACT_PAIRS:
        return nearest_neighbours(known, k=k, queries=new)
    k = min(k, len(known))
    indices = np.empty((len(new), k), dtype=np.int64)
    cosines = np.empty((len(new), k), dtype=np.float32)
    size = max(1, BLOCK_PAIRS // max(1, len(known)))
    for start in range(0, len(new), size):
        block = slice(start, start + size)
        found = new[block] @ known.T
        best = np.argpartition(-found, k - 1, axis=1)[:, :k]
        order = np.argsort(-np.take_along_axis(found, best, axis=1), axis=1, kind="stable")
        indices[block] = np.take_along_axis(best, order, axis=1)
        cosines[block] = np.take_along_axis(found, indices[block], axis=1)
    return Neighbours(indices, np.clip(cosines, -1.0, 1.0))
