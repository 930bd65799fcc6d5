"""A new question joins the topic of its neighbours at once, or waits for the next grouping."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.grouping import MIN_EDGE_COSINE, UNGROUPED
from indexer.vectors import Neighbours

# Where the neighbours' vote is not a clear majority, the question waits.
MIN_AGREEMENT = 0.6
# A question joins when it is as near as all but the loosest tenth of the topic's members.
REACH_QUANTILE = 0.1


@dataclass(frozen=True, slots=True)
class Join:
    """Where one question goes.

    topic: the topic it joins, None where it waits. nearest: the topic with most of its
    neighbourhood, None where no neighbour has one. confidence: 0 to 1, for `nearest`.
    """

    topic: int | None
    nearest: int | None
    confidence: float


def topic_reaches(
    neighbours: Neighbours, topic_of: NDArray[np.int32], *, topic_count: int
) -> NDArray[np.float32]:
    """How near a question must be to join each topic: shape (topic_count,), cosines.

    The low tenth of the members' cosines to their nearest fellow member; 1.0 where no two
    members are neighbours, so that only its own copies join such a topic.
    """
    reaches = np.ones(topic_count, dtype=np.float32)
    if neighbours.indices.shape[1] == 0:
        return reaches
    near_topic = np.where(neighbours.indices >= 0, topic_of[neighbours.indices], UNGROUPED)
    fellow = (near_topic == topic_of[:, None]) & (topic_of[:, None] != UNGROUPED)
    nearest = np.where(fellow, neighbours.cosines, -np.inf).max(axis=1)
    for topic in range(topic_count):
        known = nearest[(topic_of == topic) & np.isfinite(nearest)]
        if len(known):
            reaches[topic] = np.quantile(known, REACH_QUANTILE)
    return reaches


def join_topic(
    topics: NDArray[np.int32], cosines: NDArray[np.float32], *, reaches: NDArray[np.float32]
) -> Join:
    """Decide from a question's neighbours, nearest first, in microseconds.

    topics, cosines: shape (k,), the neighbours' topics (UNGROUPED where they have none) and
    cosines; reaches: shape (topic_count,), from `topic_reaches`. A neighbour without a topic
    votes for waiting.
    """
    votes = np.maximum(cosines.astype(np.float64) - MIN_EDGE_COSINE, 0.0) ** 2
    total = votes.sum()
    named = topics[(topics != UNGROUPED) & (votes > 0)]
    if total <= 0 or len(named) == 0:
        return Join(None, None, 0.0)
    candidates = np.unique(named)
    shares = np.array([votes[topics == topic].sum() for topic in candidates]) / total
    best = int(shares.argmax())
    nearest, agreement = int(candidates[best]), float(shares[best])
    cosine = float(cosines[topics == nearest].max())
    reach = float(reaches[nearest])
    near_enough = cosine >= min(reach, 1.0 - 1e-5)
    confidence = agreement * min(1.0, cosine / max(reach, 1e-9))
    joins = near_enough and agreement >= MIN_AGREEMENT
    return Join(nearest if joins else None, nearest, confidence)
