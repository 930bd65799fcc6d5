"""Questions folded into the nodes of the graph that topics are found in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from indexer.topics.clearest_graph import clearest_graph
from indexer.topics.constraints import PairDecision, SettledDecisions, settle_decisions
from indexer.topics.near_topics import mean_vectors
from indexer.topics.neighbour_graph import contracted
from indexer.topics.resolution import ResolutionSearch
from kb.errors import InvalidInput

UNGROUPED = -1
# 99 % of sentence pairs from unrelated domains lie below it with the default model.
MIN_EDGE_COSINE = 0.3
# Two questions alone in a file are each other's nearest, whatever they ask: of very few, only
# those that say nearly the same have an edge. The more there are, the more the others tell.
TWO_QUESTIONS_COSINE = 0.6
COSINE_PER_QUESTION = 0.03


@dataclass(frozen=True, slots=True)
class Units:
    """Questions folded into what must stay together (identical texts, decisions).

    unit_of: shape (n,), the unit of each question. vectors: shape (units, dim), unit rows.
    sizes: questions of each unit. graph: shape (units, units), how near neighbours are.
    bound: whether a decision made the unit. free: the search for topics where nobody decided
    anything, each distinct question a node.
    """

    unit_of: NDArray[np.int64]
    vectors: NDArray[np.float32]
    sizes: NDArray[np.int64]
    graph: csr_matrix
    settled: SettledDecisions
    bound: NDArray[np.bool_]
    free: ResolutionSearch


def fold_questions(
    vectors: NDArray[np.float32],
    *,
    texts: Sequence[str] | None,
    decisions: Sequence[PairDecision],
    seed: int,
) -> Units:
    """The units of these questions with their graph.

    Raises InvalidInput for a decision on a row that there is not.
    """
    copy_of = copies(vectors, texts)
    for position, decision in enumerate(decisions, start=1):
        if not (0 <= decision.first < len(copy_of) and 0 <= decision.second < len(copy_of)):
            raise InvalidInput(f"decision {position} names a row outside 0 to {len(copy_of) - 1}")
    first_row = np.unique(copy_of, return_index=True)[1]
    distinct = np.ascontiguousarray(vectors[first_row], dtype=np.float32)
    settled = settle_decisions(
        [PairDecision(int(copy_of[d.first]), int(copy_of[d.second]), d.same) for d in decisions],
        rows=len(distinct),
    )
    free = clearest_graph(distinct, min_cosine=least_edge_cosine(len(distinct)), seed=seed)
    unit_of = settled.unit_of[copy_of]
    units = int(settled.unit_of.max()) + 1
    return Units(
        unit_of=unit_of,
        vectors=distinct
        if units == len(distinct)
        else mean_vectors(distinct, settled.unit_of, units)[0],
        sizes=np.bincount(unit_of),
        graph=free.graph if units == len(distinct) else contracted(free.graph, settled.unit_of),
        settled=settled,
        bound=np.bincount(settled.unit_of) > 1,
        free=free,
    )


def least_edge_cosine(questions: int) -> float:
    """The cosine that an edge takes among so many distinct questions: less from 2 to 12."""
    few = TWO_QUESTIONS_COSINE - COSINE_PER_QUESTION * (questions - 2)
    return min(max(few, MIN_EDGE_COSINE), TWO_QUESTIONS_COSINE)


def copies(vectors: NDArray[np.float32], texts: Sequence[str] | None) -> NDArray[np.int64]:
    """Number of the distinct question of each row, in order of first appearance."""
    keys: dict[object, int] = {}
    if texts is None:
        found = [keys.setdefault(row.tobytes(), len(keys)) for row in vectors]
    else:
        folded = (" ".join(text.casefold().split()) for text in texts)
        found = [keys.setdefault(text, len(keys)) for text in folded]
    return np.array(found, dtype=np.int64)


def langs_of(units: Units, langs: Sequence[str | None] | None) -> list[str | None] | None:
    """The language of each unit's first question."""
    if langs is None:
        return None
    return [langs[row] for row in np.unique(units.unit_of, return_index=True)[1]]
