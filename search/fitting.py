"""Learns the weights of the calibrated score, and its bounds, from judged queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from search.calibration import Bounds, Judge, Logistic
from search.features import Table

RIDGE = 1e-4
"""Pull of the weights towards 0, per unit of example weight: keeps rare features small."""

LISTWISE = 0.5
"""Share of the loss that looks at the order within a query; the rest looks at the odds."""

UNSURE_FEATURES = ("words_peak", "letters_gap", "meaning_gap")
"""Features that may count against a first hit: standing out is no proof of an answer."""

MISSED_WEIGHT = 0.4
"""Weight of a wrong first hit whose query has an answer."""

MAX_ROUNDS = 300

ANSWER_BOUND = 0.5
"""An answer is more likely right than not: no quantile may make less than that one."""

KEPT_HITS = 0.95
"""Share of right first hits that stay above the floor."""


@dataclass(frozen=True, slots=True)
class Examples:
    """Candidates of judged queries.

    `table` has shape (n, features), `labels` (n,) is 1 for a right document, `weights` (n,)
    says how much each counts, and `queries` (n,) numbers the query of each row, rising.
    """

    table: Table
    labels: NDArray[np.float64]
    weights: NDArray[np.float64]
    queries: NDArray[np.int64]


def fit_logistic(
    examples: Examples, names: Sequence[str], *, free: Sequence[str], listwise: float
) -> Logistic:
    """Fit the weights of one logistic score.

    Weights of all but the `free` features are at least 0, since more evidence must never
    count against a document. The loss is the log-loss of each candidate, and of the right
    ones against all candidates of their query (softmax). Raises ValueError without both
    right and wrong candidates.
    `listwise`, 0 to 1, is the share of the loss that looks at the order.
    """
    # Imported here: a serving process never fits.
    from scipy.optimize import minimize

    if len(np.unique(examples.labels)) < 2:
        raise ValueError("fitting needs right and wrong candidates")
    bounds = [(None, None)] + [(None, None) if name in free else (0.0, None) for name in names]
    found = minimize(
        _loss,
        np.zeros(len(names) + 1),
        args=(examples, listwise),
        jac=True,
        method="L-BFGS-B",
        bounds=bounds,
        options={"maxiter": MAX_ROUNDS},
    )
    weights = {name: float(value) for name, value in zip(names, found.x[1:], strict=True)}
    return Logistic(float(found.x[0]), weights)


def fit_judge(examples: Examples, names: Sequence[str], *, free: Sequence[str]) -> Judge:
    """Fit the order of candidates, then the confidence of first ones, then the bounds."""
    order = fit_logistic(examples, names, free=free, listwise=LISTWISE)
    firsts = first_candidates(examples, order.logits(examples.table, names))
    confidence = fit_logistic(firsts, names, free=(*free, *UNSURE_FEATURES), listwise=0.0)
    logits = confidence.logits(firsts.table, names)[firsts.labels == 1]
    return Judge(order, confidence, choose_bounds(1.0 / (1.0 + np.exp(-logits))))


def first_candidates(examples: Examples, ranks: Table) -> Examples:
    """The best ranked candidate of each query, as examples of their own.

    A wrong one counts less where its query has an answer: that the store knows the question
    is half of what confidence should say.
    """
    starts = np.flatnonzero(np.diff(examples.queries, prepend=-1))
    ends = np.append(starts[1:], len(ranks))
    firsts = np.array([a + int(np.argmax(ranks[a:b])) for a, b in zip(starts, ends, strict=True)])
    labels = examples.labels[firsts]
    missed = (labels == 0) & (np.add.reduceat(examples.labels, starts) > 0)
    weights = examples.weights[firsts] * np.where(missed, MISSED_WEIGHT, 1.0)
    return Examples(examples.table[firsts], labels, weights, np.arange(len(firsts)))


def choose_bounds(right: ArrayLike) -> Bounds:
    """Bounds from the scores of right first hits, so that nearly all of them are shown."""
    scores = np.asarray(right, dtype=np.float64)
    if not len(scores):
        raise ValueError("bounds need the scores of right first hits")
    floor = float(np.quantile(scores, 1 - KEPT_HITS))
    return Bounds(answer=ANSWER_BOUND, floor=min(floor, ANSWER_BOUND))


def _loss(
    theta: NDArray[np.float64], examples: Examples, listwise: float
) -> tuple[float, NDArray[np.float64]]:
    table, labels, weights = examples.table, examples.labels, examples.weights
    logits = theta[0] + table @ theta[1:]
    total = weights.sum()
    odds_loss = np.logaddexp(0.0, logits) - labels * logits
    odds_slope = weights * (1.0 / (1.0 + np.exp(-logits)) - labels)
    order_loss, order_slope = _order_loss(logits, examples)
    slope = ((1 - listwise) * odds_slope + listwise * order_slope) / total
    ridge = RIDGE * theta[1:]
    loss = ((1 - listwise) * (weights * odds_loss).sum() + listwise * order_loss) / total
    gradient = np.concatenate([[slope.sum()], table.T @ slope + ridge])
    return float(loss + 0.5 * (ridge * theta[1:]).sum()), gradient


def _order_loss(
    logits: NDArray[np.float64], examples: Examples
) -> tuple[float, NDArray[np.float64]]:
    """Softmax loss within queries that have a right candidate, and its slope by logit."""
    starts = np.flatnonzero(np.diff(examples.queries, prepend=-1))
    sizes = np.diff(np.append(starts, len(logits)))
    right = np.add.reduceat(examples.labels, starts)
    share = np.repeat(right, sizes)
    target = np.divide(examples.labels, share, out=np.zeros_like(logits), where=share > 0)
    peak = np.repeat(np.maximum.reduceat(logits, starts), sizes)
    raised = np.exp(logits - peak)
    norm = np.repeat(np.add.reduceat(raised, starts), sizes)
    query_weight = np.repeat(np.add.reduceat(examples.weights, starts), sizes)
    counted = query_weight * (share > 0)
    chance = raised / norm
    loss = -(counted * target * np.log(np.maximum(chance, 1e-300))).sum()
    return float(loss), counted * (chance - target)
