"""Questions grouped into topics by meaning."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from indexer.constraints import PairDecision, SettledDecisions, separate, settle_decisions
from indexer.neighbour_graph import contracted, fuzzy_graph, neighbour_count
from indexer.resolution import find_fine_partition
from indexer.splitting import keep_boundaries, keep_whole, measure_spread, split_loose
from indexer.vectors import nearest_neighbours
from kb.errors import InvalidInput

UNGROUPED = -1
MIN_TOPIC_SIZE = 2
# Below this, most of what surrounds a question lies in other topics.
UNCLEAR_BELOW = 0.5
MAX_UNCLEAR_SHARE = 0.25
# 99 % of sentence pairs from unrelated domains lie below it with the default model.
MIN_EDGE_COSINE = 0.3
EXPECTED_RESOLUTIONS = 8
# Edges between questions that shared a topic count this much more, so that a topic changes
# only where the questions say so clearly.
STAY_BONUS = 4.0
# A question keeps a place down to this much less confidence than it takes to get one.
STAY_MARGIN = 0.1

OnProgress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Grouping:
    """Topics of n questions, numbered from 0, biggest first.

    topic_of: shape (n,), int32, UNGROUPED where it is unclear. nearest_topic: shape (n,),
    int32, the own topic or the nearest one for the ungrouped, UNGROUPED only where there is
    no topic at all. confidence: shape (n,), float32, 0 to 1, that the question belongs to
    its nearest topic. overridden: positions of decisions that lost to newer ones.
    """

    topic_of: NDArray[np.int32]
    nearest_topic: NDArray[np.int32]
    confidence: NDArray[np.float32]
    topic_count: int
    resolution: float
    overridden: tuple[int, ...] = ()

    @property
    def ungrouped_share(self) -> float:
        """Share of questions without a topic, 0 to 1."""
        return float((self.topic_of == UNGROUPED).mean()) if len(self.topic_of) else 0.0


@dataclass(frozen=True, slots=True)
class _Units:
    """Questions folded into what must stay together (identical texts, decisions)."""

    unit_of: NDArray[np.int64]
    vectors: NDArray[np.float32]
    sizes: NDArray[np.int64]
    graph: csr_matrix
    settled: SettledDecisions
    bound: NDArray[np.bool_]


def group_questions(
    vectors: NDArray[np.float32],
    *,
    texts: Sequence[str] | None = None,
    langs: Sequence[str | None] | None = None,
    decisions: Sequence[PairDecision] = (),
    previous: NDArray[np.int32] | None = None,
    seed: int = 0,
    on_progress: OnProgress | None = None,
) -> Grouping:
    """Topics over all questions; the number of topics is found, not set.

    vectors: shape (n, dim), float32, unit rows. Questions with equal `texts` (equal vectors
    where no texts are given) count as one and share a topic. `decisions`, oldest first, are
    kept without exception, but for those that contradict newer ones or equal texts. `langs`
    (codes) keep a language that the encoder hardly knows from passing for one topic.
    `previous`, shape (n,), int32, names the topic that each question was in, UNGROUPED for
    a new one: topics then change only where the questions clearly say so. At most a quarter
    is left out, but for questions that resemble no other. Equal input gives equal output.
    """
    for name, given in (("texts", texts), ("languages", langs), ("previous topics", previous)):
        if given is not None and len(given) != len(vectors):
            raise InvalidInput(f"{len(given)} {name} do not fit {len(vectors)} vectors")
    report = on_progress or (lambda _stage, _share: None)
    if len(vectors) == 0:
        empty = np.empty(0, np.int32)
        return Grouping(empty, empty, np.empty(0, np.float32), 0, 1.0)
    report("neighbours", 0.0)
    units = _folded(vectors, _copies(vectors, texts), decisions)
    report("topics", 0.0)
    tried: list[float] = []

    def on_resolution(resolution: float) -> None:
        tried.append(resolution)
        report("topics", min(len(tried) / EXPECTED_RESOLUTIONS, 0.95))

    carried = _carried(units, previous)
    graph = _holding(units.graph, carried)
    partition = find_fine_partition(
        graph, nearness=units.graph, seed=seed, on_resolution=on_resolution
    )
    spread = measure_spread(units.vectors, units.graph, _langs(units, langs))
    whole = keep_whole(units.graph, partition.community_of, carried)
    kept = keep_boundaries(units.graph, whole, carried)
    split = split_loose(graph, kept, spread, carried=carried, seed=seed)
    inner = separate(split, units.settled.apart, units.graph)
    confidence = _confidence(units, inner)
    asked = UNCLEAR_BELOW - STAY_MARGIN * (carried != UNGROUPED)
    community_of, grouped = _without_unclear(units, inner, confidence, asked)
    nearest = _nearest(units, community_of, grouped)
    report("topics", 1.0)
    return Grouping(
        topic_of=grouped[units.unit_of].astype(np.int32),
        nearest_topic=nearest[units.unit_of].astype(np.int32),
        confidence=confidence[units.unit_of].astype(np.float32),
        topic_count=int(grouped.max()) + 1,
        resolution=partition.resolution,
        overridden=units.settled.overridden,
    )


def _copies(vectors: NDArray[np.float32], texts: Sequence[str] | None) -> NDArray[np.int64]:
    """Number of the distinct question of each row, in order of first appearance."""
    keys: dict[object, int] = {}
    if texts is None:
        found = [keys.setdefault(row.tobytes(), len(keys)) for row in vectors]
    else:
        folded = (" ".join(text.casefold().split()) for text in texts)
        found = [keys.setdefault(text, len(keys)) for text in folded]
    return np.array(found, dtype=np.int64)


def _folded(
    vectors: NDArray[np.float32], copy_of: NDArray[np.int64], decisions: Sequence[PairDecision]
) -> _Units:
    for position, decision in enumerate(decisions, start=1):
        if not (0 <= decision.first < len(copy_of) and 0 <= decision.second < len(copy_of)):
            raise InvalidInput(f"decision {position} names a row outside 0 to {len(copy_of) - 1}")
    first_row = np.unique(copy_of, return_index=True)[1]
    distinct = np.ascontiguousarray(vectors[first_row], dtype=np.float32)
    settled = settle_decisions(
        [PairDecision(int(copy_of[d.first]), int(copy_of[d.second]), d.same) for d in decisions],
        rows=len(distinct),
    )
    neighbours = nearest_neighbours(distinct, k=neighbour_count(len(distinct)))
    graph = contracted(fuzzy_graph(neighbours, min_cosine=MIN_EDGE_COSINE), settled.unit_of)
    unit_of = settled.unit_of[copy_of]
    return _Units(
        unit_of=unit_of,
        vectors=_means(distinct, settled.unit_of),
        sizes=np.bincount(unit_of),
        graph=graph,
        settled=settled,
        bound=np.bincount(settled.unit_of) > 1,
    )


def _langs(units: _Units, langs: Sequence[str | None] | None) -> list[str | None] | None:
    """The language of each unit's first question."""
    if langs is None:
        return None
    return [langs[row] for row in np.unique(units.unit_of, return_index=True)[1]]


def _carried(units: _Units, previous: NDArray[np.int32] | None) -> NDArray[np.int64]:
    """The previous topic of each unit, UNGROUPED where it had none.

    Topics that a decision joins, so that one unit is of both, are not held but found anew.
    """
    topic_of = np.full(len(units.sizes), UNGROUPED, dtype=np.int64)
    if previous is not None:
        known = np.flatnonzero(previous != UNGROUPED)
        topic_of[units.unit_of[known]] = previous[known]
        joined = known[topic_of[units.unit_of[known]] != previous[known]]
        met = np.union1d(previous[joined], topic_of[units.unit_of[joined]])
        topic_of[np.isin(topic_of, met)] = UNGROUPED
    return topic_of


def _holding(graph: csr_matrix, carried: NDArray[np.int64]) -> csr_matrix:
    """The graph with the edges inside previous topics strengthened."""
    rows = np.repeat(np.arange(len(carried)), np.diff(graph.indptr))
    stays = (carried[rows] == carried[graph.indices]) & (carried[rows] != UNGROUPED)
    held = graph.copy()
    held.data = np.where(stays, graph.data * (1.0 + STAY_BONUS), graph.data)
    return held


def _means(vectors: NDArray[np.float32], group_of: NDArray[np.int64]) -> NDArray[np.float32]:
    """Unit mean vector per group; negative groups are left out."""
    rows = np.flatnonzero(group_of >= 0)
    groups = int(group_of.max()) + 1
    fold = csr_matrix(
        (np.ones(len(rows), np.float32), (group_of[rows], rows)), shape=(groups, len(vectors))
    )
    sums = np.asarray(fold @ vectors, dtype=np.float32)
    lengths = np.linalg.norm(sums, axis=1, keepdims=True)
    means: NDArray[np.float32] = (sums / np.maximum(lengths, 1e-9)).astype(np.float32)
    return means


def _confidence(units: _Units, topic_of: NDArray[np.int64]) -> NDArray[np.float64]:
    """Share of a unit's neighbourhood in its topic, less where it lies far off for the topic.

    Far off is measured against the topic's median cosine to its own mean.
    """
    rows = np.repeat(np.arange(len(topic_of)), np.diff(units.graph.indptr))
    inside = topic_of[rows] == topic_of[units.graph.indices]
    total = np.bincount(rows, weights=units.graph.data, minlength=len(topic_of))
    own = np.bincount(rows, weights=units.graph.data * inside, minlength=len(topic_of))
    agreement = np.divide(own, total, out=np.zeros(len(topic_of)), where=total > 0)
    means = _means(units.vectors, topic_of)
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


def _without_unclear(
    units: _Units,
    topic_of: NDArray[np.int64],
    confidence: NDArray[np.float64],
    asked: NDArray[np.float64],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Topics numbered biggest first, UNGROUPED where too small; and those less the unclear.

    A unit is unclear whose confidence is less than what is asked of it.
    """
    found = np.bincount(topic_of, weights=units.sizes)
    alone = found[topic_of] < MIN_TOPIC_SIZE
    grouped = np.where(alone, UNGROUPED, topic_of)
    order = np.lexsort((np.arange(len(grouped)), confidence))
    unclear = order[(confidence[order] < asked[order]) & ~alone[order]]
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


def _nearest(
    units: _Units, community_of: NDArray[np.int64], grouped: NDArray[np.int64]
) -> NDArray[np.int64]:
    """The topic that each unit was found in, or, where that is none, the nearest by its mean.

    A topic that holds what the unit must not meet is never named.
    """
    nearest = community_of.copy()
    lost = np.flatnonzero(community_of == UNGROUPED)
    if len(lost) == 0 or grouped.max() < 0:
        return nearest
    cosines = units.vectors[lost] @ _means(units.vectors, grouped).T
    position = {int(unit): row for row, unit in enumerate(lost)}
    for one, two in (*units.settled.apart, *((b, a) for a, b in units.settled.apart)):
        if one in position and community_of[two] >= 0:
            cosines[position[one], community_of[two]] = -2.0
    nearest[lost] = np.where(cosines.max(axis=1) > -2.0, cosines.argmax(axis=1), UNGROUPED)
    return nearest
