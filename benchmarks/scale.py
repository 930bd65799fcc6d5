"""What a search costs as the store grows: time, memory, recall, building.

`python -m benchmarks.scale [--phrasings N ...] [--vectors FILE ...] [--figure FILE]` builds a
store of each size from sentences and vectors of public questions (KB_BENCH_DATA), searches it
in two processes and prints a table. `--vectors` names .npy files of vectors encoded before.
The encoder is left out of all times. 1,000,000 wordings take ten minutes and 8 GB of disk.
"""

from __future__ import annotations

import argparse
import multiprocessing
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Barrier
from pathlib import Path
from queue import Empty, Queue

import numpy as np

from benchmarks.jittered import HELD_OUT, JitteredVectors, real_vectors
from benchmarks.lexical_recall import WORDINGS, large_store, measure, real_texts
from benchmarks.scale_report import Built, Served, draw, show
from benchmarks.search import Shelf, milliseconds
from indexer.encoder import open_encoder
from kb.access import GUEST
from kb.settings import read_settings
from search.bootstrap import calibrate_bootstrap
from search.delta import Delta
from search.documents import Document
from search.generation import RecordState, Segment, build_generation, open_current
from search.index import make_snapshot
from search.meaning.looking import Scope
from search.query import parse_query
from search.results import Filters
from search.searcher import Searcher

SIZES = (10_000, 100_000)
FINGERPRINT = "jittered"
ENCODED_TEXTS = 4_000
"""Questions encoded where no stored vectors are given: half a minute."""

RECALL_QUERIES = 100
SEARCHES = 300
SERVING = 2
"""Processes that search the same files, as on a machine with two cores."""

TOMBSTONES = 200
"""Documents that changed since the index was built: a served index always has some."""

NARROW_EVERY = 33
"""One document of so many passes the narrow filter."""


class KnownVectors:
    """Gives the benchmark's queries their vectors, and any other text a random one."""

    fingerprint = FINGERPRINT

    def __init__(self, known: dict[str, np.ndarray]) -> None:
        self._known = known
        self._random = np.random.default_rng(0)

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Unit vectors of texts, shape (n, dim)."""
        dim = len(next(iter(self._known.values())))
        rows = [self._known.get(text, self._random.normal(size=dim)) for text in texts]
        found = np.stack(rows).astype(np.float32)
        return np.asarray(found / np.linalg.norm(found, axis=1, keepdims=True))


def main() -> int:
    """Print the table, and draw it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale")
    parser.add_argument("--phrasings", type=int, nargs="*", default=SIZES)
    parser.add_argument("--vectors", type=Path, nargs="*", default=())
    parser.add_argument("--figure", type=Path)
    options = parser.parse_args()
    settings = read_settings()
    if settings.bench_data is None:
        print("KB_BENCH_DATA names no folder of public sets: nothing to measure", file=sys.stderr)
        return 2
    texts = real_texts(settings.bench_data)
    encoder = open_encoder(settings)
    real = real_vectors(texts[:ENCODED_TEXTS], encoder, stored=options.vectors)
    found = {}
    for phrasings in options.phrasings:
        with tempfile.TemporaryDirectory() as name:
            built, served = _measured(Path(name), texts, real, phrasings)
        found[phrasings] = (built, served)
        show(phrasings, built, served)
    if options.figure:
        draw(options.figure, found)
    return 0


def _measured(
    folder: Path, texts: list[str], real: np.ndarray, phrasings: int
) -> tuple[Built, list[Served]]:
    """Build in one process, then search in others at once."""
    spawning = multiprocessing.get_context("spawn")
    told: Queue[object] = spawning.Queue()  # type: ignore[assignment]
    builder = spawning.Process(target=build, args=(folder, texts, real, phrasings, told))
    builder.start()
    built = _answer(told, builder)
    assert isinstance(built, Built)
    together = spawning.Barrier(SERVING)
    arguments = (folder, texts[-HELD_OUT:], real[:HELD_OUT], built, together, told)
    serving = [spawning.Process(target=serve, args=arguments) for _ in range(SERVING)]
    for one in serving:
        one.start()
    served = [_answer(told, one) for one in serving]
    return built, [one for one in served if isinstance(one, Served)]


def _answer(told: Queue[object], process: BaseProcess) -> object:
    """What a process tells; raises RuntimeError where it ends without a word."""
    while True:
        try:
            return told.get(timeout=1.0)
        except Empty:
            if process.exitcode:
                raise RuntimeError(f"a process ended with code {process.exitcode}") from None


def build(
    folder: Path, texts: list[str], real: np.ndarray, phrasings: int, told: Queue[object]
) -> None:
    """Write a generation; find the true neighbours of the queries."""
    made = JitteredVectors(real)
    before, started, cpu = _memory("VmHWM"), time.perf_counter(), time.process_time()
    path = build_generation(
        folder,
        documents=made.noted(_documents(texts, phrasings)),
        vectors=made.stored,
        state=RecordState("made up", 1, FINGERPRINT),
    )
    seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
    peak = _memory("VmHWM") - before
    disk = sum(file.stat().st_size for file in path.iterdir()) / 2**20
    told.put(
        Built(
            phrasings // WORDINGS, seconds, cpu, peak, disk, _true_nearest(made, texts, phrasings)
        )
    )


def serve(
    folder: Path,
    texts: list[str],
    real: np.ndarray,
    built: Built,
    together: Barrier,
    told: Queue[object],
) -> None:
    """Search the generation beside another process that does the same."""
    queries = [text[:120] for text in texts[-HELD_OUT:]]
    known = {parse_query(q).free_text: v for q, v in zip(queries, real[:HELD_OUT], strict=True)}
    encoder = KnownVectors(known)
    calibration = calibrate_bootstrap(encoder)
    before, started = _shared(), time.perf_counter()
    generation = open_current(folder)
    open_s = time.perf_counter() - started
    changed = frozenset(("entry", id_) for id_ in range(1, TOMBSTONES + 1))
    snapshot = make_snapshot(generation, Delta(1, changed))
    searcher = Searcher(Shelf(snapshot), encoder, calibration)
    together.wait()

    def search(query: str) -> object:
        return searcher.search(query, viewer=GUEST)

    def search_narrowly(query: str) -> object:
        return searcher.search(query, viewer=GUEST, filters=Filters(categories=("rare",)))

    wall = milliseconds(search, queries[:SEARCHES])
    cpu = milliseconds(search, queries[-SEARCHES:], clock=time.process_time)
    narrow = milliseconds(search_narrowly, queries[:RECALL_QUERIES], clock=time.process_time)
    together.wait()
    memory = _shared()
    together.wait()
    recall, meaning_ms = _meaning(generation.segment, real, built.true)
    words = measure(
        generation.segment.lexical, [parse_query(q) for q in queries[:RECALL_QUERIES]], "en"
    )
    told.put(
        Served(
            open_s=open_s,
            cpu_ms=_quantiles(cpu),
            wall_ms=_quantiles(wall),
            narrow_p50_ms=statistics.median(narrow),
            meaning_p50_ms=meaning_ms,
            meaning_recall=recall,
            words_recall=words.bm25,
            words_p50_ms=words.p50_ms,
            pss_mib=memory[0] - before[0],
            own_mib=memory[1] - before[1],
        )
    )


def _documents(texts: Sequence[str], phrasings: int) -> Iterator[Document]:
    for document in large_store(texts[:-HELD_OUT], phrasings):
        rare = document.id % NARROW_EVERY == 0
        yield replace(document, category="rare" if rare else "usual")


def _true_nearest(made: JitteredVectors, texts: Sequence[str], phrasings: int) -> np.ndarray:
    """The ten nearest documents of each query by an exact scan, shape (RECALL_QUERIES, 10)."""
    queries = made.queries[:RECALL_QUERIES]
    best = np.empty((phrasings // WORDINGS, len(queries)), dtype=np.float32)
    for row, document in enumerate(_documents(texts, phrasings)):
        own = np.stack(list(made.stored(document.phrasing_hashes).values()))
        best[row] = (own @ queries.T).max(axis=0)
    return np.argsort(-best, axis=0, kind="stable")[:10].T


def _meaning(segment: Segment, real: np.ndarray, true: np.ndarray) -> tuple[float, float]:
    """Recall@10 of the meaning half, and the median milliseconds of a look."""
    every = Scope(np.ones(len(segment.metadata), dtype=np.bool_))
    shares, spent = [], []
    for query, wanted in zip(real[:RECALL_QUERIES], true, strict=True):
        started = time.process_time()
        rows, best = segment.meaning.look(query).nearest(every, enough=60)
        spent.append((time.process_time() - started) * 1000)
        found = rows[np.argsort(-best, kind="stable")[:10]]
        shares.append(len(np.intersect1d(found, wanted)) / 10)
    return statistics.mean(shares), statistics.median(spent)


def _quantiles(times: Sequence[float]) -> tuple[float, float]:
    return statistics.median(times), float(np.quantile(times, 0.99))


def _memory(field: str) -> float:
    """A field of this process's status in MiB."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(field)) / 1024


def _shared() -> tuple[float, float]:
    """This process's share of memory, each page divided among its users; and its own, in MiB."""
    lines = Path("/proc/self/smaps_rollup").read_text(encoding="ascii").splitlines()[1:]
    sizes = {line.split(":")[0]: int(line.split()[1]) for line in lines}
    return sizes["Pss"] / 1024, (sizes["Private_Dirty"] + sizes["Private_Clean"]) / 1024


if __name__ == "__main__":
    sys.exit(main())
