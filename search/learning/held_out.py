"""Measures a judge on questions that it was not learned from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from search.calibration import Judge
from search.evaluation import CUT, Interval, auroc, false_answers, paired_bootstrap
from search.learning.examples import OwnExamples
from search.learning.fitting import Examples, first_candidates

FOLDS = 5
"""Parts that the entries are cut into; each is judged by what was learned from the others."""

Values = NDArray[np.float64]
JudgeOf = Callable[[int], Judge]
"""Gives the judge of each fold."""


@dataclass(frozen=True, slots=True)
class Held:
    """How each question fared, all arrays (questions,).

    `ndcg`, `hits` and `surprise` (the log-loss of the right candidates among all, which feels
    what moves no rank yet) are NaN where the question says nothing of the order. `logits` are
    the log-odds of the first candidate, `right` is 1 where it answers, `weights` say how much
    each counts in the log-loss.
    """

    ndcg: Values
    hits: Values
    surprise: Values
    logits: Values
    right: Values
    weights: Values

    @property
    def loss(self) -> Values:
        """Log-loss of the confidence, weighted, so that the mean is over all questions."""
        loss = np.logaddexp(0.0, self.logits) - self.right * self.logits
        return np.asarray(loss * self.weights * len(self.weights) / self.weights.sum())


@dataclass(frozen=True, slots=True)
class HeldFigures:
    """Figures on questions held out, None where there are none to measure them on.

    `false_answers_at_90` is the share of the unanswerable at the bound that keeps 90 % of the
    answerable, `log_loss` that of the first hit's confidence.
    """

    ndcg_at_10: float | None
    hit_at_1: float | None
    log_loss: float
    auroc: float | None
    false_answers_at_90: float | None


def folds_of(groups: NDArray[np.int64]) -> NDArray[np.int64]:
    """The fold of each question: all about one entry are in the same, the same in each run."""
    known = np.unique(groups)
    fold = np.random.default_rng(0).permutation(len(known)) % FOLDS
    return np.asarray(fold[np.searchsorted(known, groups)])


def held_out(own: OwnExamples, names: Sequence[str], judge_of: JudgeOf) -> Held:
    """Judge each fold of the questions with the judge that `judge_of` gives for it."""
    folds = folds_of(own.groups)
    size = len(own)
    found = Held(*(np.full(size, np.nan) for _ in range(6)))
    for fold in range(FOLDS):
        chosen = folds == fold
        if chosen.any():
            _judge(own.part(chosen), names, judge_of(fold), found, np.flatnonzero(chosen))
    return found


def figures(own: OwnExamples, held: Held) -> HeldFigures:
    """Sum up how the questions fared."""
    inside = own.right > 0
    both = bool(inside.any() and not inside.all())
    ordered = bool(own.ordered.any())
    sure, unsure = held.logits[inside], held.logits[~inside]
    return HeldFigures(
        ndcg_at_10=float(np.nanmean(held.ndcg)) if ordered else None,
        hit_at_1=float(np.nanmean(held.hits)) if ordered else None,
        log_loss=float(held.loss.mean()),
        auroc=auroc(sure, unsure) if both else None,
        false_answers_at_90=false_answers(sure, unsure) if both else None,
    )


def gain_of(ours: Values, theirs: Values, groups: NDArray[np.int64]) -> Interval:
    """Mean of ours - theirs with its 95 % interval, drawn by entry, NaN left out.

    Questions about one entry fare alike: drawn one by one they would look surer than they are.
    """
    known = ~np.isnan(ours) & ~np.isnan(theirs)
    _, group = np.unique(groups[known], return_inverse=True)
    difference = np.bincount(group, ours[known] - theirs[known])
    per_entry = difference * len(difference) / max(int(known.sum()), 1)
    return paired_bootstrap(per_entry, np.zeros(len(per_entry)))


def _judge(
    own: OwnExamples, names: Sequence[str], judge: Judge, into: Held, places: NDArray[np.int64]
) -> None:
    examples = own.examples
    ranks = judge.order.logits(examples.table, names)
    gains, hits = _order_figures(examples, ranks, own.right)
    losses = _order_losses(examples, ranks)
    firsts = first_candidates(examples, ranks)
    into.ndcg[places] = np.where(own.ordered, gains, np.nan)
    into.hits[places] = np.where(own.ordered, hits, np.nan)
    into.surprise[places] = np.where(own.ordered, losses, np.nan)
    into.logits[places] = judge.confidence.logits(firsts.table, names)
    into.right[places] = firsts.labels
    into.weights[places] = firsts.weights


def _order_figures(
    examples: Examples, ranks: Values, right: NDArray[np.int64]
) -> tuple[Values, Values]:
    """nDCG@10 and hit@1 of each question, 0 where nothing right was found."""
    order = np.lexsort((-ranks, examples.queries))
    starts = np.flatnonzero(np.diff(examples.queries, prepend=-1))
    sizes = np.diff(np.append(starts, len(ranks)))
    place = np.arange(len(ranks)) - np.repeat(starts, sizes)
    gain = examples.labels[order] / np.log2(place + 2) * (place < CUT)
    best = np.cumsum(1.0 / np.log2(np.arange(CUT) + 2))
    ideal = best[np.clip(right, 1, CUT) - 1]
    return np.add.reduceat(gain, starts) / ideal, examples.labels[order][starts]


def _order_losses(examples: Examples, ranks: Values) -> Values:
    """Softmax log-loss of the right candidates of each question, NaN where there are none."""
    starts = np.flatnonzero(np.diff(examples.queries, prepend=-1))
    sizes = np.diff(np.append(starts, len(ranks)))
    peak = np.repeat(np.maximum.reduceat(ranks, starts), sizes)
    norm = np.log(np.add.reduceat(np.exp(ranks - peak), starts))
    chance = ranks - peak - np.repeat(norm, sizes)
    count = np.add.reduceat(examples.labels, starts)
    total = np.add.reduceat(examples.labels * chance, starts)
    lost = np.full(len(starts), np.nan)
    np.divide(-total, count, out=lost, where=count > 0)
    return lost
