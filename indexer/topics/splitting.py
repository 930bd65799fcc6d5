"""Splits topics too loose for one answer into the parts that their own questions show."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, diags_array

from indexer.topics.resolution import description_length, find_partition

# Tightness of a topic: like any two of its questions, as a share of like neighbours. Gold
# intents of six labelled sets lie around 0.65; half of what neighbours share is two subjects.
LOOSE_BELOW = 0.5
# A topic that is not loose is still split where that says this much about its questions: one
# more topic costs an agent the same whatever its size, and is worth more to more questions.
MAY_SPLIT_BELOW = 0.65
MIN_TOTAL_NATS = 1_000.0
# A split has to tell more about each question than that it was made.
MIN_NATS_PER_QUESTION = 1.0
MIN_PART_SIZE = 5
# A grouping is the work of a background process, which may use two cores.
WORKERS = 2
# A language's mean is known from so many questions; those of a rarer one share the set's.
MIN_LANGUAGE_ROWS = 100


@dataclass(frozen=True, slots=True)
class Spread:
    """How far apart questions lie, beyond what all of their language have in common.

    residuals: shape (n, dim), float32, vectors less the mean of their language. near: shape
    (n,), float32, mean product of a residual with those of its neighbours, by edge weight.
    """

    residuals: NDArray[np.float32]
    near: NDArray[np.float32]

    def tightness(self, rows: NDArray[np.int64]) -> float:
        """Mean product over the pairs of these rows, as a share of that over neighbours.

        1 where all resemble each other like neighbours, 0 where no more than any two
        questions. Needs at least two rows.
        """
        members = self.residuals[rows].astype(np.float64)
        own = np.einsum("ij,ij->", members, members)
        pairs = (np.square(members.sum(axis=0)).sum() - own) / (len(rows) * (len(rows) - 1))
        return float(pairs / max(float(self.near[rows].mean()), 1e-9))


def measure_spread(
    vectors: NDArray[np.float32], graph: csr_matrix, langs: Sequence[str | None] | None = None
) -> Spread:
    """The spread of questions around their language's mean.

    vectors: shape (n, dim), float32, unit rows; graph: shape (n, n). An encoder puts all of
    a language that it hardly knows in one place, which makes a mixed topic look tight; less
    the language's mean it does not.
    """
    residuals = vectors - vectors.mean(axis=0)
    if langs is not None:
        named = np.array([lang or "" for lang in langs])
        for lang in np.unique(named):
            rows = named == lang
            if lang and rows.sum() >= MIN_LANGUAGE_ROWS:
                residuals[rows] = vectors[rows] - vectors[rows].mean(axis=0)
    weights = np.asarray(graph.sum(axis=1)).ravel()
    mean_of = csr_matrix(diags_array(1.0 / np.maximum(weights, 1e-9)) @ graph, dtype=np.float32)
    near = np.einsum("ij,ij->i", residuals, mean_of @ residuals)
    return Spread(residuals, near.astype(np.float32))


def split_loose(
    graph: csr_matrix,
    community_of: NDArray[np.int64],
    spread: Spread,
    *,
    seed: int,
) -> NDArray[np.int64]:
    """The communities, those too loose split, and their parts again, until none is.

    A community is split where the shortest description of its own subgraph has parts, tells
    enough more than the description without, and its members are loose. One resolution for
    a whole graph misses such parts in large graphs. Equal input and seed give equal output.

    Source of the limit: Fortunato and Barthélemy, Resolution limit in community detection,
    PNAS 104, 2007.
    """
    result = community_of.copy()
    numbers = int(result.max()) + 1 if len(result) else 0
    order = np.argsort(result, kind="stable")
    bounds = np.searchsorted(result[order], np.arange(numbers + 1))
    waiting = [order[start:end] for start, end in pairwise(bounds)]

    def parts_of(rows: NDArray[np.int64]) -> NDArray[np.int64] | None:
        return _parts(graph, rows, spread, seed=seed)

    # Leiden lets other threads run, and the order of the results is that of the topics.
    with ThreadPoolExecutor(WORKERS) as pool:
        while waiting:
            waiting = [rows for rows in waiting if len(rows) >= 2 * MIN_PART_SIZE]
            pieces: list[NDArray[np.int64]] = []
            for rows, part_of in zip(waiting, pool.map(parts_of, waiting), strict=True):
                if part_of is None:
                    continue
                for part in range(int(part_of.max()) + 1):
                    members = rows[part_of == part]
                    pieces.append(members)
                    if part:
                        result[members] = numbers
                        numbers += 1
            waiting = pieces
    return result


def _parts(
    graph: csr_matrix, rows: NDArray[np.int64], spread: Spread, *, seed: int
) -> NDArray[np.int64] | None:
    """Part of each row, numbered from 0, None where they stay together."""
    tightness = spread.tightness(rows)
    if tightness >= MAY_SPLIT_BELOW:
        return None
    inner = csr_matrix(graph[rows][:, rows])
    inner.sort_indices()
    found = find_partition(inner, seed=seed)
    whole = description_length(inner, np.zeros(len(rows), dtype=np.int64))
    nats = whole - found.description_length
    if nats <= MIN_NATS_PER_QUESTION * len(rows):
        return None
    is_told = tightness < LOOSE_BELOW or nats > MIN_TOTAL_NATS
    return found.community_of if is_told else None
