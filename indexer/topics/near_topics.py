"""The topics nearest to each topic: twins that a person may want to merge."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from kb.errors import InvalidInput

NEAR_COUNT = 3
# Bounds the cosines held at once to block * topics.
TOPIC_BLOCK = 1_024


@dataclass(frozen=True, slots=True)
class NearTopic:
    """One topic beside another.

    cosine: of the two mean vectors, -1 to 1. exchanged: share of the asking topic's
    neighbourhood (edge weight) that lies in this one, 0 to 1; 0.0 where it is not known.
    """

    topic: int
    cosine: float
    exchanged: float


def nearest_topics(
    vectors: NDArray[np.float32],
    topic_of: NDArray[np.integer],
    topic_count: int,
    *,
    exchanged: csr_matrix | None = None,
    k: int = NEAR_COUNT,
) -> list[tuple[NearTopic, ...]]:
    """The k nearest other topics of each topic, nearest first; equal ones by number.

    vectors: shape (n, dim), float32, unit rows. topic_of: shape (n,), topics from 0, negative
    where a question has none. exchanged: shape (topic_count, topic_count), as
    Grouping.exchanged. The nearest is the one of greatest cosine. A topic without questions
    has no neighbours and is none.
    """
    if len(vectors) != len(topic_of):
        raise InvalidInput(f"{len(topic_of)} topics do not fit {len(vectors)} vectors")
    means, sizes = mean_vectors(vectors, topic_of, topic_count)
    near: list[tuple[NearTopic, ...]] = []
    for start in range(0, topic_count, TOPIC_BLOCK):
        cosines = means[start : start + TOPIC_BLOCK] @ means.T
        cosines[:, sizes == 0] = -np.inf
        for row, found in enumerate(cosines, start=start):
            found[row] = -np.inf
            order = np.argsort(-found, kind="stable")[:k] if sizes[row] else ()
            near.append(
                tuple(
                    NearTopic(int(other), float(found[other]), _share(exchanged, row, int(other)))
                    for other in order
                    if np.isfinite(found[other])
                )
            )
    return near


def exchanged_shares(
    graph: csr_matrix, topic_of: NDArray[np.integer], topic_count: int
) -> csr_matrix:
    """Share of each topic's edge weight that goes to each topic, shape (topics, topics).

    graph: shape (n, n), weights. A row sums to 1 with what stays inside (the diagonal) and
    what goes to questions without a topic, which has no column.
    """
    rows = np.flatnonzero(topic_of >= 0)
    fold = csr_matrix(
        (np.ones(len(rows)), (topic_of[rows], rows)), shape=(topic_count, len(topic_of))
    )
    weights = csr_matrix(fold @ graph @ fold.T)
    total = np.asarray((fold @ graph).sum(axis=1)).ravel()
    weights.data /= np.maximum(np.repeat(total, np.diff(weights.indptr)), 1e-9)
    return weights


def mean_vectors(
    vectors: NDArray[np.float32], topic_of: NDArray[np.integer], topic_count: int
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Unit mean vector and number of questions of each topic; zeros where it has none."""
    rows = np.flatnonzero(topic_of >= 0)
    fold = csr_matrix(
        (np.ones(len(rows), np.float32), (topic_of[rows], rows)), shape=(topic_count, len(vectors))
    )
    sums = np.asarray(fold @ vectors, dtype=np.float32)
    lengths = np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9)
    sizes = np.bincount(topic_of[rows], minlength=topic_count).astype(np.int64)
    return (sums / lengths).astype(np.float32), sizes


def _share(exchanged: csr_matrix | None, row: int, other: int) -> float:
    return 0.0 if exchanged is None else float(exchanged[row, other])
