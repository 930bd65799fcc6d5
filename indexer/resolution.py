"""Communities of a neighbour graph at the resolution that describes it most briefly."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import graspologic_native
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.special import gammaln

# The second run starts from the first one's result and mends it at little cost.
LEIDEN_ROUNDS = 2
START_LOG2 = 2.0
COARSE_STEP, FINE_STEP = 1.0, 0.5
LOWEST_LOG2, HIGHEST_LOG2 = -4.0, 12.0
# Small graphs answer a small step with the same communities, and a walk stops on such a
# plateau; there every half octave is affordable.
SCANNED_NODES = 3_000
SCANNED_LOG2 = tuple(step / 2 for step in range(-6, 13))


@dataclass(frozen=True, slots=True)
class Partition:
    """Communities of one graph.

    community_of: shape (n,), int64, numbers from 0 without a hole. description_length is in
    nats and compares only partitions of one graph.
    """

    community_of: NDArray[np.int64]
    resolution: float
    description_length: float


def find_partition(
    graph: csr_matrix, *, seed: int, on_resolution: Callable[[float], None] | None = None
) -> Partition:
    """The Leiden communities at the resolution of least description length.

    The length falls and rises once along the resolution but for noise, so a walk downhill in
    whole octaves, then half octaves, finds it in about seven Leiden runs. Equal graphs and
    seeds give equal partitions.
    """
    tried: dict[float, Partition] = {}

    def at(log2: float) -> Partition:
        if log2 not in tried:
            tried[log2] = partition_at(graph, 2.0**log2, seed=seed)
            if on_resolution is not None:
                on_resolution(2.0**log2)
        return tried[log2]

    if graph.shape[0] <= SCANNED_NODES:
        return at(min(SCANNED_LOG2, key=lambda log2: at(log2).description_length))
    best = START_LOG2
    for step in (COARSE_STEP, FINE_STEP):
        for direction in (step, -step):
            while LOWEST_LOG2 <= best + direction <= HIGHEST_LOG2 and (
                at(best + direction).description_length < at(best).description_length
            ):
                best += direction
    return at(best)


def partition_at(graph: csr_matrix, resolution: float, *, seed: int) -> Partition:
    """The Leiden communities at one resolution; a node without edges is its own community.

    graspologic-native, because scikit-network's Leiden draws from C rand() and gives another
    result with every run, whatever its seed.
    """
    nodes = graph.shape[0]
    labels = np.arange(nodes, dtype=np.int64)
    if graph.nnz:
        _quality, community_of = graspologic_native.leiden_csr(
            graph.indptr.astype(np.int64),
            graph.indices.astype(np.int32),
            graph.data.astype(np.float64),
            nodes,
            resolution=resolution,
            iterations=LEIDEN_ROUNDS,
            seed=seed,
        )
        for node, community in community_of.items():
            labels[node] = community
        labels = _alone_where_isolated(labels, np.diff(graph.indptr) == 0)
    communities = np.unique(labels, return_inverse=True)[1].astype(np.int64)
    return Partition(communities, resolution, description_length(graph, communities))


def description_length(graph: csr_matrix, community_of: NDArray[np.int64]) -> float:
    """Nats needed to write down the graph through its communities; less is better.

    The graph counts as unweighted. The model is the degree-corrected planted partition, which
    has no parameter to set: too few communities pay for the edges they do not foresee, too
    many pay for naming themselves.

    Source: Zhang and Peixoto, Statistical inference of assortative community structures,
    Physical Review Research 2, 2020, equation 16.
    """
    nodes = graph.shape[0]
    if nodes == 0:
        return 0.0
    degrees = np.diff(graph.indptr).astype(np.float64)
    sizes = np.bincount(community_of).astype(np.float64)
    count = len(sizes)
    ends = np.bincount(community_of, weights=degrees)
    rows = np.repeat(community_of, np.diff(graph.indptr))
    inside = float((rows == community_of[graph.indices]).sum()) / 2
    edges = graph.nnz / 2
    outside = edges - inside
    log_graph = (
        _log_factorial(inside)
        + _log_factorial(outside)
        - inside * np.log(count / 2)
        - outside * np.log(max(count * (count - 1) / 2, 1.0))
        - (np.log(edges + 1) if count > 1 else 0.0)
        + (gammaln(sizes) - gammaln(ends + sizes)).sum()
        + gammaln(degrees + 1).sum()
    )
    log_communities = (
        gammaln(sizes + 1).sum()
        - _log_factorial(nodes)
        - _log_choose(nodes - 1, count - 1)
        - np.log(nodes)
    )
    return float(-(log_graph + log_communities))


def _alone_where_isolated(
    labels: NDArray[np.int64], isolated: NDArray[np.bool_]
) -> NDArray[np.int64]:
    alone = labels.copy()
    alone[isolated] = labels.max() + 1 + np.arange(int(isolated.sum()))
    return alone


def _log_factorial(value: float) -> float:
    return float(gammaln(value + 1))


def _log_choose(total: int, chosen: int) -> float:
    return _log_factorial(total) - _log_factorial(chosen) - _log_factorial(total - chosen)
