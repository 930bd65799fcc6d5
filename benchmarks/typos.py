"""What slips of the keyboard cost: one and two random edits in every query.

KB_BENCH_DATA=folder python -m benchmarks.typos
"""

from __future__ import annotations

import random
import string
import sys
from collections.abc import Sequence
from dataclasses import replace
from importlib.resources import files

import numpy as np

from benchmarks.encoders import RememberingEncoder
from benchmarks.judged_sets import SEED, JudgedQuery
from benchmarks.ranking import OURS, PLAIN, rankers, sets
from indexer.encoder import open_encoder
from kb.settings import read_settings
from search.bootstrap import calibrate_bootstrap
from search.evaluation import hit, ndcg

EDITS = (0, 1, 2)
TARGET = 0.03
"""Most that hit@1 may lose at one edit."""

MIN_LETTERS = 4
"""Shorter words are hardly misspelt, and hardly found again."""


def misspelt(query: JudgedQuery, edits: int) -> JudgedQuery:
    """The query with so many letters dropped, doubled, swapped or replaced, each in some word."""
    chosen = random.Random(f"{SEED} {query.text}")
    words = query.text.split()
    long = [place for place, word in enumerate(words) if len(word) >= MIN_LETTERS]
    for place in chosen.sample(long, min(edits, len(long))):
        words[place] = _edited(words[place], chosen)
    return replace(query, text=" ".join(words))


def _edited(word: str, chosen: random.Random) -> str:
    at = chosen.randrange(1, len(word) - 1)
    before, letter, after = word[:at], word[at], word[at + 1 :]
    return chosen.choice(
        (
            before + after,
            before + letter + letter + after,
            before + after[0] + letter + after[1:],
            before + chosen.choice(string.ascii_lowercase) + after,
        )
    )


def main(names: Sequence[str] = ()) -> int:
    settings = read_settings()
    if settings.bench_data is None:
        print("KB_BENCH_DATA is not set: name the folder with the public judged sets")
        return 0
    encoder = RememberingEncoder(open_encoder(settings))
    shipped = calibrate_bootstrap(encoder, corpus=files("kb.demo"))
    print("| set | edits | hit@1 nearest | hit@1 Kundig | lost | nDCG@10 Kundig |")
    print("| --- | --- | --- | --- | --- | --- |")
    lost_at_one = []
    for judged in sets(settings.bench_data):
        if names and judged.name not in names:
            continue
        systems = rankers(judged, encoder, shipped)
        clean = 0.0
        for edits in EDITS:
            queries = [misspelt(query, edits) for query in judged.answerable]
            right = [{str(k): v for k, v in query.relevant.items()} for query in queries]
            ours = [systems[OURS](query)[0] for query in queries]
            plain = [systems[PLAIN](query)[0] for query in queries]
            first = np.mean([hit(*pair) for pair in zip(ours, right, strict=True)])
            nearest = np.mean([hit(*pair) for pair in zip(plain, right, strict=True)])
            gain = np.mean([ndcg(*pair) for pair in zip(ours, right, strict=True)])
            clean = float(first) if edits == 0 else clean
            if edits == 1:
                lost_at_one.append(clean - float(first))
            print(
                f"| {judged.name} | {edits} | {nearest:.3f} | {first:.3f} "
                f"| {clean - first:+.3f} | {gain:.3f} |"
            )
    print(f"\nlost at one edit, mean: {np.mean(lost_at_one):.3f} (target {TARGET})")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
