"""What right decisions do to the questions that nobody decided anything about.

    KB_BENCH_DATA=folder python -m benchmarks.decisions [--sets banking77 ...] [--share 0.02]

Pairs of questions are drawn from the gold intents: near ones that the grouping had wrong, as an
agent would meet them, half of them the same and half not. All questions are then grouped anew.
Pairwise F1 before and after is that of the questions no decision names.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.topics import SETS, Labelled, read_set
from indexer.topics.constraints import PairDecision
from indexer.topics.grouping import UNGROUPED, Grouping, group_questions
from indexer.topics.propagation import near_copies
from indexer.topics.scores import evaluate_grouping
from indexer.vectors import nearest_neighbours

NEIGHBOURS = 20
DRAWS = 3


@dataclass(frozen=True, slots=True)
class Outcome:
    """One set: pairwise F1 of the questions not named, before and after; what was violated."""

    set: str
    decisions: int
    before: float
    after: float
    named_after: float
    violated: int
    seconds: float


def main() -> int:
    arguments = _arguments()
    folder = os.environ.get("KB_BENCH_DATA")
    if not folder:
        print("KB_BENCH_DATA is not set: name the folder with the labelled sets", file=sys.stderr)
        return 2
    print(
        f"{'set':<16} {'decisions':>9} {'before':>7} {'after':>7} {'ratio':>6} "
        f"{'named':>7} {'violated':>8} {'s':>5}"
    )
    for name in arguments.sets:
        labelled = read_set(Path(folder), name, cache=arguments.cache)
        for seed in range(arguments.draws):
            one = measure(labelled, share=arguments.share, seed=seed)
            print(
                f"{one.set:<16} {one.decisions:>9} {one.before:>7.3f} {one.after:>7.3f} "
                f"{one.after / one.before:>6.3f} {one.named_after:>7.3f} {one.violated:>8} "
                f"{one.seconds:>5.1f}",
                flush=True,
            )
    return 0


def measure(labelled: Labelled, *, share: float, seed: int) -> Outcome:
    """Group, decide what was wrong, group again."""
    gold = np.unique(labelled.labels, return_inverse=True)[1]
    texts = [" ".join(text.casefold().split()) for text in labelled.texts]
    first = group_questions(labelled.vectors, texts=texts)
    wanted = max(2, int(share * len(gold)))
    said = draw_decisions(labelled, gold, first, texts, wanted=wanted, seed=seed)
    asked = sorted({row for one in said for row in (one.first, one.second)})
    start = time.perf_counter()
    copies = near_copies(labelled.vectors, labelled.texts, asked=asked)
    named = set(asked)
    implied = [
        PairDecision(copy, row, True)
        for row, found in copies.items()
        for copy in found
        if copy not in named
    ]
    again = group_questions(labelled.vectors, texts=texts, decisions=[*implied, *said])
    seconds = time.perf_counter() - start
    lost = {position - len(implied) for position in again.overridden}
    topic_of = again.topic_of
    violated = 0
    for position, one in enumerate(said):
        together = topic_of[one.first] == topic_of[one.second] != UNGROUPED
        violated += position not in lost and together != one.same
    others = np.array([row for row in range(len(gold)) if row not in named])
    return Outcome(
        set=labelled.name,
        decisions=len(said),
        before=pairwise_f1(gold[others], first.nearest_topic[others]),
        after=pairwise_f1(gold[others], again.nearest_topic[others]),
        named_after=pairwise_f1(gold[asked], again.nearest_topic[asked]),
        violated=violated,
        seconds=seconds,
    )


def draw_decisions(
    labelled: Labelled,
    gold: NDArray[np.int64],
    found: Grouping,
    texts: list[str],
    *,
    wanted: int,
    seed: int,
) -> list[PairDecision]:
    """Right decisions about near pairs that the grouping has wrong, half of each kind."""
    near = nearest_neighbours(labelled.vectors, k=NEIGHBOURS).indices
    rows = np.repeat(np.arange(len(near)), near.shape[1])
    others = near.ravel()
    is_same = gold[rows] == gold[others]
    together = found.topic_of[rows] == found.topic_of[others]
    # Equal texts of two intents are one question to everybody but the gold.
    apart_texts = np.array([texts[a] != texts[b] for a, b in zip(rows, others, strict=True)])
    wrong = np.flatnonzero((is_same != together) & (others >= 0) & apart_texts & (rows < others))
    draw = np.random.default_rng(seed)
    drawn: list[PairDecision] = []
    for same in (True, False):
        of_kind = wrong[is_same[wrong] == same]
        chosen = draw.choice(of_kind, size=min(wanted // 2, len(of_kind)), replace=False)
        drawn += [PairDecision(int(rows[c]), int(others[c]), same) for c in chosen]
    return [drawn[place] for place in draw.permutation(len(drawn))]


def pairwise_f1(gold: NDArray[np.int64], found: NDArray[np.int32]) -> float:
    return evaluate_grouping(gold.tolist(), found).pairwise_f1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--sets", nargs="+", default=list(SETS), choices=list(SETS))
    parser.add_argument("--share", type=float, default=0.02, help="decisions per question")
    parser.add_argument("--draws", type=int, default=DRAWS, help="how often they are drawn")
    parser.add_argument("--cache", type=Path, help="folder that keeps the vectors")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
