"""Suggestions while somebody types, beside rapidfuzz over all titles; CPU time of one thread."""

from __future__ import annotations

import gzip
import json
import random
import resource
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from rapidfuzz import fuzz, process

from benchmarks.judged_sets import SEED
from benchmarks.search import made_up_question
from kb.access import PUBLIC
from kb.settings import read_settings
from search.documents import Document, DocumentPhrasing
from search.suggest import MAX_SUGGESTIONS, Popular, Suggester

TEXTS = 100_000
WORDINGS = 4
"""Shown wordings of a document."""

TYPED = 400
PEER_TYPED = 40
"""The peer takes long; its median needs no more."""

WORST = ("a", "wi", "th", "in", "to", "how", "the", "i can", "how do i", "wa fi th")
REAL_TEXTS = Path("firefox_scale") / "questions.jsonl.gz"
READERS = frozenset({PUBLIC})


def main() -> int:
    texts = _texts()
    documents = [
        Document(
            type="entry",
            id=number,
            source_id=None,
            title=wordings[0],
            answer="",
            lang="en",
            audience=PUBLIC,
            url=f"/faq/{number}",
            phrasings=tuple(DocumentPhrasing(text, shown=True) for text in wordings),
        )
        for number, wordings in enumerate(_groups(texts), start=1)
    ]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.process_time()
    suggester = Suggester.build(documents, _popular(documents))
    built = time.process_time() - started
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(f"{len(texts):,} texts: built in {built:.1f} s of CPU, {grown:.0f} MiB")

    mixed = random.Random(SEED)
    typed = {
        "beginnings": [_beginning(mixed, texts) for _ in range(TYPED)],
        "with a typo": [_misspelt(mixed, _beginning(mixed, texts, least=6)) for _ in range(TYPED)],
        "worst beginnings": list(WORST) * 20,
    }
    for name, words in typed.items():
        _measure(
            name, words, lambda text: suggester.suggest(text, audiences=READERS), least=len(words)
        )
    print("rapidfuzz.process.extract (WRatio) over all texts:")
    _measure(
        "beginnings",
        typed["beginnings"],
        lambda text: process.extract(text, texts, scorer=fuzz.WRatio, limit=MAX_SUGGESTIONS),
        least=PEER_TYPED,
    )
    return 0


def _texts() -> list[str]:
    """Read real titles where the data set is there, else make some up."""
    folder = read_settings().bench_data
    path = folder / REAL_TEXTS if folder is not None else None
    if path is None or not path.is_file():
        mixed = random.Random(SEED)
        return [made_up_question(mixed) for _ in range(TEXTS)]
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        titles = (json.loads(line)["text"] for line in lines)
        return [title for title, _ in zip(titles, range(TEXTS), strict=False)]


def _groups(texts: Sequence[str]) -> list[Sequence[str]]:
    return [texts[start : start + WORDINGS] for start in range(0, len(texts), WORDINGS)]


def _popular(documents: Sequence[Document]) -> Popular:
    worth = {one.key: float(place) for place, one in enumerate(documents[::25])}
    searches = tuple((one.title.lower(), one.key) for one in documents[:200])
    return Popular(worth, searches)


def _beginning(mixed: random.Random, texts: Sequence[str], *, least: int = 2) -> str:
    text = mixed.choice([one for one in mixed.sample(texts, 20) if len(one) > least])
    return text[: mixed.randint(least, min(30, len(text)))]


def _misspelt(mixed: random.Random, text: str) -> str:
    place = mixed.randrange(1, len(text))
    if mixed.random() < 0.5:
        return f"{text[: place - 1]}{text[place]}{text[place - 1]}{text[place + 1 :]}"
    return f"{text[:place]}{mixed.choice('abcdefghij')}{text[place + 1 :]}"


def _measure(
    name: str, typed: Sequence[str], suggest: Callable[[str], object], *, least: int
) -> None:
    taken = []
    for text in typed[:least]:
        started = time.thread_time()
        suggest(text)
        taken.append((time.thread_time() - started) * 1000)
    p95, p99 = np.quantile(taken, [0.95, 0.99])
    median = statistics.median(taken)
    print(
        f"  {name}: p50 {median:.2f} ms, p95 {p95:.2f} ms, p99 {p99:.2f} ms, "
        f"longest {max(taken):.2f} ms"
    )


if __name__ == "__main__":
    sys.exit(main())
