"""Communities of a neighbour graph at the resolution that describes it most briefly."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import graspologic_native
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.special import gammaln

from indexer.topics.neighbour_graph import contracted_with_leaves

# The second run starts from the first one's result and mends it at little cost.
LEIDEN_ROUNDS = 2
START_LOG2 = 2.0
COARSE_STEP, FINE_STEP = 1.0, 0.5
LOWEST_LOG2, HIGHEST_LOG2 = -4.0, 12.0
# Small graphs answer a small step with the same communities, and a walk stops on such a
# plateau; there every octave is affordable. The middle of the plateau is the surest.
SCANNED_NODES = 3_000
SCANNED_LOG2 = tuple(float(octave) for octave in range(-3, 7))
# A set whose shortest description gains this much per question over one without communities
# shows them by which edges there are. One that gains less has few questions to a topic: most
# neighbours of a question are then of other topics, and how near each is has to count too.
# Full-size labelled sets gain 10 to 50, their samples of 500 to 1,500 questions 0 to 17.
CLEAR_NATS = 25.0
FAINT_NATS = 7.5
# An edge counts as its weight at most: beyond it what belongs to one big intent is torn apart.
MAX_SHARPNESS = 1.0
LEAST_NATS = 1e-3
# A grouping is the work of a background process, which may use two cores; runs over smaller
# graphs are over before a thread has begun.
WORKERS = 2
THREADED_NODES = 2_000
# A run over a larger graph takes some hundred megabytes of its own: one at a time.
MOST_THREADED_NODES = 100_000


@dataclass(frozen=True, slots=True)
class Partition:
    """Communities of one graph.

    community_of: shape (n,), int64, numbers from 0 without a hole. description_length is in
    nats and compares only partitions of one graph.
    """

    community_of: NDArray[np.int64]
    resolution: float
    description_length: float


def find_partition(graph: csr_matrix, *, seed: int) -> Partition:
    """The Leiden communities at the resolution of least description length, edges unweighted.

    Equal graphs and seeds give equal partitions.
    """
    return ResolutionSearch(graph, seed).shortest()


class ResolutionSearch:
    """The Leiden communities of one graph at the resolution that describes it best.

    The length of the description falls and rises once along the resolution but for noise, so a
    walk downhill in whole octaves, then half octaves, finds the least in about five to seven
    Leiden runs, each resolution tried once. start: the resolution where the walk begins; steps
    from it are of half octaves. Leiden lets other threads run, so the two sides of a step are
    tried at once.
    """

    def __init__(self, graph: csr_matrix, seed: int, *, start: float = 2.0**START_LOG2) -> None:
        self.graph = graph
        self.on_resolution: Callable[[float], None] | None = None
        self._seed = seed
        self._start = float(np.log2(start))
        self._tried: dict[float, Partition] = {}
        self._lengths: dict[tuple[float, float], float] = {}
        self._whole = description_length(graph, np.zeros(graph.shape[0], dtype=np.int64))

    def shortest(self) -> Partition:
        """The communities of least description length, edges unweighted."""
        return self._tried[_middle(self._least(0.0, self._start))]

    def finest(self) -> Partition:
        """As shortest, but finer where the edges alone show the communities too faintly.

        Where the shortest description gains less than CLEAR_NATS per node, near neighbours
        count more than far ones, the more so the less it gains, and the resolution is chosen
        again. Measured: docs/adr/0011-granularity-of-small-sets.md.
        """
        return self._tried[_middle(self._as_short(self._sharpness()))]

    def finest_with(self, group_of: NDArray[np.int64]) -> Partition:
        """As finest, the nodes of each group in one community, and the others none the coarser.

        group_of: shape (n,), group numbers from 0 without a hole; the communities are those of
        the groups. Of resolutions that are as good without groups, the one where they fit best.
        """
        sharpness = self._sharpness()
        folded = contracted_with_leaves(self.graph, group_of)
        groups = int(group_of.max()) + 1
        lengths: dict[float, Partition] = {}
        for log2 in self._as_short(sharpness):
            labels = partition_at(folded, 2.0**log2, seed=self._seed).community_of[:groups]
            numbers = np.unique(labels, return_inverse=True)[1].astype(np.int64)
            length = description_length(self.graph, numbers[group_of], sharpness=sharpness)
            lengths.setdefault(length, Partition(numbers, 2.0**log2, length))
        return lengths[min(lengths)]

    def is_clear(self) -> bool:
        """Whether which edges there are is enough to show the communities."""
        return self._gained_per_node() >= CLEAR_NATS

    def saved_per_edge(self) -> float:
        """Nats per edge that the shortest description saves over one without communities."""
        if self.graph.nnz == 0:
            return 0.0
        return float((self._whole - self.shortest().description_length) / (self.graph.nnz / 2))

    def _sharpness(self) -> float:
        """How much more near neighbours count than far ones: the power of their weights."""
        if self.graph.nnz == 0:
            return 0.0
        gained = max(self._gained_per_node(), LEAST_NATS)
        power = FAINT_NATS / gained - FAINT_NATS / CLEAR_NATS
        return float(min(max(power, 0.0), MAX_SHARPNESS))

    def _gained_per_node(self) -> float:
        nodes = max(self.graph.shape[0], 1)
        return float((self._whole - self.shortest().description_length) / nodes)

    def _as_short(self, sharpness: float) -> list[float]:
        """The equally good resolutions (log2) by the description sharpened so."""
        if sharpness == 0.0:
            return self._least(0.0, self._start)
        return self._least(sharpness, float(np.log2(self.shortest().resolution)))

    def _least(self, sharpness: float, best: float) -> list[float]:
        """The resolutions (log2) of least length, ascending; a walk begins at `best`."""

        def at(log2: float) -> float:
            self._try((log2,))
            if (log2, sharpness) not in self._lengths:
                found = self._tried[log2]
                self._lengths[log2, sharpness] = (
                    description_length(self.graph, found.community_of, sharpness=sharpness)
                    if sharpness
                    else found.description_length
                )
            return self._lengths[log2, sharpness]

        if self.graph.shape[0] <= SCANNED_NODES:
            self._try(SCANNED_LOG2)
            octaves = min(SCANNED_LOG2, key=at)
            halves = (octaves - FINE_STEP, octaves + FINE_STEP)
            self._try(halves)
            looked_at = sorted((*SCANNED_LOG2, *halves))
            shortest = min(at(log2) for log2 in looked_at)
            return [log2 for log2 in looked_at if at(log2) <= shortest + LEAST_NATS]
        for step in (COARSE_STEP, FINE_STEP):
            if self._may_thread():
                self._try((best, best - step, best + step))
            for direction in (step, -step):
                while LOWEST_LOG2 <= best + direction <= HIGHEST_LOG2 and (
                    at(best + direction) < at(best)
                ):
                    best += direction
        return [best]

    def _may_thread(self) -> bool:
        return THREADED_NODES <= int(self.graph.shape[0]) <= MOST_THREADED_NODES

    def _try(self, resolutions_log2: Sequence[float]) -> None:
        new = [log2 for log2 in resolutions_log2 if log2 not in self._tried]

        def run(log2: float) -> Partition:
            return partition_at(self.graph, 2.0**log2, seed=self._seed)

        if self._may_thread() and len(new) > 1:
            with ThreadPoolExecutor(WORKERS) as pool:
                found = list(pool.map(run, new))
        else:
            found = [run(log2) for log2 in new]
        for log2, partition in zip(new, found, strict=True):
            self._tried[log2] = partition
            if self.on_resolution is not None:
                self.on_resolution(2.0**log2)


def partition_at(graph: csr_matrix, resolution: float, *, seed: int) -> Partition:
    """The Leiden communities at one resolution; a node without edges is its own community.

    graspologic-native, because scikit-network's Leiden draws from C rand() and gives another
    result with every run, whatever its seed.
    """
    nodes = graph.shape[0]
    labels = np.arange(nodes, dtype=np.int64)
    if graph.nnz:
        _quality, community_of = graspologic_native.leiden_csr(
            graph.indptr.astype(np.int64, copy=False),
            graph.indices.astype(np.int32, copy=False),
            graph.data.astype(np.float64, copy=False),
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
    lengths = np.diff(graph.indptr)
    stays = np.repeat(community_of, lengths) == community_of[graph.indices]
    if sharpness:
        counts = _edge_counts(graph, sharpness)
        start = np.repeat(np.arange(nodes), lengths)
        degrees = np.bincount(start, weights=counts, minlength=nodes)
        inside = float(counts[stays].sum()) / 2
    else:
        degrees = lengths.astype(np.float64)
        inside = float(np.count_nonzero(stays)) / 2
    sizes = np.bincount(community_of).astype(np.float64)
    count = len(sizes)
    ends = np.bincount(community_of, weights=degrees)
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


def _middle(resolutions_log2: list[float]) -> float:
    return resolutions_log2[len(resolutions_log2) // 2]


def _edge_counts(graph: csr_matrix, sharpness: float) -> NDArray[np.float64]:
    if graph.nnz == 0:
        return np.ones(0)
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
