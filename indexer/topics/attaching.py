"""Questions that may only join topics, never found one: fragments typed into a search box."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.topics.constraints import PairDecision
from indexer.topics.near_topics import mean_vectors
from indexer.topics.question_units import MIN_EDGE_COSINE, UNGROUPED
from indexer.vectors import nearest_neighbours

VOTING_NEIGHBOURS = 10
# Share of its neighbours' votes, those without a topic included, that one topic has to have; as
# where a new question joins at once.
MIN_AGREEMENT = 0.35
# As near to its topic's mean as all but the loosest twentieth of those who founded it.
REACH_QUANTILE = 0.05


@dataclass(frozen=True, slots=True)
class Attached:
    """Where each of m questions goes, shapes (m,), as in Grouping."""

    topic_of: NDArray[np.int32]
    nearest_topic: NDArray[np.int32]
    confidence: NDArray[np.float32]


def founding_rows(
    may_found: NDArray[np.bool_], copy_of: NDArray[np.int64], decisions: Sequence[PairDecision]
) -> NDArray[np.bool_]:
    """Who founds topics, shape (n,): who may, equal texts, and those that a person spoke about.

    copy_of: shape (n,), the distinct question of each row.
    """
    founding = may_found.copy()
    named = [row for one in decisions for row in (one.first, one.second)]
    founding[[row for row in named if 0 <= row < len(founding)]] = True
    texts = np.zeros(int(copy_of.max()) + 1, dtype=np.bool_)
    texts[copy_of[founding]] = True
    return texts[copy_of]


def attach(
    vectors: NDArray[np.float32], founders: NDArray[np.float32], topic_of: NDArray[np.int32]
) -> Attached:
    """The topic of the neighbours of each question, where they agree and it is near enough.

    vectors: shape (m, dim); founders: shape (n, dim), both unit rows; topic_of: shape (n,).
    A neighbour's vote is its cosine above MIN_EDGE_COSINE, squared; confidence is the share
    of the votes.
    """
    asked = len(vectors)
    nearest = np.full(asked, UNGROUPED, dtype=np.int32)
    confidence = np.zeros(asked, dtype=np.float32)
    count = int(topic_of.max(initial=UNGROUPED)) + 1
    if count == 0 or asked == 0:
        return Attached(nearest, nearest.copy(), confidence)
    found = nearest_neighbours(founders, k=VOTING_NEIGHBOURS, queries=vectors)
    topics = np.where(found.indices >= 0, topic_of[found.indices], UNGROUPED)
    votes = np.maximum(found.cosines - MIN_EDGE_COSINE, 0.0) ** 2
    same = (topics[:, :, None] == topics[:, None, :]) & (topics != UNGROUPED)[:, :, None]
    shares = (same * votes[:, None, :]).sum(axis=2)
    best = shares.argmax(axis=1)
    each = np.arange(asked)
    means, _ = mean_vectors(founders, topic_of, count)
    voted = shares[each, best] > 0
    nearest = np.where(voted, topics[each, best], (vectors @ means.T).argmax(axis=1))
    confidence = np.where(voted, shares[each, best] / np.maximum(votes.sum(axis=1), 1e-9), 0.0)
    to_mean = np.einsum("ij,ij->i", vectors, means[nearest])
    near = to_mean >= _reaches(founders, topic_of, means)[nearest]
    joins = voted & near & (confidence >= MIN_AGREEMENT)
    return Attached(
        np.where(joins, nearest, UNGROUPED).astype(np.int32),
        nearest.astype(np.int32),
        confidence.astype(np.float32),
    )


def _reaches(
    founders: NDArray[np.float32], topic_of: NDArray[np.int32], means: NDArray[np.float32]
) -> NDArray[np.float32]:
    """The low quantile of the founders' cosines to their topic's mean, shape (topics,)."""
    rows = np.flatnonzero(topic_of != UNGROUPED)
    cosines = np.einsum("ij,ij->i", founders[rows], means[topic_of[rows]])
    order = np.lexsort((cosines, topic_of[rows]))
    sizes = np.bincount(topic_of[rows], minlength=len(means))
    starts = np.cumsum(sizes) - sizes
    reaches: NDArray[np.float32] = cosines[order[starts + (REACH_QUANTILE * sizes).astype(int)]]
    return reaches
