"""The weighted neighbour graph that topics are found in."""

from __future__ import annotations

from math import log2

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import block_array, csr_matrix

from indexer.vectors import Neighbours

BISECTION_ROUNDS = 32
MIN_BANDWIDTH = 1e-4
MAX_BANDWIDTH = 10.0


def neighbour_count(rows: int) -> int:
    """Neighbours per question for a graph of `rows` questions.

    A neighbour graph stays connected inside a cluster when k grows with log n (Maier, Hein
    and von Luxburg, 2009); the factor 1.5 did better than 2 over
    five labelled sets together, and is not set for one of them.
    """
    return max(1, min(rows - 1, round(1.5 * log2(max(rows, 2)))))


def fuzzy_graph(neighbours: Neighbours, *, min_cosine: float) -> csr_matrix:
    """Symmetric graph, shape (n, n), float64, weights in (0, 1], no self-loops.

    Each row scales its distances by its own neighbourhood, so that dense and thin topics
    get edges of the same weight; the two directions are united as a + b - ab. Pairs below
    `min_cosine` have no edge: locally scaled weights alone would join any two questions.

    Source: McInnes, Healy and Melville, UMAP, 2018, section 3.1.
    """
    rows, k = neighbours.indices.shape
    kept = (neighbours.indices >= 0) & (neighbours.cosines >= min_cosine)
    weights = _local_weights(1.0 - neighbours.cosines, kept)
    start = np.repeat(np.arange(rows), k)[kept.ravel()]
    directed = csr_matrix(
        (weights[kept], (start, neighbours.indices[kept])), shape=(rows, rows), dtype=np.float64
    )
    reverse = directed.T.tocsr()
    graph = csr_matrix(directed + reverse - directed.multiply(reverse))
    graph.sort_indices()
    return graph


def contracted(graph: csr_matrix, group_of: NDArray[np.int64]) -> csr_matrix:
    """The graph whose nodes are groups of nodes; weights add up, self-loops fall away.

    group_of: shape (n,), group numbers from 0 without a hole.
    """
    folded = _folded(graph, group_of)
    folded.setdiag(0.0)
    folded.eliminate_zeros()
    folded.sort_indices()
    return folded


def contracted_with_leaves(graph: csr_matrix, group_of: NDArray[np.int64]) -> csr_matrix:
    """As contracted, each group's inner weight kept on an edge to a leaf behind the groups.

    So degrees and the weight of the whole stay, and a resolution means the same in both
    graphs; Leiden reads no self-loops, which would say it more plainly.
    """
    folded = _folded(graph, group_of)
    inner = folded.diagonal() / 2
    folded.setdiag(0.0)
    folded.eliminate_zeros()
    groups = np.flatnonzero(inner > 0)
    leaf = csr_matrix(
        (inner[groups], (groups, np.arange(len(groups)))), shape=(folded.shape[0], len(groups))
    )
    whole = csr_matrix(block_array([[folded, leaf], [leaf.T, None]], format="csr"))
    whole.sort_indices()
    return whole


def _folded(graph: csr_matrix, group_of: NDArray[np.int64]) -> csr_matrix:

    if len(group_of) == 0:
        return graph.copy()
    rows = len(group_of)
    ones = np.ones(rows)
    fold = csr_matrix((ones, (group_of, np.arange(rows))), shape=(int(group_of.max()) + 1, rows))
    return csr_matrix(fold @ graph @ fold.T)


def _local_weights(distances: NDArray[np.float32], kept: NDArray[np.bool_]) -> NDArray[np.float64]:
    """exp(-(d - nearest) / bandwidth), bandwidth so that a row's weights sum to log2(k)."""
    rows, k = distances.shape
    if k == 0 or rows == 0:
        return np.zeros((rows, k))
    excess = np.maximum(distances - distances[:, :1], 0.0)
    low, high = np.full((rows, 1), MIN_BANDWIDTH), np.full((rows, 1), MAX_BANDWIDTH)
    wanted = np.log2(max(k, 2))
    for _ in range(BISECTION_ROUNDS):
        middle = (low + high) / 2
        too_wide = np.exp(-excess / middle).sum(axis=1, keepdims=True) > wanted
        high, low = np.where(too_wide, middle, high), np.where(too_wide, low, middle)
    return np.where(kept, np.exp(-excess / high), 0.0).astype(np.float64)
