"""The neighbour graph that shows topics most clearly, of several strengths of evening."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from indexer.topics.evened import SharedDirections, evened_vectors, shared_directions
from indexer.topics.neighbour_graph import fuzzy_graph, neighbour_count
from indexer.topics.resolution import ResolutionSearch
from indexer.vectors import Neighbours, nearest_neighbours, pair_cosines

# Not at all, a little, and as far as half whitening: beyond it noise is lifted with the rest.
STRENGTHS = (0.0, 0.25, 0.5)
# So many questions show which strength is the clearest; fewer are all looked at.
ASKED_ROWS = 5_000


def clearest_graph(
    vectors: NDArray[np.float32], *, min_cosine: float, seed: int
) -> ResolutionSearch:
    """The graph, shape (n, n), as fuzzy_graph makes it, of the clearest strength of evening.

    vectors: shape (n, dim), float32, unit rows, all different. A graph is the clearer the
    more nats its shortest description through communities saves per edge. Above ASKED_ROWS
    rows an even sample chooses, and where its search ended the search of the whole begins.
    Neighbours are ranked by evened vectors; whether two are near enough for an edge is asked
    of the vectors themselves.
    """
    rows = len(vectors)
    places = np.linspace(0, rows - 1, min(rows, ASKED_ROWS)).astype(np.int64)
    asked = vectors if rows <= ASKED_ROWS else vectors[places]
    shared = shared_directions(asked)
    searches = [
        ResolutionSearch(_graph(asked, tried, min_cosine, shared), seed) for tried in STRENGTHS
    ]
    saved = [search.saved_per_edge() for search in searches]
    clearest = int(np.argmax(saved))
    if rows <= ASKED_ROWS:
        return searches[clearest]
    graph = _graph(vectors, STRENGTHS[clearest], min_cosine, None)
    return ResolutionSearch(graph, seed, start=searches[clearest].shortest().resolution)


def _graph(
    vectors: NDArray[np.float32],
    strength: float,
    min_cosine: float,
    shared: SharedDirections | None,
) -> csr_matrix:
    k = neighbour_count(len(vectors))
    if not strength:
        return fuzzy_graph(nearest_neighbours(vectors, k=k), min_cosine=min_cosine)
    evened = evened_vectors(vectors, strength=strength, shared=shared)
    found = nearest_neighbours(evened, k=k)
    del evened
    far = pair_cosines(vectors, found.indices) < min_cosine
    kept = Neighbours(np.where(far, -1, found.indices), found.cosines)
    return fuzzy_graph(kept, min_cosine=-1.0)
