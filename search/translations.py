"""Shows of documents that say the same in different languages the one for the reader."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from search.index import IndexSnapshot
from search.metadata import ABSENT
from search.ranking import Ranking


def without_other_translations(
    ranking: Ranking, snapshot: IndexSnapshot, *, lang: str, floor: float
) -> Ranking:
    """Leave one document of each translation group, with the best score of them.

    That is the best one in the reader's language `lang` whose own score reaches the floor, else
    the best one of all: what one of them answers, each of them does.
    """
    groups = _groups(ranking, snapshot)
    known = np.flatnonzero(groups != ABSENT)
    if len(known) < 2 or len(np.unique(groups[known])) == len(known):
        return ranking
    langs, order = ranking.candidates.langs, ranking.order.tolist()
    own = np.array([langs[order[place]] == lang for place in known.tolist()])
    wanted = own & (ranking.scores[known] >= floor)
    shown = _first_of_each(groups, known[np.lexsort((known, ~wanted, groups[known]))])
    best = _first_of_each(groups, known[np.lexsort((known, groups[known]))])
    alone = np.flatnonzero(groups == ABSENT)
    scores = np.concatenate([ranking.scores[alone], ranking.scores[best]])
    places = np.concatenate([alone, shown])
    keys = [ranking.keys[at] for at in places.tolist()]
    ordered = sorted(zip((-scores).tolist(), keys, places.tolist(), strict=True))
    return replace(
        ranking,
        order=ranking.order[[at for _, _, at in ordered]],
        keys=tuple(key for _, key, _ in ordered),
        scores=np.array([-score for score, _, _ in ordered]),
    )


def _first_of_each(groups: NDArray[np.int64], places: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return the first place of each group; `places` lie by group, in the order of all groups."""
    first: NDArray[np.intp] = places[np.diff(groups[places], prepend=ABSENT) != 0]
    return first


def _groups(ranking: Ranking, snapshot: IndexSnapshot) -> NDArray[np.int64]:
    """Return the translation group of each ranked document, `ABSENT` without any."""
    parts = ranking.candidates.parts[ranking.order]
    rows = ranking.candidates.rows[ranking.order]
    groups = np.full(len(rows), ABSENT, dtype=np.int64)
    for number, part in enumerate(snapshot.parts):
        own = parts == number
        groups[own] = part.segment.metadata.translation_groups[rows[own]]
    return groups
