"""Which questions may found a topic: searches only where many people look for the same thing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from indexer.vectors import nearest_neighbours
from kb.questions import GroupableQuestion

SEARCH = "search"

MIN_SEARCHERS = 5
"""So many visitors make a search popular (docs/adr/0020-topics-that-stay.md); fewer may be one
person who types on several days."""

SAME_THING_COSINE = 0.7
"""Two searches this close count as asking for one thing; chosen, not measured."""

LOOKED_AT = 50
"""Nearest searches in which other searchers are looked for."""


def may_found_topics(
    questions: Sequence[GroupableQuestion], vectors: NDArray[np.float32]
) -> NDArray[np.bool_] | None:
    """Whether each question may found a topic, shape (n,); None where all may.

    Whatever somebody wrote to a person may. A search joins topics that others founded, unless
    MIN_SEARCHERS distinct visitors looked for about the same: a gap that shows in searches
    alone is still a gap. A search without a visitor's name counts for nobody.
    """
    rows = np.array(
        [row for row, one in enumerate(questions) if one.channel == SEARCH], dtype=np.int64
    )
    if len(rows) == 0:
        return None
    may = np.ones(len(questions), dtype=np.bool_)
    may[rows] = False
    if len(rows) < MIN_SEARCHERS:
        return may
    near = nearest_neighbours(vectors[rows], k=LOOKED_AT)
    for place, row in enumerate(rows.tolist()):
        close = near.indices[place][near.cosines[place] >= SAME_THING_COSINE]
        senders = {questions[row].sender, *(questions[rows[one]].sender for one in close.tolist())}
        may[row] = len(senders - {None, ""}) >= MIN_SEARCHERS
    return may
