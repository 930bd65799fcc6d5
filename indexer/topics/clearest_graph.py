"""The neighbour graph that topics are found in, of evened vectors or of the plain ones."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from indexer.topics.evened import evened_vectors
from indexer.topics.neighbour_graph import fuzzy_graph, neighbour_count
from indexer.topics.resolution import ResolutionSearch
from indexer.vectors import Neighbours, nearest_neighbours, pair_cosines

# Half whitening: beyond it noise is lifted with the rest.
STRENGTH = 0.5
# So many questions show whether evening makes the graph clearer; fewer are all looked at.
ASKED_ROWS = 5_000


def clearest_graph(
    vectors: NDArray[np.float32], *, min_cosine: float, seed: int
) -> ResolutionSearch:
    """The graph, shape (n, n), as fuzzy_graph makes it, and the search for its resolution.

    vectors: shape (n, dim), float32, unit rows, all different. The plain vectors are kept where
    their graph is clear by itself and saves more nats per edge than the one of evened vectors.
    Above ASKED_ROWS rows an even sample chooses, and where its search ended the search of the
    whole begins. Neighbours are ranked by evened vectors; whether two are near enough for an
    edge is asked of the vectors themselves.
    """
    rows = len(vectors)
    places = np.linspace(0, rows - 1, min(rows, ASKED_ROWS)).astype(np.int64)
    asked = vectors if rows <= ASKED_ROWS else vectors[places]
    strength, search = 0.0, ResolutionSearch(_graph(asked, 0.0, min_cosine), seed)
    evened = ResolutionSearch(_graph(asked, STRENGTH, min_cosine), seed)
    if not (search.is_clear() and search.saved_per_edge() > evened.saved_per_edge()):
        strength, search = STRENGTH, evened
    if rows <= ASKED_ROWS:
        return search
    graph = _graph(vectors, strength, min_cosine)
    return ResolutionSearch(graph, seed, start=search.shortest().resolution)


def _graph(
    vectors: NDArray[np.float32],
    strength: float,
    min_cosine: float,
) -> csr_matrix:
    k = neighbour_count(len(vectors))
    if not strength:
        return fuzzy_graph(nearest_neighbours(vectors, k=k), min_cosine=min_cosine)
    evened = evened_vectors(vectors, strength=strength)
    found = nearest_neighbours(evened, k=k)
    del evened
    far = pair_cosines(vectors, found.indices) < min_cosine
    kept = Neighbours(np.where(far, -1, found.indices), found.cosines)
    return fuzzy_graph(kept, min_cosine=-1.0)
