"""Learns the weights of the calibrated score, and its bounds, from judged queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from search.calibration import Bounds, Logistic
from search.features import CONFIDENCE_FEATURES, HYBRID_FEATURES, Table

RIDGE = 1e-4
"""Pull of the weights towards 0, per unit of example weight: keeps rare features small."""

LISTWISE = 0.5
"""Share of the loss that looks at the order within a query; the rest looks at the odds."""

FREE_FEATURES = (
    "short_query",
    "meaning_agree",
    "meaning_crowding",
    "answer_known",
    *(name for name in HYBRID_FEATURES if name.endswith("_doubted")),
)
"""Features that may count against a document."""

UNSURE_FEATURES = ("letters_gap",)
"""Features that may count against a first hit: standing out is no proof of an answer."""

MISSED_WEIGHT = 0.4
"""Weight of a query that has an answer but a wrong first hit, where it tells what is known."""

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


@dataclass(frozen=True, slots=True)
class Prior:
    """A model that fitting is pulled to, with `pull` a unit of mean loss."""

    model: Logistic
    pull: float


def fit_logistic(
    examples: Examples,
    names: Sequence[str],
    *,
    free: Sequence[str],
    listwise: float,
    prior: Prior | None = None,
) -> Logistic:
    """Fit the weights of one logistic score.

    Weights of all but the `free` features are at least 0, since more evidence must never
    count against a document. The loss is the log-loss of each candidate, and of the right
    ones against all candidates of their query (softmax). Raises ValueError without both
    right and wrong candidates.
    `listwise`, 0 to 1, is the share of the loss that looks at the order. Weights are pulled a
    little to 0, or, with a prior, these and the bias to it.
    """
    # Imported here: a serving process never fits.
    from scipy.optimize import minimize

    if len(np.unique(examples.labels)) < 2:
        raise ValueError("fitting needs right and wrong candidates")
    bounds = [(None, None)] + [(None, None) if name in free else (0.0, None) for name in names]
    centre = np.zeros(len(names) + 1)
    pull = 0.0
    if prior is not None:
        model, pull = prior.model, prior.pull
        centre = np.array([model.bias, *(model.weights.get(name, 0.0) for name in names)])

    def pulled(theta: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        loss, slope = _loss(theta, examples, listwise)
        away = theta - centre
        return loss + 0.5 * pull * float(away @ away), slope + pull * away

    found = minimize(
        pulled, centre, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": MAX_ROUNDS}
    )
    weights = {name: float(value) for name, value in zip(names, found.x[1:], strict=True)}
    return Logistic(float(found.x[0]), weights)


def fit_confidence(
    examples: Examples,
    ranks: Table,
    names: Sequence[str],
    *,
    free: Sequence[str],
    prior: Prior | None = None,
) -> Logistic:
    """Fit how sure the first hit of each query is; `ranks` (n,) are log-odds of the order.

    What tells a known query from an unknown one (a query whose right document came second is
    known) gives the direction, from `CONFIDENCE_FEATURES` alone; how often the first hit is
    right at each point of it gives the probability. With a prior it is pulled to that one,
    which is calibrated already.
    """
    firsts = first_candidates(examples, ranks)
    columns = [at for at, name in enumerate(names) if name in CONFIDENCE_FEATURES]
    own = [names[at] for at in columns]
    answered = known_queries(examples)
    missed = answered & (firsts.labels == 0)
    known = Examples(
        firsts.table[:, columns],
        answered.astype(np.float64),
        firsts.weights * np.where(missed, MISSED_WEIGHT, 1.0),
        firsts.queries,
    )
    free = (*free, *UNSURE_FEATURES)
    if prior is not None:
        model = Logistic(prior.model.bias, {n: prior.model.weights.get(n, 0.0) for n in own})
        prior = replace(prior, model=model)
    direction = fit_logistic(known, own, free=free, listwise=0.0, prior=prior)
    held = direction.logits(known.table, own)
    return levelled(direction, held, firsts, pull=None if prior is None else prior.pull)


def levelled(
    model: Logistic, logits: Table, firsts: Examples, *, pull: float | None = None
) -> Logistic:
    """The model, stretched and moved so that its odds are how often first candidates are right.

    `logits` (n,) is what it says of these, or what models learned from others said. A `pull`, a
    unit of mean loss, keeps it as it is where there are few examples.
    """
    steepness = "steepness"
    along = replace(firsts, table=logits[:, None])
    as_it_is = None if pull is None else Prior(Logistic(0.0, {steepness: 1.0}), pull)
    level = fit_logistic(along, [steepness], free=(), listwise=0.0, prior=as_it_is)
    slope = level.weights[steepness]
    weights = {name: slope * weight for name, weight in model.weights.items()}
    return Logistic(level.bias + slope * model.bias, weights)


def known_queries(examples: Examples) -> NDArray[np.bool_]:
    """Which queries have a right candidate, shape (queries,)."""
    starts = np.flatnonzero(np.diff(examples.queries, prepend=-1))
    return np.asarray(np.add.reduceat(examples.labels, starts) > 0)


def first_candidates(examples: Examples, ranks: Table) -> Examples:
    """The best ranked candidate of each query, as examples of their own."""
    starts = np.flatnonzero(np.diff(examples.queries, prepend=-1))
    ends = np.append(starts[1:], len(ranks))
    firsts = np.array([a + int(np.argmax(ranks[a:b])) for a, b in zip(starts, ends, strict=True)])
    return Examples(
        examples.table[firsts],
        examples.labels[firsts],
        examples.weights[firsts],
        np.arange(len(firsts)),
    )


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
