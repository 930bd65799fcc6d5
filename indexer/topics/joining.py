"""A new question joins the topic of its neighbours at once, or waits for the next grouping."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.topics.grouping import MIN_EDGE_COSINE, UNGROUPED

# Where less of the neighbourhood agrees, or another topic has nearly as much, the question waits:
# three quarters of what a full grouping groups joins at once so, 99 % of it where that puts it
# (docs/adr/0020-topics-that-stay.md).
MIN_AGREEMENT = 0.35
MIN_LEAD = 1.5
# A question joins when it is as near as all but the loosest tenth of the topic's members.
REACH_QUANTILE = 0.1
# As near as this is a copy, of vectors kept with two bytes a number.
COPY_COSINE = 0.999
# Members whose nearest fellow is looked for; so many give a topic's low tenth well enough.
MEASURED_MEMBERS = 300
# Cosines held at once: 80 MB.
BLOCK_PAIRS = 20_000_000


@dataclass(frozen=True, slots=True)
class Join:
    """Where one question goes.

    topic: the topic it joins, None where it waits. nearest: the topic with most of its
    neighbourhood, None where no neighbour has one. confidence: 0 to 1, for `nearest`.
    """

    topic: int | None
    nearest: int | None
    confidence: float


def join_topic(
    topics: NDArray[np.int32], cosines: NDArray[np.float32], *, reaches: NDArray[np.float32]
) -> Join:
    """Decide from a question's neighbours, nearest first, in microseconds.

    topics, cosines: shape (k,), the neighbours' topics (UNGROUPED where they have none) and
    cosines; reaches: shape (topic_count,), from `measure_reaches`. A neighbour without a topic
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
    near_enough = cosine >= min(reach, COPY_COSINE)
    confidence = agreement * min(1.0, cosine / max(reach, 1e-9))
    second = float(np.partition(shares, -2)[-2]) if len(shares) > 1 else 0.0
    joins = near_enough and agreement >= max(MIN_AGREEMENT, MIN_LEAD * second)
    return Join(nearest if joins else None, nearest, confidence)


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
