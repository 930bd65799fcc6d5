"""Measures ranking and verdicts on a judged set with the search that customers get."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

import numpy as np
from numpy.typing import NDArray

from indexer.encoder import Encoder
from indexer.progress import Progress
from kb.access import GUEST, may_read
from kb.embedded_text import text_hash
from search.bootstrap import calibrate_bootstrap
from search.calibration import Calibration
from search.documents import Document
from search.evaluation import CUT, auroc, false_answers, hit, ndcg, recall, reciprocal_rank
from search.generation import VectorSource, make_segment
from search.index import IndexSnapshot, snapshot_of
from search.judged_set import JudgedQuery, JudgedSet
from search.learning.calibrating import OwnKnowledge, RefitReport, refit
from search.query import parse_query
from search.results import Verdict
from search.searcher import Searcher

OnProgress = Callable[[Progress], None]
Vector = NDArray[np.float32]

ALL_LANGS = "all"
HYBRID = "hybrid"
KEYWORD = "keyword"
MEANING = "meaning"
"""The nearest wording by cosine alone: what a plain vector search would give."""

PROGRESS_EVERY = 50


@dataclass(frozen=True, slots=True)
class Answered:
    """What one query got: entries best first, at most 10, and how sure the search was.

    `confidence` is that of the first entry, floor or not; `verdict` is None where a mode
    gives none.
    """

    ranking: tuple[str, ...]
    confidence: float
    verdict: Verdict | None


@dataclass(frozen=True, slots=True)
class Figures:
    """Figures of one mode in one language; None where there is nothing to measure them on.

    Ranking is measured on the answerable queries with the floor off, verdicts with it on.
    `answered` and `maybe` are shares of the answerable queries, `answered_right` of those
    answered; `false_answers` and `false_maybe` are shares of the unanswerable ones.
    `false_answers_at_90` is their share at the bound that keeps 90 % of the answerable ones.
    """

    mode: str
    lang: str
    answerable: int
    unanswerable: int
    recall_at_1: float | None
    recall_at_5: float | None
    recall_at_10: float | None
    mrr_at_10: float | None
    ndcg_at_10: float | None
    hit_at_1: float | None
    answered: float | None
    answered_right: float | None
    maybe: float | None
    false_answers: float | None
    false_maybe: float | None
    auroc: float | None
    false_answers_at_90: float | None


@dataclass(frozen=True, slots=True)
class Judgement:
    """All figures of a judged set: per mode, over all languages and in each.

    `learned` says what the search learned from the entries before, None where it did not.
    """

    name: str
    entries: int
    phrasings: int
    queries: int
    unjudged: int
    fingerprint: str
    figures: tuple[Figures, ...]
    learned: RefitReport | None = None


def judge_search(
    judged: JudgedSet,
    encoder: Encoder | None,
    *,
    learn: bool = True,
    on_progress: OnProgress | None = None,
) -> Judgement:
    """Measure the search of a guest on a judged set, in each mode that the encoder allows.

    The index is made in memory. The search is that of an installation with these entries after
    `kb index`: with `learn` calibrated on their wordings, never on the queries; without, as it
    ships. Without an encoder words alone are measured.
    """
    tell = on_progress or (lambda _progress: None)
    answers: dict[str, list[Answered]] = {}
    vectors = {} if encoder is None else _encode(judged, encoder, tell)
    known = None if encoder is None else _Known(encoder, vectors)
    calibration, learned = _calibrate(judged, vectors, known, learn=learn)
    snapshot = _snapshot(judged, vectors, encoder.fingerprint if encoder else "")
    if known is not None:
        answers[HYBRID] = _search(
            judged, Searcher(_Shelf(snapshot), known, calibration), HYBRID, tell
        )
    by_words = Searcher(_Shelf(snapshot), None, calibration)
    answers[KEYWORD] = _search(judged, by_words, KEYWORD, tell)
    if encoder is not None:
        answers[MEANING] = _nearest(judged, vectors)
    return Judgement(
        name=judged.name,
        entries=len(judged.documents),
        phrasings=sum(len(document.phrasings) for document in judged.documents),
        queries=len(judged.queries),
        unjudged=judged.unjudged,
        fingerprint=encoder.fingerprint if encoder else "",
        figures=tuple(
            figures
            for mode, answered in answers.items()
            for figures in _by_lang(mode, judged.queries, answered)
        ),
        learned=learned,
    )


class _Known:
    """Gives vectors that are there already, and encodes what is not."""

    def __init__(self, encoder: Encoder, vectors: Mapping[str, Vector]) -> None:
        self.fingerprint = encoder.fingerprint
        self._encoder = encoder
        self._vectors = vectors

    def encode(self, texts: Sequence[str]) -> Vector:
        """Unit vectors of texts, shape (n, dim)."""
        found = [self._vectors.get(text_hash(text)) for text in texts]
        if any(vector is None for vector in found):
            return self._encoder.encode(texts)
        return np.array(found, dtype=np.float32)


class _Shelf:
    """An index source that holds one snapshot."""

    def __init__(self, snapshot: IndexSnapshot) -> None:
        self.snapshot: IndexSnapshot | None = snapshot


def _encode(judged: JudgedSet, encoder: Encoder, tell: OnProgress) -> Mapping[str, Vector]:
    """Encode everything that is searched, and every query, once; return the vectors by hash."""
    searched = (
        text for document in judged.documents for text in document.embedded_texts().values()
    )
    asked = (parse_query(query.text).free_text for query in judged.queries)
    texts = list(dict.fromkeys((*searched, *asked)))
    vectors = encoder.encode(texts, on_batch=lambda done: tell(Progress("embed", done, len(texts))))
    return {text_hash(text): vector for text, vector in zip(texts, vectors, strict=True)}


def _calibrate(
    judged: JudgedSet, vectors: Mapping[str, Vector], encoder: _Known | None, *, learn: bool
) -> tuple[Calibration, RefitReport | None]:
    shipped = calibrate_bootstrap(encoder)
    if not learn:
        return shipped, None
    own = OwnKnowledge(judged.documents, _source(vectors), encoder)
    found = refit(own, shipped=shipped, current=shipped)
    return found.calibration, found.report


def _source(vectors: Mapping[str, Vector]) -> VectorSource:
    return lambda hashes: {key: vectors[key] for key in hashes if key in vectors}


def _snapshot(judged: JudgedSet, vectors: Mapping[str, Vector], fingerprint: str) -> IndexSnapshot:
    return snapshot_of(make_segment(judged.documents, _source(vectors)), fingerprint=fingerprint)


def _search(judged: JudgedSet, searcher: Searcher, mode: str, tell: OnProgress) -> list[Answered]:
    found = []
    for place, query in enumerate(judged.queries, start=1):
        found.append(_answer(searcher, query))
        if place % PROGRESS_EVERY == 0 or place == len(judged.queries):
            tell(Progress(mode, place, len(judged.queries)))
    return found


def _answer(searcher: Searcher, query: JudgedQuery) -> Answered:
    # The floor only cuts what is below it: one search tells the ranking and the verdict.
    results = searcher.search(query.text, viewer=GUEST, limit=CUT, floor=False, lang=query.lang)
    ranking = tuple(str(one.source_id) for one in results.hits)
    return Answered(ranking, results.confidence, results.verdict)


def _nearest(judged: JudgedSet, vectors: Mapping[str, Vector]) -> list[Answered]:
    """Rank a guest's entries by the cosine of their nearest wording."""
    readable = [document for document in judged.documents if may_read(GUEST, document.audience)]
    wordings = [
        (place, one) for place, document in enumerate(readable) for one in _hashes(document)
    ]
    matrix = np.array([vectors[key] for _, key in wordings])
    owner_starts = np.flatnonzero(np.diff([-1, *(place for place, _ in wordings)]))
    found = []
    for query in judged.queries:
        vector = vectors[text_hash(parse_query(query.text).free_text)]
        cosines = np.maximum.reduceat(matrix @ vector, owner_starts)
        best = np.argsort(-cosines, kind="stable")[:CUT]
        ranking = tuple(str(readable[place].source_id) for place in best)
        found.append(Answered(ranking, float(cosines[best[0]]), None))
    return found


def _hashes(document: Document) -> list[str]:
    return [one.text_hash for one in document.phrasings]


def _by_lang(
    mode: str, queries: Sequence[JudgedQuery], answers: Sequence[Answered]
) -> list[Figures]:
    """Return the figures over all languages, then, where there are several, of each."""
    pairs = list(zip(queries, answers, strict=True))
    langs = sorted({query.lang for query in queries})
    if len(langs) == 1:
        return [_figures(mode, langs[0], pairs)]
    return [
        _figures(mode, ALL_LANGS, pairs),
        *(_figures(mode, lang, [pair for pair in pairs if pair[0].lang == lang]) for lang in langs),
    ]


def _figures(mode: str, lang: str, pairs: Sequence[tuple[JudgedQuery, Answered]]) -> Figures:
    inside = [(query, answer) for query, answer in pairs if not query.unanswerable]
    outside = [answer for query, answer in pairs if query.unanswerable]
    sure = [answer.confidence for _, answer in inside]
    unsure = [answer.confidence for answer in outside]
    both = bool(sure and unsure)
    given = [
        hit(answer.ranking, query.relevant)
        for query, answer in inside
        if answer.verdict is Verdict.ANSWER
    ]
    return Figures(
        mode=mode,
        lang=lang,
        answerable=len(inside),
        unanswerable=len(outside),
        recall_at_1=_mean([recall(a.ranking, q.relevant, k=1) for q, a in inside]),
        recall_at_5=_mean([recall(a.ranking, q.relevant, k=5) for q, a in inside]),
        recall_at_10=_mean([recall(a.ranking, q.relevant, k=10) for q, a in inside]),
        mrr_at_10=_mean([reciprocal_rank(a.ranking, q.relevant) for q, a in inside]),
        ndcg_at_10=_mean([ndcg(a.ranking, q.relevant) for q, a in inside]),
        hit_at_1=_mean([hit(a.ranking, q.relevant) for q, a in inside]),
        answered=_share([answer for _, answer in inside], Verdict.ANSWER),
        answered_right=_mean(given),
        maybe=_share([answer for _, answer in inside], Verdict.MAYBE),
        false_answers=_share(outside, Verdict.ANSWER),
        false_maybe=_share(outside, Verdict.MAYBE),
        auroc=auroc(sure, unsure) if both else None,
        false_answers_at_90=false_answers(sure, unsure) if both else None,
    )


def _mean(values: Sequence[float]) -> float | None:
    return fmean(values) if values else None


def _share(answers: Sequence[Answered], verdict: Verdict) -> float | None:
    """Return how many of the answers have this verdict, 0 to 1; None without verdicts."""
    given = [answer.verdict for answer in answers if answer.verdict is not None]
    return _mean([float(one is verdict) for one in given])
