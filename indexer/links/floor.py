"""The least score at which two entries of a set may be linked."""

from __future__ import annotations

import hashlib
from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

MIN_FLOOR = 0.4
MAX_FLOOR = 0.8
# Fewer entries than this give no distribution to stand out of: then only what is near by any
# measure is linked.
FEW_ENTRIES = 5
FEW_ENTRIES_FLOOR = 0.5
MAD_TO_DEVIATION = 1.4826
# 11,175 pairs. The same entries are drawn as long as they are there, so that a new one moves the
# floor by the little it changes, not by another draw.
SAMPLED_ENTRIES = 150
# Of the 23 links that editors would make in the demo, one finds 10 (with 116 links in all), two
# 12 (169), three 14 (205); wordings alone, as before, 11 (215).
NEIGHBOURS_BY_CHANCE = 2
# The floor moves in steps: with each one all links of the set are found anew.
STEP = 0.02


def drawn_entries(entries: Collection[int]) -> list[int]:
    """The entries whose pairs the floor is estimated from, in order, at most 150.

    Each has a lot of its own, by which it is drawn or not whatever else is there.
    """
    by_lot = sorted(entries, key=lambda one: hashlib.sha256(str(one).encode()).digest())
    return sorted(by_lot[:SAMPLED_ENTRIES])


def link_floor(scores: NDArray[np.float32], count: int) -> float:
    """The least score of a link, a cosine, in steps of 0.02.

    scores: shape (pairs,), of pairs of drawn entries, nearly all of them unrelated; count: how
    many entries there are. So many robust deviations (median absolute deviation) above the
    median that each entry would have two such neighbours by chance. At least 0.4, and 0.5 among
    fewer than five entries; at most 0.8, for a set about one thing only.
    """
    if len(scores) == 0:
        return MAX_FLOOR
    median = float(np.median(scores))
    deviation = MAD_TO_DEVIATION * float(np.median(np.abs(scores - median)))
    least = FEW_ENTRIES_FLOOR if count < FEW_ENTRIES else MIN_FLOOR
    deviations = float(norm.isf(min(NEIGHBOURS_BY_CHANCE / count, 0.5)))
    floor = float(np.clip(median + deviations * deviation, least, MAX_FLOOR))
    return round(round(floor / STEP) * STEP, 2)
