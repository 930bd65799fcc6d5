"""What the bounds of cost lose of the keyword candidates, and what a large index costs.

`python -m benchmarks.lexical_recall [--phrasings N]` compares the candidates found under the
bounds with those of an exhaustive search: by BM25 alone, and by words and letters together. Of
the public sets, and of a store of N wordings made of their sentences (default 1,000,000).
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.judged_sets import SEED, JudgedSet, faq_set, intent_set, make_document
from kb.settings import read_settings
from search.candidates import LEXICAL_CANDIDATES
from search.documents import Document
from search.lexical.index import LexicalIndex
from search.lexical.look import checked
from search.lexical.query import query_terms
from search.lexical.scoring import ask_terms
from search.query import ParsedQuery, parse_query
from search.spans import highest

DEPTH = 50
QUERIES = 200
WORDINGS = 10
"""Of each entry of the large store."""

ANSWER_SENTENCES = 5
SOURCES = ("firefox_scale", "banking77", "clinc150_oos", "vira_intents")


@dataclass(frozen=True, slots=True)
class Recall:
    """Shares of the exhaustive best `DEPTH` that are found under the bounds, and CPU in ms."""

    bm25: float
    all_scores: float
    p50_ms: float
    p99_ms: float
    exhaustive_p50_ms: float


def measure(index: LexicalIndex, queries: Sequence[ParsedQuery], lang: str) -> Recall:
    bm25, together, bounded, exhaustive = [], [], [], []
    for query in queries:
        bm25.append(_bm25_recall(index, query, lang))
        started = time.process_time()
        found = index.find(query, allowed=None, limit=LEXICAL_CANDIDATES, lang=lang)
        middle = time.process_time()
        every = index.find(
            query, allowed=None, limit=LEXICAL_CANDIDATES, lang=lang, exhaustive=True
        )
        ended = time.process_time()
        bounded.append((middle - started) * 1000)
        exhaustive.append((ended - middle) * 1000)
        together.append(_share(every.rows[:DEPTH], found.rows))
    return Recall(
        bm25=statistics.mean(bm25),
        all_scores=statistics.mean(together),
        p50_ms=statistics.median(bounded),
        p99_ms=float(np.quantile(bounded, 0.99)),
        exhaustive_p50_ms=statistics.median(exhaustive),
    )


def _bm25_recall(index: LexicalIndex, query: ParsedQuery, lang: str) -> float:
    """Recall of the best by BM25 among those that would be computed exactly."""
    terms = query_terms(query, lang=lang, langs=index.langs)
    every, shares = ask_terms(index.arrays, terms, bounded=False).shares()
    best = every[highest(every, shares, DEPTH)]
    found, shares = ask_terms(index.arrays, terms).shares()
    return _share(best, found[highest(found, shares, checked(len(index)) * LEXICAL_CANDIDATES)])


def _share(wanted: np.ndarray, found: np.ndarray) -> float:
    return len(np.intersect1d(wanted, found)) / len(wanted) if len(wanted) else 1.0


def public_sets(folder: Path) -> Iterator[JudgedSet]:
    for name in ("roboai_faq_de", "roboai_faq_en", "covid_faq_en", "thunderbird_kb"):
        yield faq_set(folder / name, most=QUERIES)
    for name in ("banking77", "clinc150_oos"):
        yield intent_set(folder / name, wordings=60, most=QUERIES)


def real_texts(folder: Path) -> list[str]:
    """Questions of the public sets, mixed, each once."""
    texts: dict[str, None] = {}
    for name in SOURCES:
        for path in sorted((folder / name).glob("*questions.jsonl*")):
            opened = gzip.open if path.suffix == ".gz" else open
            with opened(path, "rt", encoding="utf-8") as file:
                texts.update((json.loads(line)["text"][:400], None) for line in file)
    found = list(texts)
    random.Random(SEED).shuffle(found)
    return found


def large_store(texts: Sequence[str], phrasings: int) -> Iterator[Document]:
    """Yield entries whose wordings are halves of two real questions each, so that none repeats."""
    mixed = random.Random(SEED)

    def wording() -> str:
        first, second = mixed.choice(texts).split(), mixed.choice(texts).split()
        return " ".join(first[: len(first) // 2 + 1] + second[len(second) // 2 :])[:200]

    for id_ in range(1, phrasings // WORDINGS + 1):
        answer = ". ".join(mixed.choice(texts) for _ in range(ANSWER_SENTENCES))
        yield make_document(id_, [wording() for _ in range(WORDINGS)], answer, "en")


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.lexical_recall")
    parser.add_argument("--phrasings", type=int, default=1_000_000)
    options = parser.parse_args()
    folder = read_settings().bench_data
    if folder is None:
        print("KB_BENCH_DATA names no folder of public sets: nothing to measure", file=sys.stderr)
        return 2
    print("| store | entries | recall@50 BM25 | with letters | p50 ms | p99 ms | exhaustive ms |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for one in public_sets(folder):
        queries = [parse_query(query.text) for query in one.answerable]
        index = LexicalIndex.in_memory(one.documents)
        _print(one.name, len(index), measure(index, queries, one.documents[0].lang))
        index.close()
    if options.phrasings:
        _measure_large(real_texts(folder), options.phrasings)
    return 0


def _measure_large(texts: Sequence[str], phrasings: int) -> None:
    queries = [parse_query(text[:120]) for text in texts[-QUERIES:]]
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "lexical.sqlite3"
        before, started = _peak_mib(), time.process_time()
        LexicalIndex.build(path, large_store(texts[:-QUERIES], phrasings))
        seconds, peak = time.process_time() - started, _peak_mib()
        size = sum(file.stat().st_size for file in Path(name).iterdir()) / 2**20
        before_open = _private_mib()
        index = LexicalIndex.open(path)
        found = measure(index, queries, "en")
        for query in queries:
            index.find(query, allowed=None, limit=LEXICAL_CANDIDATES, lang="en")
        _print(f"{phrasings:,} wordings", len(index), found)
        print(f"built in {seconds:.0f} s of CPU, peak {peak:.0f} MiB ({before:.0f} before it);")
        print(f"{size:.0f} MiB on disk, {_private_mib() - before_open:.0f} MiB private after it")
        index.close()


def _print(name: str, entries: int, found: Recall) -> None:
    print(
        f"| {name} | {entries:,} | {found.bm25:.3f} | {found.all_scores:.3f} | {found.p50_ms:.2f}"
        f" | {found.p99_ms:.2f} | {found.exhaustive_p50_ms:.2f} |",
        flush=True,
    )


def _peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _private_mib() -> float:
    lines = Path("/proc/self/smaps_rollup").read_text(encoding="ascii").splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_Dirty")) / 1024


if __name__ == "__main__":
    sys.exit(main())
