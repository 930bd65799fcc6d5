"""What each further wording is worth: BANKING77 with 1 to all wordings per entry.

KB_BENCH_DATA=folder python -m benchmarks.learning_curve
"""

from __future__ import annotations

import sys
from importlib.resources import files

import numpy as np

from benchmarks.encoders import RememberingEncoder
from benchmarks.judged_sets import JudgedSet, intent_set
from benchmarks.ranking import OURS, PLAIN, rankers
from benchmarks.refitting import refitted
from indexer.encoder import open_encoder
from kb.settings import read_settings
from search.bootstrap import calibrate_bootstrap
from search.calibration import Calibration
from search.evaluation import hit, paired_bootstrap
from search.meaning.vectors import QueryEncoder

WORDINGS = (1, 3, 10, 30, 1_000)
"""The last is more than any entry has: all of them."""

MOST_QUERIES = 1_000

ALL_MINILM = {1: 0.532, 3: 0.703, 10: 0.809, 30: 0.888, 1_000: 0.920}
"""Hit@1 of the nearest wording with the plain model in float32, for all queries."""


def hits(
    judged: JudgedSet, encoder: QueryEncoder, calibration: Calibration
) -> dict[str, list[float]]:
    """Whether the right entry came first for each query, by system."""
    systems = rankers(judged, encoder, calibration)
    return {
        name: [
            hit(systems[name](query)[0], {str(k): v for k, v in query.relevant.items()})
            for query in judged.answerable
        ]
        for name in (PLAIN, OURS)
    }


def main() -> int:
    settings = read_settings()
    if settings.bench_data is None:
        print("KB_BENCH_DATA is not set: name the folder with the public judged sets")
        return 0
    encoder = RememberingEncoder(open_encoder(settings))
    shipped = calibrate_bootstrap(encoder, corpus=files("kb.demo"))
    print("| wordings | plain model, all queries | nearest | Kundig | ahead | refitted |")
    print("| --- | --- | --- | --- | --- | --- |")
    for wordings in WORDINGS:
        judged = intent_set(
            settings.bench_data / "banking77", wordings=wordings, most=MOST_QUERIES, in_order=True
        )
        found = hits(judged, encoder, shipped)
        learned = hits(judged, encoder, refitted(judged, encoder, shipped))
        ahead = paired_bootstrap(found[OURS], found[PLAIN])
        print(
            f"| {wordings if wordings < WORDINGS[-1] else 'all'} | {ALL_MINILM[wordings]:.3f} "
            f"| {np.mean(found[PLAIN]):.3f} | {np.mean(found[OURS]):.3f} "
            f"| {ahead.mean:+.3f} ({ahead.low:+.3f} to {ahead.high:+.3f}) "
            f"| {np.mean(learned[OURS]):.3f} |"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
