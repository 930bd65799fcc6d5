"""The neighbour graph that shows topics most clearly, of several strengths of evening."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from indexer.topics.evened import evened_vectors
from indexer.topics.neighbour_graph import fuzzy_graph, neighbour_count
from indexer.topics.resolution import description_length, find_partition
from indexer.vectors import Neighbours, nearest_neighbours, pair_cosines

# Not at all, a little, and as far as half whitening: beyond it noise is lifted with the rest.
STRENGTHS = (0.0, 0.25, 0.5)
# So many questions show which strength is the clearest; fewer are all looked at.
ASKED_ROWS = 10_000


def clearest_graph(vectors: NDArray[np.float32], *, min_cosine: float, seed: int) -> csr_matrix:
    """The graph, shape (n, n), as fuzzy_graph makes it, of the clearest strength of evening.

    vectors: shape (n, dim), float32, unit rows, all different. A graph is the clearer the
    more nats its shortest description through communities saves per edge. Above ASKED_ROWS
    rows an even sample chooses. Neighbours are ranked by evened vectors; whether two are near
    enough for an edge is asked of the vectors themselves.
    """
    rows = len(vectors)
    step = -(-rows // ASKED_ROWS)
    asked = vectors[::step]
    best, strength, most = None, STRENGTHS[0], -np.inf
    for tried in STRENGTHS:
        graph = _graph(asked, tried, min_cosine)
        saved = _saved_per_edge(graph, seed)
        if saved > most:
            best, strength, most = graph, tried, saved
    if best is not None and step == 1:
        return best
    return _graph(vectors, strength, min_cosine)


def _graph(vectors: NDArray[np.float32], strength: float, min_cosine: float) -> csr_matrix:
    k = neighbour_count(len(vectors))
    if not strength:
        return fuzzy_graph(nearest_neighbours(vectors, k=k), min_cosine=min_cosine)
    found = nearest_neighbours(evened_vectors(vectors, strength=strength), k=k)
    far = pair_cosines(vectors, found.indices) < min_cosine
    kept = Neighbours(np.where(far, -1, found.indices), found.cosines)
    return fuzzy_graph(kept, min_cosine=-1.0)


def _saved_per_edge(graph: csr_matrix, seed: int) -> float:
    if graph.nnz == 0:
        return 0.0
    whole = description_length(graph, np.zeros(graph.shape[0], dtype=np.int64))
    shortest = find_partition(graph, seed=seed).description_length
    return float((whole - shortest) / (graph.nnz / 2))
