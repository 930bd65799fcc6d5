"""Lets new questions join the topics that are there, between two full groupings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from indexer.grouping import UNGROUPED
from indexer.joining import BLOCK_PAIRS, join_topic
from indexer.neighbour_graph import neighbour_count
from indexer.vectors import Neighbours, nearest_neighbours
from kb.questions import GroupableQuestion
from kb.topics import Assignment

EXACT_PAIRS = 200_000_000
"""Up to this many cosines one pass over all is faster than building an index for few queries."""


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
