"""Ranking and no-answer figures of Kundig beside its halves, on the public judged sets.

    KB_BENCH_DATA=folder python -m benchmarks.ranking [--refit] [--only SET ...] [--txtai]

`--refit` learns from each store's own wordings first, as an installation does.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from benchmarks.encoders import RememberingEncoder
from benchmarks.judged_sets import JudgedQuery, JudgedSet, demo_set, faq_set, intent_set
from benchmarks.lessons import make_snapshot
from benchmarks.refitting import refitted
from indexer.encoder import open_encoder
from kb.access import GUEST
from kb.settings import read_settings
from search.bootstrap import calibrate_bootstrap
from search.calibration import Calibration
from search.evaluation import (
    CUT,
    Interval,
    auroc,
    bootstrap,
    false_answers,
    hit,
    ndcg,
    paired_bootstrap,
    reciprocal_rank,
)
from search.index import IndexSnapshot
from search.meaning.vectors import QueryEncoder
from search.query import parse_query
from search.searcher import Searcher

MOST_QUERIES = 500
"""Queries of each kind from each set: enough for bounds of 3 points, and minutes in all."""

WORDINGS = 10
RRF_K = 60
LANGUAGE_NAMES = {"en": "english", "de": "german"}
RESAMPLES = 500

PLAIN = "dense, all wordings"
HALVES = ("BM25", "dense", PLAIN)
OURS = "Kundig"
SAMPLE_ROWS = 5

Ranking = tuple[list[str], float]
"""Document ids, best first, and the confidence that the first one answers."""

Ranker = Callable[[JudgedQuery], Ranking]
CalibrationFor = Callable[[JudgedSet], Calibration]


@dataclass(frozen=True, slots=True)
class Measured:
    """What one system made of one set: gains by query, and its confidences of both kinds."""

    gains: Sequence[float]
    known: Sequence[float]
    foreign: Sequence[float]


@dataclass(frozen=True, slots=True)
class Shelf:
    """An index source that holds one snapshot."""

    snapshot: IndexSnapshot | None


def sets(folder: Path) -> Iterator[JudgedSet]:
    for name in ("roboai_faq_de", "roboai_faq_en", "covid_faq_en", "thunderbird_kb"):
        yield faq_set(folder / name, most=MOST_QUERIES)
    yield faq_set(folder / "vira_intents", most=MOST_QUERIES)
    for name in ("banking77", "clinc150_oos", "hint3_curekart", "roboai_faq_de", "roboai_faq_en"):
        yield intent_set(folder / name, wordings=WORDINGS, most=MOST_QUERIES)
    yield demo_set("holdout")


def rankers(
    judged: JudgedSet, encoder: QueryEncoder, calibration: Calibration, *, txtai: bool = False
) -> dict[str, Ranker]:
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

    searcher = Searcher(Shelf(snapshot), encoder, calibration)

    def kundig(query: JudgedQuery) -> Ranking:
        found = searcher.search(query.text, viewer=GUEST, limit=CUT, floor=False, lang=query.lang)
        return [str(hit.id) for hit in found.hits], found.confidence

    def nearest(query: JudgedQuery) -> Ranking:
        vector = encoder.encode([parse_query(query.text).free_text])[0]
        meaning_part = snapshot.parts[0].segment.meaning
        return ordered(meaning_part.best(meaning_part.cosines(vector), len(ids)))

    peers = {"txtai hybrid": _txtai(judged, encoder)} if txtai else {}
    return {
        "BM25": lambda query: ordered(bm25_scores(query)),
        "dense": lambda query: ordered(meaning(query)),
        PLAIN: nearest,
        "RRF": fused,
        **peers,
        OURS: kundig,
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


def _txtai(judged: JudgedSet, encoder: QueryEncoder) -> Ranker:
    """txtai's hybrid index with its defaults over all wordings, with our vectors."""
    from txtai import Embeddings

    index = Embeddings(
        hybrid=True, method="external", transform=lambda texts: encoder.encode(list(texts))
    )
    rows = [(d.id, p.text) for d in judged.documents for p in d.phrasings]
    index.index([(place, text, None) for place, (_, text) in enumerate(rows)])

    def ranked(query: JudgedQuery) -> Ranking:
        text = parse_query(query.text).free_text
        found = index.search(text, SAMPLE_ROWS * max(10, len(rows) // len(judged.documents)))
        ids = dict.fromkeys(str(rows[int(place)][0]) for place, _ in found)
        return list(ids), float(found[0][1]) if found else 0.0

    return ranked


def report(judged: JudgedSet, systems: dict[str, Ranker]) -> dict[str, Measured]:
    """Print one set's table, with bootstrap intervals, and return what was measured."""
    relevant = [{str(k): v for k, v in q.relevant.items()} for q in judged.answerable]
    measured: dict[str, Measured] = {}
    print(f"\n## {judged.name}: {len(judged.documents)} entries, {len(relevant)} queries")
    print("| system | nDCG@10 | 95 % | MRR@10 | hit@1 | AUROC | 95 % | false answers at 90 % |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for name, ranker in systems.items():
        found = [ranker(query) for query in judged.answerable]
        foreign = [ranker(query)[1] for query in judged.unanswerable]
        pairs = [(ranking, right) for (ranking, _), right in zip(found, relevant, strict=True)]
        gains = [ndcg(ranking, right) for ranking, right in pairs]
        one = measured[name] = Measured(gains, [sure for _, sure in found], foreign)
        print(
            f"| {name} | {_with_interval(bootstrap(gains))} "
            f"| {np.mean([reciprocal_rank(*pair) for pair in pairs]):.3f} "
            f"| {np.mean([hit(*pair) for pair in pairs]):.3f} "
            f"| {_no_answer(one)} |"
        )
    best = _better_half(measured)
    ahead = paired_bootstrap(measured[OURS].gains, measured[best].gains)
    print(f"\n{OURS} - {best}: {ahead.mean:+.3f} ({ahead.low:+.3f} to {ahead.high:+.3f})")
    if measured[OURS].foreign:
        apart = _paired_auroc(measured[OURS], measured[PLAIN])
        print(f"AUROC, {OURS} - {PLAIN}: {apart.mean:+.3f} ({apart.low:+.3f} to {apart.high:+.3f})")
    return measured


def summarise(all_measured: dict[str, dict[str, Measured]]) -> None:
    """Print the means over all sets against the design's targets."""
    gains = [
        float(np.mean(one[OURS].gains) - np.mean(one[_better_half(one)].gains))
        for one in all_measured.values()
    ]
    with_foreign = [one for one in all_measured.values() if one[OURS].foreign]
    ours = [_figures(one[OURS]) for one in with_foreign]
    plain = [_figures(one[PLAIN]) for one in with_foreign]
    left = [(1 - a[0], 1 - b[0]) for a, b in zip(ours, plain, strict=True)]
    false = [(a[1], b[1]) for a, b in zip(ours, plain, strict=True)]
    print("\n## Over all sets\n| figure | target | reached |\n| --- | --- | --- |")
    print(f"| nDCG@10 over the better half, mean | +0.030 | {np.mean(gains):+.3f} |")
    print(f"| the same, worst set | not below | {min(gains):+.3f} |")
    if left:
        print(f"| 1 - AUROC over {PLAIN}'s, of means | 0.67 | {_of_means(left):.2f} |")
        print(f"| the same, mean of ratios | 0.67 | {_mean_ratio(left):.2f} |")
        print(f"| sets where AUROC is below | 0 | {sum(a > b for a, b in left)} of {len(left)} |")
        print(f"| false answers at 90 % over {PLAIN}'s | 0.50 | {_of_means(false):.2f} |")


def _of_means(pairs: Sequence[tuple[float, float]]) -> float:
    return float(np.mean([a for a, _ in pairs]) / np.mean([b for _, b in pairs]))


def _mean_ratio(pairs: Sequence[tuple[float, float]]) -> float:
    return float(np.mean([a / max(b, 1e-3) for a, b in pairs]))


def _figures(measured: Measured) -> tuple[float, float]:
    return (
        auroc(measured.known, measured.foreign),
        false_answers(measured.known, measured.foreign),
    )


def _better_half(measured: dict[str, Measured]) -> str:
    return max(HALVES, key=lambda name: float(np.mean(measured[name].gains)))


def _with_interval(interval: Interval) -> str:
    return f"{interval.mean:.3f} | {interval.low:.3f}–{interval.high:.3f}"


def _no_answer(measured: Measured) -> str:
    """AUROC with its interval, and false answers; dashes where everything has an answer."""
    if not measured.foreign:
        return "- | - | -"
    found = [_figures(one) for one in _resampled(measured)]
    low, high = np.quantile([a for a, _ in found], [0.025, 0.975])
    least, most = np.quantile([b for _, b in found], [0.025, 0.975])
    area, false = _figures(measured)
    return f"{area:.3f} | {low:.3f}–{high:.3f} | {false:.3f} ({least:.3f}–{most:.3f})"


def _paired_auroc(ours: Measured, theirs: Measured) -> Interval:
    """The difference in AUROC over the same queries."""
    pairs = zip(_resampled(ours), _resampled(theirs), strict=True)
    apart = [_figures(a)[0] - _figures(b)[0] for a, b in pairs]
    low, high = np.quantile(apart, [0.025, 0.975])
    return Interval(_figures(ours)[0] - _figures(theirs)[0], float(low), float(high))


def _resampled(measured: Measured) -> Iterator[Measured]:
    """The same queries drawn with repeats, the same ones for each system."""
    random = np.random.default_rng(0)
    known, foreign = np.array(measured.known), np.array(measured.foreign)
    for _ in range(RESAMPLES):
        inside = known[random.integers(0, len(known), len(known))]
        outside = foreign[random.integers(0, len(foreign), len(foreign))]
        yield Measured((), inside.tolist(), outside.tolist())


def run(
    chosen: Sequence[JudgedSet],
    encoder: QueryEncoder,
    calibration_for: CalibrationFor,
    *,
    txtai: bool,
) -> None:
    """Measure every set with the calibration that it is to be searched with."""
    measured = {}
    for judged in chosen:
        systems = rankers(judged, encoder, calibration_for(judged), txtai=txtai)
        measured[judged.name] = report(judged, systems)
    summarise(measured)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--refit", action="store_true", help="learn from each store's wordings")
    parser.add_argument("--only", nargs="*", default=(), help="names of sets")
    options = parser.parse_args(arguments)
    settings = read_settings()
    if settings.bench_data is None:
        print("KB_BENCH_DATA is not set: name the folder with the public judged sets")
        return 0
    encoder = RememberingEncoder(open_encoder(settings))
    shipped = calibrate_bootstrap(encoder, corpus=files("kb.demo"))

    def calibration_for(judged: JudgedSet) -> Calibration:
        return refitted(judged, encoder, shipped) if options.refit else shipped

    chosen = [s for s in sets(settings.bench_data) if not options.only or s.name in options.only]
    run(chosen, encoder, calibration_for, txtai=find_spec("txtai") is not None)
    return 0


if __name__ == "__main__":
    sys.exit(main())
