"""Colours for topics on a map: neighbours differ, and the whole keeps an order."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

HUES = tuple(range(0, 360, 15))
"""Hues in degrees (OKLCH) that a topic may have; the style sheet has a class for each."""

TONES = 2
"""Two lightnesses, so that many neighbours can differ."""

NEIGHBOURS = 7
ENOUGH_DEGREES = 70.0
"""Neighbours this far apart in hue need not be further."""

ORDER_WEIGHT = 0.22
"""How much a hue that fits the place on the map counts against one that differs more."""

TONE_DEGREES = 30.0
"""What a different lightness is worth in degrees of hue."""


def choose_hues(centres: NDArray[np.float32]) -> list[tuple[int, int]]:
    """(place in HUES, tone) of each topic, in order; the first ones choose first.

    centres: shape (topics, 2). Hue turns around the middle of the map; among neighbours the
    one that differs most from those chosen before is taken.
    """
    hues = np.array(HUES, dtype=np.float64)
    chosen: list[tuple[int, int]] = []
    for place, centre in enumerate(centres):
        wanted = np.degrees(np.arctan2(centre[1], centre[0])) % 360
        order = _apart(hues, wanted)
        gaps = np.full((len(hues), TONES), ENOUGH_DEGREES)
        away = np.linalg.norm(centres[:place] - centre, axis=1)
        for near in np.argsort(away, kind="stable")[:NEIGHBOURS]:
            hue, tone = chosen[near]
            apart = _apart(hues, hues[hue])
            for own in range(TONES):
                gaps[:, own] = np.minimum(gaps[:, own], apart + TONE_DEGREES * (own != tone))
        score = gaps - ORDER_WEIGHT * order[:, None]
        best = int(score.argmax())
        chosen.append((best // TONES, best % TONES))
    return chosen


def _apart(hues: NDArray[np.float64], hue: float) -> NDArray[np.float64]:
    apart: NDArray[np.float64] = np.abs((hues - hue + 180) % 360 - 180)
    return apart
