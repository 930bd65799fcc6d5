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
# A set whose shortest description gains this much per question over one without communities
# shows them by which edges there are. One that gains less has few questions to a topic: most
# neighbours of a question are then of other topics, and how near each is has to count too.
# Full-size labelled sets gain 10 to 50; on the graph of evened vectors the samples that gain more
# than 10 are as good without (docs/adr/0019-topics-from-evened-vectors.md).
CLEAR_NATS = 10.0
FAINT_NATS = 7.5
# An edge counts as its weight at most: beyond it what belongs to one big intent is torn apart.
MAX_SHARPNESS = 1.0
LEAST_NATS = 1e-3


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
    """The Leiden communities at the resolution of least description length, edges unweighted.

    The length falls and rises once along the resolution but for noise, so a walk downhill in
    whole octaves, then half octaves, finds it in about seven Leiden runs. Equal graphs and
    seeds give equal partitions.
    """
    return _Search(graph, seed, on_resolution).shortest()


def find_fine_partition(
    graph: csr_matrix,
    *,
    nearness: csr_matrix,
    seed: int,
    on_resolution: Callable[[float], None] | None = None,
) -> Partition:
    """As find_partition, but finer where the edges alone show the communities too faintly.

    nearness: the graph's edges with how near their ends are; the graph's own weights may say
    other things too. Where the shortest description gains less than CLEAR_NATS per node, near
    neighbours count more than far ones, the more so the less it gains, and the resolution is
    chosen again. Measured: docs/adr/0011-granularity-of-small-sets.md.
    """
    search = _Search(graph, seed, on_resolution)
    plain = search.shortest()
    sharpness = _sharpness(graph, plain)
    if sharpness == 0.0:
        return plain

    def sharpened(found: Partition) -> float:
        return description_length(nearness, found.community_of, sharpness=sharpness)

    return search.shortest(sharpened, start=plain.resolution)


def _sharpness(graph: csr_matrix, plain: Partition) -> float:
    """How much more near neighbours count than far ones: the power of their weights."""
    nodes = graph.shape[0]
    if graph.nnz == 0:
        return 0.0
    whole = description_length(graph, np.zeros(nodes, dtype=np.int64))
    gained: float = max((whole - plain.description_length) / nodes, LEAST_NATS)
    return min(max(FAINT_NATS / gained - FAINT_NATS / CLEAR_NATS, 0.0), MAX_SHARPNESS)


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


def description_length(
    graph: csr_matrix, community_of: NDArray[np.int64], *, sharpness: float = 0.0
) -> float:
    """Nats needed to write down the graph through its communities; less is better.

    An edge counts as its weight to the power of `sharpness`, scaled so that the mean edge
    counts as one: with 0 the graph is unweighted. The model is the degree-corrected planted
    partition, which has no parameter to set: too few communities pay for the edges they do
    not foresee, too many pay for naming themselves.

    Source: Zhang and Peixoto, Statistical inference of assortative community structures,
    Physical Review Research 2, 2020, equation 16.
    """
    nodes = graph.shape[0]
    if nodes == 0:
        return 0.0
    counts = _edge_counts(graph, sharpness)
    start = np.repeat(np.arange(nodes), np.diff(graph.indptr))
    degrees = np.bincount(start, weights=counts, minlength=nodes)
    sizes = np.bincount(community_of).astype(np.float64)
    count = len(sizes)
    ends = np.bincount(community_of, weights=degrees)
    stays = community_of[start] == community_of[graph.indices]
    inside = float(counts[stays].sum()) / 2
    edges = graph.nnz / 2
    outside = max(edges - inside, 0.0)
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


class _Search:
    """Leiden runs over one graph, each resolution tried once."""

    def __init__(
        self, graph: csr_matrix, seed: int, on_resolution: Callable[[float], None] | None
    ) -> None:
        self._graph = graph
        self._seed = seed
        self._on_resolution = on_resolution
        self._tried: dict[float, Partition] = {}

    def shortest(
        self,
        length: Callable[[Partition], float] = lambda found: found.description_length,
        *,
        start: float = 2.0**START_LOG2,
    ) -> Partition:
        """The partition of least length; `start` is the resolution where a walk begins."""

        def at(log2: float) -> float:
            if log2 not in lengths:
                lengths[log2] = length(self._at(log2))
            return lengths[log2]

        lengths: dict[float, float] = {}
        if self._graph.shape[0] <= SCANNED_NODES:
            return self._at(min(SCANNED_LOG2, key=at))
        best = float(np.log2(start))
        for step in (COARSE_STEP, FINE_STEP):
            for direction in (step, -step):
                while LOWEST_LOG2 <= best + direction <= HIGHEST_LOG2 and (
                    at(best + direction) < at(best)
                ):
                    best += direction
        return self._at(best)

    def _at(self, log2: float) -> Partition:
        if log2 not in self._tried:
            self._tried[log2] = partition_at(self._graph, 2.0**log2, seed=self._seed)
            if self._on_resolution is not None:
                self._on_resolution(2.0**log2)
        return self._tried[log2]


def _edge_counts(graph: csr_matrix, sharpness: float) -> NDArray[np.float64]:
    if not sharpness or graph.nnz == 0:
        return np.ones(graph.nnz)
    counts: NDArray[np.float64] = graph.data.astype(np.float64) ** sharpness
    counts *= graph.nnz / counts.sum()
    return counts


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
