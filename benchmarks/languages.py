"""What language packs change: every set with and without them, through the product's own path.

    KB_BENCH_DATA=folder python -m benchmarks.languages [--only ranking|across|topics|speed ...]

"Ours" is the whole search with the bootstrap calibration of the model; dense ranks by the
cosine with the entry's question alone. nDCG is nDCG@10.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.stats import spearmanr

from benchmarks.encoders import RememberingEncoder
from benchmarks.fusion import make_snapshot
from benchmarks.judged_sets import (
    OUT_OF_SCOPE,
    SEED,
    JudgedQuery,
    JudgedSet,
    faq_set,
    intent_set,
    joined_sets,
)
from benchmarks.ranking import MOST_QUERIES, WORDINGS
from benchmarks.topics import SETS
from indexer.encoder import OnnxEncoder, open_encoder
from indexer.topics.grouping import group_questions
from indexer.topics.scores import evaluate_grouping
from kb.access import GUEST
from kb.embedded_text import embedded_text
from kb.settings import read_settings
from search.bootstrap import calibrate_bootstrap
from search.calibration import Calibration
from search.candidates import Request
from search.evaluation import auroc, ndcg
from search.index import IndexSnapshot
from search.query import parse_query
from search.ranking import rank

FAQ_SETS = ("roboai_faq_de", "roboai_faq_en", "covid_faq_en", "thunderbird_kb", "vira_intents")
INTENT_SETS = ("banking77", "clinc150_oos", "hint3_curekart", "roboai_faq_de", "roboai_faq_en")
ALL = 10_000
"""More queries than any set has: dense figures are cheap."""

SPEED_TEXTS = 300
SPELLED_OUT = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss"}
)
DOTS_LEFT_OUT = str.maketrans({"ä": "a", "ö": "o", "ü": "u", "Ä": "A", "Ö": "O", "Ü": "U"})

Figures = Iterator[tuple[str, float]]


@dataclass(frozen=True, slots=True)
class Model:
    """One form of the model with what the product makes of it; `single` encodes on one thread."""

    single: OnnxEncoder
    encoder: RememberingEncoder
    calibration: Calibration


def ranking_figures(model: Model, folder: Path) -> Figures:
    """Ranking and no-answer on each set, then German as it is typed in a hurry."""
    for name in FAQ_SETS:
        judged = faq_set(folder / name, most=ALL)
        yield f"{name}, dense nDCG", dense(model, judged)
        yield from _ours(model, faq_set(folder / name, most=MOST_QUERIES), None)
    for name in INTENT_SETS:
        judged = intent_set(folder / name, wordings=WORDINGS, most=MOST_QUERIES)
        yield f"{judged.name}, dense nDCG", dense(model, judged)
        yield from _ours(model, judged, None)
    german = faq_set(folder / "roboai_faq_de", most=ALL)
    for spelling, change in (
        ("ue for ü", lambda text: text.translate(SPELLED_OUT)),
        ("u for ü", lambda text: text.translate(DOTS_LEFT_OUT)),
        ("a typo in each query", with_typo),
    ):
        yield f"roboai_faq_de, {spelling}, dense nDCG", dense(model, retyped(german, change))
        sampled = retyped(faq_set(folder / "roboai_faq_de", most=MOST_QUERIES), change)
        yield from _ours(model, sampled, f"roboai_faq_de, {spelling}")


def across_figures(model: Model, folder: Path) -> Figures:
    """From one language to the other, alone and beside entries of the own one; similarity."""
    for asked, answering in (("de", "en"), ("en", "de")):
        pair = (folder / f"roboai_faq_{asked}", folder / f"roboai_faq_{answering}")
        name = f"roboai {asked} → {answering}"
        foreign = joined_sets(*pair, most=ALL, with_own=False)
        yield f"{name}, dense nDCG", dense(model, foreign)
        yield from _ours(model, joined_sets(*pair, most=MOST_QUERIES, with_own=False), name)
        both = joined_sets(*pair, most=MOST_QUERIES, with_own=True)
        yield from _ours(model, both, f"roboai {asked} → de and en")
    with (folder / "nlu_similarity_de" / "pairs.tsv").open(encoding="utf-8") as file:
        rows = list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))[1:]
    left, right = (model.encoder.encode([row[side] for row in rows]) for side in (1, 2))
    found = spearmanr([float(row[0]) for row in rows], (left * right).sum(axis=1))
    yield "nlu_similarity_de, Spearman", float(found.statistic)


def topic_figures(model: Model, folder: Path) -> Figures:
    """Topics against gold intents; German and English of one intent in one topic."""
    mixed: list[tuple[str, str, str]] = []
    for name, split in SETS.items():
        rows = _questions(folder / name, split)
        yield f"{name}, topics NMI", _topics_nmi(model, rows)
        if name.startswith("roboai"):
            mixed += rows
    for name, rows in (("roboai de and en together", mixed), ("the demo world", _demo_questions())):
        topic_of = _topics(model, rows)
        scores = evaluate_grouping([label for _, label, _ in rows], topic_of)
        yield f"{name}, topics NMI", scores.nmi
        yield f"{name}, de and en of one intent in one topic", _met(rows, topic_of)


def speed_figures(model: Model, folder: Path) -> Figures:
    """CPU time of a German question, one at a time on one thread."""
    rows = _questions(folder / "firefox_de_questions", None)[:SPEED_TEXTS]
    texts = [text for text, _, _ in rows]
    model.single.encode(texts[:20])
    started = time.process_time()
    model.single.encode(texts)
    yield "ms of CPU a German question", (time.process_time() - started) / len(texts) * 1000


PARTS: dict[str, Callable[[Model, Path], Figures]] = {
    "ranking": ranking_figures,
    "across": across_figures,
    "topics": topic_figures,
    "speed": speed_figures,
}


def dense(model: Model, judged: JudgedSet) -> float:
    """Mean nDCG@10 of ranking entries by the cosine of their question."""
    ids = np.array([str(document.id) for document in judged.documents])
    titles = model.encoder.encode([one.phrasings[0].text for one in judged.documents])
    queries = model.encoder.encode([query.text for query in judged.answerable])
    order = np.argsort(-(queries @ titles.T), axis=1, kind="stable")[:, :10]
    return float(
        np.mean(
            [
                ndcg(ids[row].tolist(), {str(k): v for k, v in query.relevant.items()})
                for row, query in zip(order, judged.answerable, strict=True)
            ]
        )
    )


def _ours(model: Model, judged: JudgedSet, name: str | None) -> Figures:
    """nDCG@10 of our ranking, and AUROC of its confidence where some queries have no answer."""
    shown = name or judged.name
    snapshot = make_snapshot(judged.documents, model.encoder)
    model.encoder.encode([query.text for query in (*judged.answerable, *judged.unanswerable)])
    found = [_found(model, snapshot, query) for query in judged.answerable]
    gains = [
        ndcg(ids, {str(k): v for k, v in query.relevant.items()})
        for (ids, _), query in zip(found, judged.answerable, strict=True)
    ]
    yield f"{shown}, ours nDCG", float(np.mean(gains))
    if judged.unanswerable:
        foreign = [_found(model, snapshot, query)[1] for query in judged.unanswerable]
        yield f"{shown}, AUROC", auroc([confidence for _, confidence in found], foreign)


def _found(model: Model, snapshot: IndexSnapshot, query: JudgedQuery) -> tuple[list[str], float]:
    parsed = parse_query(query.text)
    (vector,) = model.encoder.encode([parsed.free_text])
    request = Request(parsed, vector, query.lang, GUEST.audiences)
    found = rank(snapshot, request, model.calibration)
    return [str(id_) for _, id_ in found.keys], float(found.scores[0]) if len(found) else 0.0


def retyped(judged: JudgedSet, change: Callable[[str], str]) -> JudgedSet:
    """The set with its queries typed in another way."""
    answerable = tuple(replace(query, text=change(query.text)) for query in judged.answerable)
    return replace(judged, answerable=answerable, unanswerable=())


def with_typo(text: str) -> str:
    """The text with two neighbouring letters of its longest word swapped, the same each time."""
    word = max(text.split(), key=len, default="")
    if len(word) < 4:
        return text
    place = random.Random(f"{SEED} {text}").randrange(1, len(word) - 2)
    swapped = word[:place] + word[place + 1] + word[place] + word[place + 2 :]
    return text.replace(word, swapped, 1)


def _questions(folder: Path, split: str | None) -> list[tuple[str, str, str]]:
    """(text, label, language) of each question of the split that is in scope."""
    with (folder / "questions.jsonl").open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [
        (row["text"], row["label"], row["lang"])
        for row in rows
        if row["label"] != OUT_OF_SCOPE and split in (None, row["split"])
    ]


def _demo_questions() -> list[tuple[str, str, str]]:
    """(text, intent, language) of each demo question that asks for one thing."""
    folder = files("kb.demo")
    truth = (folder / "truth" / "questions.tsv").read_text(encoding="utf-8").splitlines()
    asked = csv.DictReader(truth, delimiter="\t", quoting=csv.QUOTE_NONE)
    intent = {row["question_id"]: row["intent"] for row in asked if not row["noise"]}
    lines = (folder / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    return [
        (embedded_text(row["subject"], row["text"]), intent[row["id"]], row["lang"])
        for row in map(json.loads, lines)
        if intent.get(row["id"], "none") != "none"
    ]


def _topics(model: Model, rows: Sequence[tuple[str, str, str]]) -> NDArray[np.int32]:
    texts = [text for text, _, _ in rows]
    vectors = model.encoder.encode(texts)
    langs = [lang for _, _, lang in rows]
    return group_questions(vectors, texts=texts, langs=langs).nearest_topic


def _topics_nmi(model: Model, rows: Sequence[tuple[str, str, str]]) -> float:
    return evaluate_grouping([label for _, label, _ in rows], _topics(model, rows)).nmi


def _met(rows: Sequence[tuple[str, str, str]], topic_of: NDArray[np.int32]) -> float:
    """Share of (German, English) pairs of one intent that are in one topic."""
    together = pairs = 0
    langs = np.array([lang for _, _, lang in rows])
    labels = np.array([label for _, label, _ in rows])
    for label in np.unique(labels):
        german, english = (topic_of[(labels == label) & (langs == lang)] for lang in ("de", "en"))
        together += int((german[:, None] == english[None, :]).sum())
        pairs += len(german) * len(english)
    return together / pairs


def _model(encoder: OnnxEncoder, single: OnnxEncoder) -> Model:
    remembering = RememberingEncoder(encoder)
    calibration = calibrate_bootstrap(remembering, corpus=files("kb.demo"))
    return Model(single, remembering, calibration)


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks.languages", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=list(PARTS), default=list(PARTS))
    wanted = parser.parse_args().only
    settings = read_settings()
    if settings.bench_data is None:
        print("KB_BENCH_DATA is not set: name the folder with the public judged sets")
        return 0
    forms = [
        _model(open_encoder(one), open_encoder(replace(one, encoder_threads=1)))
        for one in (replace(settings, languages="en"), settings)
    ]
    print(f"| figure | {' | '.join(form.encoder.fingerprint for form in forms)} | change |")
    print("| --- | --- | --- | --- |")
    for part in wanted:
        for before, after in zip(
            *(PARTS[part](form, settings.bench_data) for form in forms), strict=True
        ):
            change = after[1] - before[1]
            print(f"| {before[0]} | {before[1]:.3f} | {after[1]:.3f} | {change:+.3f} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
