"""Questions that no topic fits clearly, and the topic that they are nearest to."""

from __future__ import annotations

from bisect import bisect_right

import numpy as np
from numpy.typing import NDArray

from indexer.topics.near_topics import mean_vectors
from indexer.topics.question_units import UNGROUPED, Units

MIN_TOPIC_SIZE = 2
# Below this, most of what surrounds a question lies in other topics.
UNCLEAR_BELOW = 0.5
MAX_UNCLEAR_SHARE = 0.25


def membership_confidence(units: Units, topic_of: NDArray[np.int64]) -> NDArray[np.float64]:
    """Share of a unit's neighbourhood in its topic, less where it lies far off for the topic.

    Far off is measured against the topic's median cosine to its own mean.
    """
    rows = np.repeat(np.arange(len(topic_of)), np.diff(units.graph.indptr))
    inside = topic_of[rows] == topic_of[units.graph.indices]
    total = np.bincount(rows, weights=units.graph.data, minlength=len(topic_of))
    own = np.bincount(rows, weights=units.graph.data * inside, minlength=len(topic_of))
    agreement = np.divide(own, total, out=np.zeros(len(topic_of)), where=total > 0)
    means = mean_vectors(units.vectors, topic_of, int(topic_of.max()) + 1)[0]
    cosines = np.einsum("ij,ij->i", units.vectors, means[topic_of]).astype(np.float64)
    order = np.lexsort((cosines, topic_of))
    starts = np.flatnonzero(np.r_[True, np.diff(topic_of[order]) > 0])
    ends = np.r_[starts[1:], len(order)]
    median = cosines[order[(starts + ends - 1) // 2]]
    usual = np.zeros(len(means))
    usual[topic_of[order[starts]]] = np.maximum(median, 1e-9)
    typical = np.clip(cosines / usual[topic_of], 0.0, 1.0)
    confidence: NDArray[np.float64] = agreement * typical
    sure = units.bound | ((total == 0) & (units.sizes >= MIN_TOPIC_SIZE))
    confidence[sure] = np.maximum(confidence[sure], UNCLEAR_BELOW)
    return confidence


def leave_out_unclear(
    units: Units,
    topic_of: NDArray[np.int64],
    confidence: NDArray[np.float64],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Topics numbered biggest first, UNGROUPED where too small; and those less the unclear.

    A unit is unclear whose confidence is below UNCLEAR_BELOW.
    """
    found = np.bincount(topic_of, weights=units.sizes)
    alone = found[topic_of] < MIN_TOPIC_SIZE
    grouped = np.where(alone, UNGROUPED, topic_of)
    order = np.lexsort((np.arange(len(grouped)), confidence))
    unclear = order[(confidence[order] < UNCLEAR_BELOW) & ~alone[order]]
    sizes = np.zeros(int(topic_of.max()) + 1)

    def leave_out(count: int) -> float:
        """Take out the most unclear, and what is too small without them; how many are out."""
        grouped[:] = np.where(alone, UNGROUPED, topic_of)
        grouped[unclear[:count]] = UNGROUPED
        kept = grouped >= 0
        sizes[:] = np.bincount(grouped[kept], weights=units.sizes[kept], minlength=len(sizes))
        grouped[kept & (sizes[grouped] < MIN_TOPIC_SIZE)] = UNGROUPED
        return float(units.sizes[grouped == UNGROUPED].sum())

    most = MAX_UNCLEAR_SHARE * units.sizes.sum()
    leave_out(max(bisect_right(range(len(unclear) + 1), most, key=leave_out) - 1, 0))
    ranked = np.lexsort((np.arange(len(sizes)), -sizes))
    number = np.full(len(sizes), UNGROUPED, dtype=np.int64)
    big = ranked[sizes[ranked] >= MIN_TOPIC_SIZE]
    number[big] = np.arange(len(big))
    return number[topic_of], np.where(grouped >= 0, number[grouped], UNGROUPED)


def name_nearest(
    units: Units, community_of: NDArray[np.int64], grouped: NDArray[np.int64]
) -> NDArray[np.int64]:
    """The topic that each unit was found in, or, where that is none, the nearest by its mean.

    A topic that holds what the unit must not meet is never named.
    """
    nearest = community_of.copy()
    lost = np.flatnonzero(community_of == UNGROUPED)
    if len(lost) == 0 or grouped.max() < 0:
        return nearest
    cosines = (
        units.vectors[lost] @ mean_vectors(units.vectors, grouped, int(grouped.max()) + 1)[0].T
    )
    position = {int(unit): row for row, unit in enumerate(lost)}
    for one, two in (*units.settled.apart, *((b, a) for a, b in units.settled.apart)):
        if one in position and community_of[two] >= 0:
            cosines[position[one], community_of[two]] = -2.0
    nearest[lost] = np.where(cosines.max(axis=1) > -2.0, cosines.argmax(axis=1), UNGROUPED)
    return nearest
