"""Ranking and no-answer figures of Kundig beside its halves, on the public judged sets."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path

import numpy as np

from benchmarks.encoders import RememberingEncoder
from benchmarks.fusion import make_snapshot
from benchmarks.judged_sets import JudgedQuery, JudgedSet, faq_set, intent_set
from indexer.encoder import open_encoder
from kb.access import GUEST
from kb.settings import read_settings
from search.bootstrap import calibrate_bootstrap
from search.calibration import Calibration
from search.candidates import Request
from search.evaluation import (
    auroc,
    bootstrap,
    false_answers,
    hit,
    ndcg,
    paired_bootstrap,
    reciprocal_rank,
)
from search.meaning import QueryEncoder
from search.query import parse_query
from search.ranking import rank

MOST_QUERIES = 500
"""Queries of each kind from each set: enough for bounds of 3 points, and minutes in all."""

WORDINGS = 10
RRF_K = 60
LANGUAGE_NAMES = {"en": "english", "de": "german"}

Ranking = tuple[list[str], float]
"""Document ids, best first, and the confidence that the first one answers."""


def sets(folder: Path) -> Iterator[JudgedSet]:
    for name in ("roboai_faq_de", "roboai_faq_en", "covid_faq_en", "thunderbird_kb"):
        yield faq_set(folder / name, most=MOST_QUERIES)
    yield faq_set(folder / "vira_intents", most=MOST_QUERIES)
    for name in ("banking77", "clinc150_oos", "hint3_curekart", "roboai_faq_de", "roboai_faq_en"):
        yield intent_set(folder / name, wordings=WORDINGS, most=MOST_QUERIES)


def rankers(
    judged: JudgedSet, encoder: QueryEncoder, calibration: Calibration
) -> dict[str, Callable[[JudgedQuery], Ranking]]:
    """The systems compared, each from a query to a ranking."""
    ids = [str(document.id) for document in judged.documents]
    titles = encoder.encode([document.phrasings[0].text for document in judged.documents])
    bm25_scores = _bm25(judged)
    snapshot = make_snapshot(judged.documents, encoder)

    def ordered(scores: np.ndarray) -> Ranking:
        order = np.argsort(-scores, kind="stable")
        return [ids[index] for index in order], float(scores.max())

    def meaning(query: JudgedQuery) -> np.ndarray:
        return titles @ encoder.encode([parse_query(query.text).free_text])[0]

    def fused(query: JudgedQuery) -> Ranking:
        places = [np.argsort(np.argsort(-s)) for s in (bm25_scores(query), meaning(query))]
        return ordered(np.sum([1.0 / (RRF_K + place + 1) for place in places], axis=0))

    def kundig(query: JudgedQuery) -> Ranking:
        parsed = parse_query(query.text)
        vector = encoder.encode([parsed.free_text])[0]
        found = rank(snapshot, Request(parsed, vector, query.lang, GUEST.audiences), calibration)
        return [str(id_) for _, id_ in found.keys], float(found.scores[0]) if len(found) else 0.0

    def nearest(query: JudgedQuery) -> Ranking:
        vector = encoder.encode([parse_query(query.text).free_text])[0]
        meaning_part = snapshot.parts[0].segment.meaning
        return ordered(meaning_part.best(meaning_part.cosines(vector), len(ids)))

    return {
        "BM25": lambda query: ordered(bm25_scores(query)),
        "dense": lambda query: ordered(meaning(query)),
        "dense, all wordings": nearest,
        "RRF": fused,
        "Kundig": kundig,
    }


def _bm25(judged: JudgedSet) -> Callable[[JudgedQuery], np.ndarray]:
    import bm25s
    import Stemmer

    lang = judged.documents[0].lang
    stemmer = Stemmer.Stemmer(LANGUAGE_NAMES[lang])

    def tokens(texts: list[str]) -> list[list[str]]:
        return bm25s.tokenize(  # type: ignore[no-any-return]
            texts, stopwords=lang, stemmer=stemmer, return_ids=False, show_progress=False
        )

    index = bm25s.BM25()
    texts = [" ".join((*(p.text for p in d.phrasings), d.answer)) for d in judged.documents]
    index.index(tokens(texts), show_progress=False)

    def scores(query: JudgedQuery) -> np.ndarray:
        words = tokens([query.text])[0]
        return np.asarray(index.get_scores(words) if words else np.zeros(len(texts)))

    return scores


def report(judged: JudgedSet, encoder: QueryEncoder, calibration: Calibration) -> None:
    """Print one set's table: ranking with bootstrap intervals, then no-answer figures."""
    relevant = [{str(k): v for k, v in q.relevant.items()} for q in judged.answerable]
    systems = rankers(judged, encoder, calibration)
    gains: dict[str, list[float]] = {}
    print(f"\n## {judged.name}: {len(judged.documents)} entries, {len(relevant)} queries")
    print("| system | nDCG@10 | 95 % | MRR@10 | hit@1 | AUROC | false answers at 90 % |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for name, ranker in systems.items():
        found = [ranker(query) for query in judged.answerable]
        foreign = [ranker(query)[1] for query in judged.unanswerable]
        pairs = [(ranking, right) for (ranking, _), right in zip(found, relevant, strict=True)]
        gains[name] = [ndcg(ranking, right) for ranking, right in pairs]
        interval = bootstrap(gains[name])
        known = [confidence for _, confidence in found]
        print(
            f"| {name} | {interval.mean:.3f} | {interval.low:.3f}–{interval.high:.3f} "
            f"| {np.mean([reciprocal_rank(*pair) for pair in pairs]):.3f} "
            f"| {np.mean([hit(*pair) for pair in pairs]):.3f} "
            f"| {_figure(auroc(known, foreign))} | {_figure(false_answers(known, foreign))} |"
        )
    best = max((n for n in gains if n in ("BM25", "dense")), key=lambda n: np.mean(gains[n]))
    ahead = paired_bootstrap(gains["Kundig"], gains[best])
    print(f"\nKundig - {best}: {ahead.mean:+.3f} ({ahead.low:+.3f} to {ahead.high:+.3f})")


def _figure(value: float) -> str:
    """Three places; a dash where the set has no queries without an answer."""
    return "-" if np.isnan(value) else f"{value:.3f}"


def main() -> int:
    settings = read_settings()
    if settings.bench_data is None:
        print("KB_BENCH_DATA is not set: name the folder with the public judged sets")
        return 0
    encoder = RememberingEncoder(open_encoder(settings))
    calibration = calibrate_bootstrap(encoder, corpus=files("kb.demo"))
    for judged in sets(settings.bench_data):
        report(judged, encoder, calibration)
    return 0


if __name__ == "__main__":
    sys.exit(main())
