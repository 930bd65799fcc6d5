"""Figures of retrieval and of knowing that there is no answer."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

CUT = 10
"""Depth of MRR and nDCG: about what a first page shows."""

ANSWERED_SHARE = 0.9
"""Share of answerable queries that must stay answered where false answers are counted."""

RESAMPLES = 2_000
"""Bootstrap rounds; more move a 95 % bound by less than a tenth of a point."""


def recall(ranking: Sequence[str], relevant: Mapping[str, float], *, k: int) -> float:
    """Share of the relevant documents among the first k, 0 to 1; 0 where none is relevant."""
    if not relevant:
        return 0.0
    return len(set(ranking[:k]) & relevant.keys()) / len(relevant)


def reciprocal_rank(ranking: Sequence[str], relevant: Mapping[str, float]) -> float:
    """1 / rank of the first relevant document within `CUT`, else 0."""
    for rank, key in enumerate(ranking[:CUT], start=1):
        if key in relevant:
            return 1.0 / rank
    return 0.0


def ndcg(ranking: Sequence[str], relevant: Mapping[str, float]) -> float:
    """Normalised discounted cumulative gain within `CUT`, 0 to 1, with linear gains."""
    gained = sum(
        relevant.get(key, 0.0) / math.log2(rank + 1)
        for rank, key in enumerate(ranking[:CUT], start=1)
    )
    ideal = sum(
        gain / math.log2(rank + 1)
        for rank, gain in enumerate(sorted(relevant.values(), reverse=True)[:CUT], start=1)
    )
    return gained / ideal if ideal else 0.0


def hit(ranking: Sequence[str], relevant: Mapping[str, float]) -> float:
    """1 where the first document is relevant, else 0."""
    return float(bool(ranking) and ranking[0] in relevant)


def auroc(positives: ArrayLike, negatives: ArrayLike) -> float:
    """Chance that a random positive scores above a random negative, ties counting half.

    NaN where either side is empty. Source: Mann and Whitney, 1947.
    """
    high = np.asarray(positives, dtype=np.float64)
    low = np.sort(np.asarray(negatives, dtype=np.float64))
    if not len(high) or not len(low):
        return math.nan
    below = np.searchsorted(low, high, side="left")
    not_above = np.searchsorted(low, high, side="right")
    return float((below + not_above).mean() / (2 * len(low)))


def false_answers(
    positives: ArrayLike, negatives: ArrayLike, *, answered: float = ANSWERED_SHARE
) -> float:
    """Share of negatives at or above the bound that keeps `answered` of the positives, 0 to 1.

    NaN where either side is empty.
    """
    high = np.sort(np.asarray(positives, dtype=np.float64))
    low = np.asarray(negatives, dtype=np.float64)
    if not len(high) or not len(low):
        return math.nan
    # 10 * (1 - 0.9) is 0.9999…: without rounding, one positive fewer would be let go.
    bound = high[math.floor(round(len(high) * (1 - answered), 9))]
    return float((low >= bound).mean())


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean with its 95 % bootstrap bounds."""

    mean: float
    low: float
    high: float


def paired_bootstrap(ours: ArrayLike, theirs: ArrayLike, *, seed: int = 0) -> Interval:
    """Mean of ours - theirs over the same queries, with its 95 % interval.

    A lower bound above 0 means better than chance explains. Raises ValueError where the two
    are not of one length, or empty. Source: Efron and Tibshirani, 1993.
    """
    first = np.asarray(ours, dtype=np.float64)
    second = np.asarray(theirs, dtype=np.float64)
    if first.shape != second.shape or not len(first):
        raise ValueError("both need the figures of the same queries, at least one")
    return _interval(first - second, seed)


def bootstrap(figures: ArrayLike, *, seed: int = 0) -> Interval:
    """Mean of one figure per query, with its 95 % interval; raises ValueError when empty."""
    values = np.asarray(figures, dtype=np.float64)
    if not len(values):
        raise ValueError("at least one figure is needed")
    return _interval(values, seed)


def _interval(values: NDArray[np.float64], seed: int) -> Interval:
    random = np.random.default_rng(seed)
    means = np.empty(RESAMPLES)
    for index in range(RESAMPLES):
        means[index] = values[random.integers(0, len(values), len(values))].mean()
    low, high = np.quantile(means, [0.025, 0.975])
    return Interval(float(values.mean()), float(low), float(high))
