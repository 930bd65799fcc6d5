"""Learns a judge from an installation's own examples, taken only where it is better."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from search.calibration import Bounds, Judge, Logistic
from search.learning.examples import OwnExamples
from search.learning.fitting import (
    FREE_FEATURES,
    LISTWISE,
    Prior,
    choose_bounds,
    first_candidates,
    fit_confidence,
    fit_logistic,
)
from search.learning.held_out import FOLDS, Held, HeldFigures, figures, folds_of, gain_of, held_out

ORDER_PULLS = (100.0, 30.0, 10.0)
CONFIDENCE_PULLS = (300.0, 100.0, 30.0)
"""Strengths of the pull towards the shipped weights, in questions that they are worth. What
nothing answers here is made up, so that confidence follows it less."""

LEAST_QUESTIONS = 40
"""Questions that tell the order, below which nothing is learned: the folds would be noise."""

LEAST_ENTRIES = 10
"""Entries that these are about."""

LEAST_GAIN = 0.002
"""Least gain in nDCG@10, or in log-loss, worth a change: below it nobody notices."""

MOST_LOST_AUROC = 0.002
"""What telling known from unknown may lose where the log-loss is better: no more than noise."""

Values = NDArray[np.float64]
Learn = Callable[[OwnExamples, int | None, float], Logistic]
"""Fits to a part of the examples, without those of a fold or (None) to all, with a pull."""

Fare = Callable[[Sequence[Logistic]], Values]
"""How each question fares with the model of its fold; more is better."""


@dataclass(frozen=True, slots=True)
class Incumbent:
    """The judge in use, and the shipped one that weights are pulled to.

    `has_seen`: the one in use was learned from these very questions, so it need not be beaten
    on them. What is new must then beat the shipped one, and not lose to the one in use.
    """

    current: Judge
    shipped: Judge
    has_seen: bool = False


@dataclass(frozen=True, slots=True)
class JudgeRefit:
    """What was learned for one mode.

    `judge` is the one to use from now on; `order` and `confidence` say which of its two models
    is newly learned. `before` and `after` are figures on questions held out, of the judge in
    use until now and of this one.
    """

    judge: Judge
    order: bool
    confidence: bool
    before: HeldFigures
    after: HeldFigures

    @property
    def taken(self) -> bool:
        """Whether anything is newly learned."""
        return self.order or self.confidence


@dataclass(frozen=True, slots=True)
class CrossFit:
    """A model fitted without each fold, and one fitted to all."""

    of_fold: tuple[Logistic, ...]
    of_all: Logistic


def has_enough(own: OwnExamples) -> bool:
    """Whether there is enough to learn from."""
    entries = len(np.unique(own.groups[own.ordered]))
    return int(own.ordered.sum()) >= LEAST_QUESTIONS and entries >= LEAST_ENTRIES


def refit_judge(own: OwnExamples, names: Sequence[str], *, incumbent: Incumbent) -> JudgeRefit:
    """Learn the order and the confidence of one mode, each taken only if it is better.

    Better on entries that it was not learned from, by more than chance explains: the log-loss
    of the right candidates for the order, that of the first one for the confidence, which is
    left alone where no question is known to be foreign. Needs `has_enough`.
    """
    before = held_out(own, names, lambda _: incumbent.current)
    for with_order in (True, False):
        found = _refit(own, names, incumbent, before, with_order=with_order)
        if not found.order or _is_as_sure(found.before, found.after):
            break
    return found


def _refit(
    own: OwnExamples, names: Sequence[str], incumbent: Incumbent, before: Held, *, with_order: bool
) -> JudgeRefit:
    current, shipped = incumbent.current, incumbent.shipped
    judge, tried, after = current, [current] * FOLDS, before
    ordering = False
    if with_order:
        order = _fit_order(own, names, incumbent)
        ordered = [replace(current, order=one) for one in order.of_fold]
        held = held_out(own, names, ordered.__getitem__)
        unseen = held_out(own, names, lambda _: shipped) if incumbent.has_seen else before
        ordering = _orders_better(own, held, before, unseen)
        if ordering:
            judge, tried, after = replace(current, order=order.of_all), ordered, held
    trusting = False
    if own.foreign.any():
        surer = _fit_confidence(own, names, (*tried, judge), shipped.confidence)
        sure = [replace(j, confidence=c) for j, c in zip(tried, surer.of_fold, strict=True)]
        held = held_out(own, names, sure.__getitem__)
        # The first hits of a new order may be others: the shipped confidence judges these, too.
        unseen = _with_confidence(own, names, tried, shipped) if incumbent.has_seen else after
        trusting = _beats(own, -held.loss, -after.loss, -unseen.loss)
        trusting = trusting and _tells_apart(figures(own, after), figures(own, held))
        # A new order may need a confidence of its own to be as honest as the old one.
        rescued = ordering and not _is_as_sure(figures(own, before), figures(own, after))
        trusting = trusting or (rescued and _is_as_sure(figures(own, before), figures(own, held)))
        if trusting:
            judge = replace(judge, confidence=surer.of_all, bounds=_bounds(held, shipped))
            after = held
    return JudgeRefit(judge, ordering, trusting, figures(own, before), figures(own, after))


def _fit_order(own: OwnExamples, names: Sequence[str], incumbent: Incumbent) -> CrossFit:
    def learn(part: OwnExamples, _: int | None, pull: float) -> Logistic:
        telling = part.part(part.ordered)
        prior = Prior(incumbent.shipped.order, pull / len(telling))
        return fit_logistic(
            telling.examples, names, free=FREE_FEATURES, listwise=LISTWISE, prior=prior
        )

    def fare(models: Sequence[Logistic]) -> Values:
        judges = [replace(incumbent.current, order=one) for one in models]
        return -held_out(own, names, judges.__getitem__).surprise

    return _cross_fit(own, learn, fare, ORDER_PULLS)


def _fit_confidence(
    own: OwnExamples, names: Sequence[str], judges: Sequence[Judge], shipped: Logistic
) -> CrossFit:
    """Fit the confidence of first candidates; the last of `judges` orders for all folds."""

    def learn(part: OwnExamples, fold: int | None, pull: float) -> Logistic:
        ranks = judges[-1 if fold is None else fold].order.logits(part.examples.table, names)
        if len(np.unique(first_candidates(part.examples, ranks).labels)) < 2:
            return shipped
        prior = Prior(shipped, pull / len(part))
        return fit_confidence(part.examples, ranks, names, free=FREE_FEATURES, prior=prior)

    def fare(models: Sequence[Logistic]) -> Values:
        surer = [replace(j, confidence=c) for j, c in zip(judges[:-1], models, strict=True)]
        return -held_out(own, names, surer.__getitem__).loss

    return _cross_fit(own, learn, fare, CONFIDENCE_PULLS)


def _cross_fit(own: OwnExamples, learn: Learn, fare: Fare, pulls: Sequence[float]) -> CrossFit:
    """Fit without each fold, with the pull that served the other folds best."""
    folds = folds_of(own.groups)
    parts = [own.part(folds != fold) for fold in range(FOLDS)]
    tried = {pull: [learn(part, fold, pull) for fold, part in enumerate(parts)] for pull in pulls}
    fared = {pull: fare(models) for pull, models in tried.items()}

    def best(chosen: NDArray[np.bool_]) -> float:
        return max(pulls, key=lambda pull: float(np.nanmean(fared[pull][chosen])))

    return CrossFit(
        tuple(tried[best(folds != fold)][fold] for fold in range(FOLDS)),
        learn(own, None, best(folds >= 0)),
    )


def _beats(own: OwnExamples, ours: Values, in_use: Values, unseen: Values) -> bool:
    """Whether ours is better than what has not seen the questions, and no worse than in use."""
    gain = gain_of(ours, unseen, own.groups)
    return (
        gain.low > 0.0 and gain.mean >= LEAST_GAIN and gain_of(ours, in_use, own.groups).high >= 0.0
    )


def _bounds(held: Held, shipped: Judge) -> Bounds:
    """Bounds by the same rule as the shipped ones.

    An answer never gets cheaper, and the floor never rises: what customers ask is further from
    the wordings than these from one another.
    """
    found = choose_bounds(1.0 / (1.0 + np.exp(-held.logits[held.right == 1])))
    return Bounds(
        answer=max(found.answer, shipped.bounds.answer),
        floor=min(found.floor, shipped.bounds.floor),
    )


def _with_confidence(
    own: OwnExamples, names: Sequence[str], judges: Sequence[Judge], shipped: Judge
) -> Held:
    asked = [replace(one, confidence=shipped.confidence) for one in judges]
    return held_out(own, names, asked.__getitem__)


def _orders_better(own: OwnExamples, ours: Held, in_use: Held, unseen: Held) -> bool:
    gain = float(np.nanmean(ours.ndcg - unseen.ndcg))
    better = _beats(own, -ours.surprise, -in_use.surprise, -unseen.surprise)
    return better and gain >= LEAST_GAIN


def _tells_apart(before: HeldFigures, after: HeldFigures) -> bool:
    """Whether known questions stand out from foreign ones as well as before."""
    if before.auroc is None or after.auroc is None:
        return True
    return after.auroc >= before.auroc - MOST_LOST_AUROC


def _is_as_sure(before: HeldFigures, after: HeldFigures) -> bool:
    """Whether a better order does not make the search less honest."""
    return _tells_apart(before, after) and after.log_loss <= before.log_loss + LEAST_GAIN
