"""Topics that lie side by side look different."""

from __future__ import annotations

import numpy as np

from web.report.hues import HUES, TONES, choose_hues


def test_neighbours_differ_in_hue_or_tone() -> None:
    side = 8
    centres = np.array([(x, y) for x in range(side) for y in range(side)], dtype=np.float32)
    chosen = choose_hues(centres)

    for one, place in enumerate(centres):
        for two, other in enumerate(centres[:one]):
            if np.linalg.norm(place - other) <= 1.0:
                apart = abs(HUES[chosen[one][0]] - HUES[chosen[two][0]])
                apart = min(apart, 360 - apart)
                assert apart >= 30 or chosen[one][1] != chosen[two][1]


def test_no_topic_and_one_topic_have_colours() -> None:
    assert choose_hues(np.zeros((0, 2), np.float32)) == []
    ((hue, tone),) = choose_hues(np.zeros((1, 2), np.float32))
    assert 0 <= hue < len(HUES)
    assert 0 <= tone < TONES
