"""Grouping from 10,000 questions upwards: seconds, peak memory and recall of the neighbours.

    KB_BENCH_DATA=folder python -m benchmarks.topics_scale [--sizes 10000 ...] [--bertopic]
        [--limit 1800] [--cache folder] [--figure FILE]

The questions are those of the labelled sets and, where more are asked for, copies of them moved
a little; the vectors are given, so encoding is left out. Each size runs in a process of its own.
BERTopic, at 10,000 and 100,000 on the same vectors, groups once before it is measured.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.topics import SETS, read_set
from indexer.topics.evened import evened_vectors
from indexer.topics.grouping import group_questions
from indexer.topics.neighbour_graph import neighbour_count
from indexer.vectors import build_index, nearest_neighbours, search_block

SIZES = (10_000, 30_000, 100_000, 300_000, 1_000_000)
BERTOPIC_SIZES = (10_000, 100_000)
# Length of what is added to a copied unit vector.
MOVED = 0.5
SEARCHED = 500
# Neighbours are mostly looked for among evened vectors, which are harder to put in cells.
SEARCHED_STRENGTH = 0.5
WARMING_ROWS = 5_000


@dataclass(frozen=True, slots=True)
class Measured:
    """One method at one size. peak_mib: of its whole process, vectors included."""

    method: str
    questions: int
    topics: int
    seconds: float
    cpu_s: float
    peak_mib: float
    recall: float | None = None
    is_finished: bool = True


def main() -> int:
    arguments = _arguments()
    folder = os.environ.get("KB_BENCH_DATA")
    if not folder:
        print("KB_BENCH_DATA is not set: name the folder with the labelled sets", file=sys.stderr)
        return 2
    if arguments.one:
        vectors, texts = made_questions(Path(folder), arguments.one, cache=arguments.cache)
        measure = bertopic if arguments.bertopic else kundig
        print(json.dumps(asdict(measure(vectors, texts))))
        return 0
    found: list[Measured] = []
    for size in arguments.sizes:
        methods = [False, True] if arguments.bertopic and size in BERTOPIC_SIZES else [False]
        for is_bertopic in methods:
            measured = _in_own_process(size, arguments, is_bertopic=is_bertopic)
            found.append(measured)
            print(line(measured), flush=True)
    print_ratios(found)
    if arguments.figure:
        draw(arguments.figure, found)
    return 0


def made_questions(
    folder: Path, count: int, *, cache: Path | None
) -> tuple[NDArray[np.float32], list[str]]:
    """`count` questions: real ones in random order, then moved copies; vectors have unit rows."""
    sets = [read_set(folder, name, cache=cache) for name in SETS]
    real = np.concatenate([one.vectors for one in sets])
    words = [text for one in sets for text in one.texts]
    draw_from = np.random.default_rng(0)
    order = draw_from.permutation(len(real))
    vectors = np.empty((count, real.shape[1]), dtype=np.float32)
    texts: list[str] = []
    for copy, start in enumerate(range(0, count, len(real))):
        rows = order[: count - start]
        block = real[rows]
        if copy:
            noise = draw_from.normal(size=block.shape).astype(np.float32)
            block = block + noise * np.float32(MOVED / np.sqrt(real.shape[1]))
            block /= np.linalg.norm(block, axis=1, keepdims=True)
        vectors[start : start + len(rows)] = block
        texts += [f"{words[row]} {copy}" if copy else words[row] for row in rows.tolist()]
    return vectors, texts


def kundig(vectors: NDArray[np.float32], texts: list[str]) -> Measured:
    cpu, start = time.process_time(), time.perf_counter()
    grouping = group_questions(vectors, texts=texts)
    seconds, cpu_s = time.perf_counter() - start, time.process_time() - cpu
    peak = _peak_mib()
    recall = neighbour_recall(vectors)
    return Measured("kundig", len(texts), grouping.topic_count, seconds, cpu_s, peak, recall)


def neighbour_recall(vectors: NDArray[np.float32]) -> float:
    """Share of the exact nearest neighbours of a sample, evened, that the index finds."""
    vectors = evened_vectors(vectors, strength=SEARCHED_STRENGTH)
    k = neighbour_count(len(vectors))
    rows = np.random.default_rng(1).choice(len(vectors), SEARCHED, replace=False)
    found = search_block(build_index(vectors), vectors[rows], k=k + 1).indices
    # Few queries are answered exactly at any size.
    few = max(1, min(SEARCHED, 400_000_000 // len(vectors)))
    true = nearest_neighbours(vectors, k=k + 1, queries=vectors[rows[:few]]).indices
    shares = [
        len(set(one.tolist()) & set(other.tolist())) / (k + 1)
        for one, other in zip(found, true, strict=False)
    ]
    return float(np.mean(shares))


def bertopic(vectors: NDArray[np.float32], texts: list[str]) -> Measured:
    """BERTopic with its defaults, outliers reassigned by embedding, warm."""
    from bertopic import BERTopic
    from bertopic.backend import BaseEmbedder

    def group(rows: int) -> int:
        model = BERTopic(embedding_model=BaseEmbedder())
        topics, _ = model.fit_transform(texts[:rows], vectors[:rows])
        if 0 < topics.count(-1) < rows:
            topics = model.reduce_outliers(
                texts[:rows], topics, strategy="embeddings", embeddings=vectors[:rows]
            )
        return len(set(topics))

    group(min(WARMING_ROWS, len(texts)))
    cpu, start = time.process_time(), time.perf_counter()
    topics = group(len(texts))
    seconds, cpu_s = time.perf_counter() - start, time.process_time() - cpu
    return Measured("bertopic", len(texts), topics, seconds, cpu_s, _peak_mib())


def line(one: Measured) -> str:
    if not one.is_finished:
        return (
            f"{one.questions:9,} questions  {one.method:8} not finished after {one.seconds:.0f} s"
        )
    recall = "" if one.recall is None else f"  recall of the neighbours {one.recall:.3f}"
    return (
        f"{one.questions:9,} questions  {one.method:8} {one.topics:6,} topics"
        f"  {one.seconds:7.1f} s  {one.cpu_s:7.1f} s of CPU  {one.peak_mib:7,.0f} MiB{recall}"
    )


def print_ratios(found: list[Measured]) -> None:
    """How many times faster Kundig was than BERTopic, per size."""
    ours = {one.questions: one for one in found if one.method == "kundig"}
    for one in found:
        if one.method == "bertopic":
            times = one.seconds / ours[one.questions].seconds
            least = "" if one.is_finished else "at least "
            print(f"{one.questions:9,} questions  BERTopic took {least}{times:.1f} times as long")


def draw(path: Path, found: list[Measured]) -> None:
    """Draw time and memory over the number of questions."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, (times, memory) = pyplot.subplots(1, 2, figsize=(9, 3.4), layout="constrained")
    for method in dict.fromkeys(one.method for one in found):
        points = [one for one in found if one.method == method and one.is_finished]
        sizes = [one.questions for one in points]
        times.plot(sizes, [one.seconds for one in points], marker="o", label=method)
        memory.plot(sizes, [one.peak_mib for one in points], marker="o", label=method)
    times.set(title="Grouping, vectors given", ylabel="seconds", xscale="log", yscale="log")
    memory.set(title="Peak memory of the process", ylabel="MiB", xscale="log")
    for panel in (times, memory):
        panel.set_xlabel("questions")
        panel.grid(visible=True, alpha=0.3)
        panel.legend()
    figure.savefig(path, dpi=120)
    print(f"drawn to {path}")


def _in_own_process(size: int, arguments: argparse.Namespace, *, is_bertopic: bool) -> Measured:
    """What was measured; BERTopic is stopped after `--limit` seconds, its loading included."""
    command = [sys.executable, "-m", "benchmarks.topics_scale", "--one", str(size)]
    command += ["--cache", str(arguments.cache)] if arguments.cache else []
    command += ["--bertopic"] if is_bertopic else []
    limit = arguments.limit if is_bertopic else None
    try:
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, timeout=limit)
    except subprocess.TimeoutExpired:
        return Measured("bertopic", size, 0, arguments.limit, 0.0, 0.0, is_finished=False)
    return Measured(**json.loads(done.stdout.splitlines()[-1]))


def _peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks.topics_scale", description=__doc__)
    parser.add_argument("--sizes", nargs="+", type=int, default=list(SIZES))
    parser.add_argument("--bertopic", action="store_true", help="BERTopic beside it")
    parser.add_argument(
        "--limit", type=float, default=1_800.0, help="seconds after which BERTopic is stopped"
    )
    parser.add_argument("--cache", type=Path, help="folder that keeps the vectors")
    parser.add_argument("--figure", type=Path, help="PNG to draw, docs/topics-scale.png")
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
