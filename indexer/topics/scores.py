"""How well a grouping agrees with gold labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import linear_sum_assignment
from scipy.sparse import csr_matrix
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score

from kb.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class GroupingScores:
    """Agreement with gold labels, each 0 to 1 (ARI may fall below 0), higher is better.

    nmi: normalised mutual information, arithmetic mean. ari: adjusted Rand index.
    acc: accuracy under the best one-to-one match of topics and labels (Hungarian).
    pairwise_f1: harmonic mean of precision and recall over pairs of questions put together.
    """

    nmi: float
    ari: float
    acc: float
    pairwise_f1: float


def evaluate_grouping(labels: Sequence[object], topics: ArrayLike) -> GroupingScores:
    """Compare one topic number per question with its gold label, in the same order."""
    gold = np.unique(np.asarray([str(label) for label in labels]), return_inverse=True)[1]
    found = np.unique(np.asarray(topics), return_inverse=True)[1]
    if len(gold) != len(found):
        raise InvalidInput(f"{len(gold)} labels do not fit {len(found)} topics")
    if len(gold) == 0:
        raise InvalidInput("there is nothing to compare")
    ones = np.ones(len(gold), dtype=np.int64)
    counts = csr_matrix((ones, (gold, found))).toarray()
    rows, columns = linear_sum_assignment(-counts)
    together = _pairs(counts)
    wanted, made = _pairs(counts.sum(axis=1)), _pairs(counts.sum(axis=0))
    return GroupingScores(
        nmi=float(normalized_mutual_info_score(gold, found)),
        ari=float(adjusted_rand_score(gold, found)),
        acc=float(counts[rows, columns].sum() / len(gold)),
        pairwise_f1=2 * together / (wanted + made) if wanted + made else 1.0,
    )


def _pairs(counts: ArrayLike) -> float:
    sizes = np.asarray(counts, dtype=np.float64)
    return float((sizes * (sizes - 1) / 2).sum())
