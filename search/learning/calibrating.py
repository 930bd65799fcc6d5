"""Fits the calibration of a model to what an installation has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from search.calibration import Calibration, Judge, Origin
from search.documents import Document
from search.features import HYBRID_FEATURES, WORD_FEATURES
from search.generation import VectorSource
from search.learning.asks import Ask, Round, far_asks, sampled, wording_rounds
from search.learning.examples import Described, describe_all, examples_of
from search.learning.held_out import HeldFigures
from search.learning.judges import Incumbent, JudgeRefit, has_enough, refit_judge
from search.meaning.vectors import QueryEncoder
from search.results import Mode

MOST_FAR_ANSWERED = 0.1
"""Share of far questions that the store may answer: above, they are about what it is about."""


@dataclass(frozen=True, slots=True)
class OwnKnowledge:
    """What an installation knows: its documents, and questions of which it knows the answer.

    `vectors` gives those of the documents' texts; without an encoder words alone are learned.
    """

    documents: Sequence[Document]
    vectors: VectorSource
    encoder: QueryEncoder | None
    asks: Sequence[Ask] = ()


@dataclass(frozen=True, slots=True)
class ModeReport:
    """What was learned in one mode: figures on questions held out, before and after."""

    mode: str
    questions: int
    order: bool
    confidence: bool
    before: HeldFigures
    after: HeldFigures


@dataclass(frozen=True, slots=True)
class RefitReport:
    """What a refit was made from, how many of each kind, and what came of it.

    `why` says in one line what was taken, or why the calibration in use stays.
    """

    questions: Mapping[str, int]
    modes: tuple[ModeReport, ...]
    taken: bool
    why: str


@dataclass(frozen=True, slots=True)
class Refit:
    """The calibration to use from now on, and how it was found."""

    calibration: Calibration
    report: RefitReport


def refit(known: OwnKnowledge, *, shipped: Calibration, current: Calibration) -> Refit:
    """Learn from an installation's own questions; what is no better than in use is not taken.

    `shipped` is the model's bootstrap calibration, to which weights are pulled: with few
    questions they stay near it. `current` is the one in use. Takes seconds, of one core.
    """
    # Imported here: a serving process never fits. SciPy first, since only loaded libraries are
    # limited: for its many small products a pool of threads takes five times the work of one.
    import scipy.optimize  # noqa: F401
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    with threadpool_limits(limits=1, user_api="blas"):
        return _refit(known, shipped, current)


def _refit(known: OwnKnowledge, shipped: Calibration, current: Calibration) -> Refit:
    described = _described(known, current)
    questions = Counter(str(one.ask.kind) for one in described)
    modes = [Mode.KEYWORD] if known.encoder is None else [Mode.HYBRID, Mode.KEYWORD]
    found = {mode: _refit_mode(mode, described, shipped, current) for mode in modes}
    learned = {mode: one for mode, one in found.items() if one is not None}
    taken = any(one.taken for one in learned.values())
    calibration = current
    if taken:
        judges = {mode: one.judge for mode, one in learned.items() if one.taken}
        calibration = replace(
            shipped,
            hybrid=judges.get(Mode.HYBRID, current.hybrid),
            keyword=judges.get(Mode.KEYWORD, current.keyword),
            origin=Origin.INSTALLATION,
        )
    reports = tuple(
        ModeReport(str(mode), sum(questions.values()), o.order, o.confidence, o.before, o.after)
        for mode, o in learned.items()
    )
    return Refit(calibration, RefitReport(dict(questions), reports, taken, _why(reports)))


def _described(known: OwnKnowledge, current: Calibration) -> list[Described]:
    documents = sampled(known.documents)
    kept = {one.key for one in documents}
    asks = [ask for ask in known.asks if ask.right <= kept]
    rounds = [*wording_rounds(documents), Round(documents, asks)]
    own = describe_all(rounds, known.vectors, known.encoder, current)
    far = describe_all([Round(documents, far_asks())], known.vectors, known.encoder, current)
    answered = sum(current.hybrid.bounds.answer <= one.confidence for one in far)
    return own if answered > MOST_FAR_ANSWERED * len(far) else [*own, *far]


def _refit_mode(
    mode: Mode, described: Sequence[Described], shipped: Calibration, current: Calibration
) -> JudgeRefit | None:
    if not described:
        return None
    own = examples_of(described, hybrid=mode is Mode.HYBRID)
    if not has_enough(own):
        return None
    names = HYBRID_FEATURES if mode is Mode.HYBRID else WORD_FEATURES
    incumbent = Incumbent(
        _judge(current, mode), _judge(shipped, mode), current.origin is Origin.INSTALLATION
    )
    return refit_judge(own, names, incumbent=incumbent)


def _judge(calibration: Calibration, mode: Mode) -> Judge:
    return calibration.hybrid if mode is Mode.HYBRID else calibration.keyword


def _why(reports: Sequence[ModeReport]) -> str:
    if not reports:
        return "too few own questions to learn from: the calibration in use stays"
    taken = [
        f"{one.mode} {part}"
        for one in reports
        for part, is_new in (("order", one.order), ("confidence", one.confidence))
        if is_new
    ]
    if not taken:
        return "nothing learned is better on questions held out: the calibration in use stays"
    return f"better on questions held out, so taken: {', '.join(taken)}"
