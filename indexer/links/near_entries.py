"""How near entries are at most, all pairs of one entry in a few matrix products."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

# An entry pair scores the mean of its closest phrasing pairs, so that one odd wording among
# many cannot make a link.
SCORED_PAIRS = 3


class NearEntries:
    """Entries by the vectors of their wordings and of what their answers say.

    vectors: shape (n, dim), float32, unit rows; owners: the entry of each row, ascending;
    passages: unit rows of an entry's answer, not empty; an entry may have none.
    """

    def __init__(
        self,
        vectors: NDArray[np.float32],
        owners: NDArray[np.int64],
        passages: Mapping[int, NDArray[np.float32]],
    ) -> None:
        self._vectors = vectors
        self._entries, self._starts = np.unique(owners, return_index=True)
        self._ends = np.append(self._starts[1:], len(owners))
        self._place = {int(entry): place for place, entry in enumerate(self._entries)}
        self._passages = {one: rows for one, rows in passages.items() if one in self._place}
        self._saying = np.array([self._place[one] for one in self._passages], dtype=np.int64)
        sizes = [len(rows) for rows in self._passages.values()]
        self._said_starts = np.cumsum([0, *sizes])[:-1]
        self._said = np.concatenate(list(self._passages.values())) if sizes else None

    @property
    def entries(self) -> list[int]:
        """The ids of all entries, in order."""
        return [int(entry) for entry in self._entries]

    def rows(self, entry: int) -> range:
        """The rows of an entry's wordings."""
        place = self._place[entry]
        return range(int(self._starts[place]), int(self._ends[place]))

    def within_reach(self, entry: int, *, least: float) -> list[tuple[int, float]]:
        """(other entry, what the pair scores at most), best first, from `least` on."""
        scores = self._scores_at_most(entry)
        scores[self._place[entry]] = -1.0
        near = np.flatnonzero(scores >= least)
        order = near[np.argsort(-scores[near], kind="stable")]
        return [(int(self._entries[place]), float(scores[place])) for place in order]

    def pair_scores(self) -> NDArray[np.float32]:
        """What each pair of entries scores at most, each pair once."""
        found = [self._scores_at_most(one)[self._place[one] + 1 :] for one in self.entries]
        return np.concatenate(found) if found else np.zeros(0, dtype=np.float32)

    def _scores_at_most(self, entry: int) -> NDArray[np.float32]:
        """What an entry scores at most with each one, shape (entries,).

        The wordings of a pair score a mean over different ones of this entry, so it is at most
        the mean of their best ones.
        """
        rows = self.rows(entry)
        products = self._vectors[rows.start : rows.stop] @ self._vectors.T
        best = np.maximum.reduceat(products, self._starts, axis=1)
        sizes = np.minimum(self._ends - self._starts, min(SCORED_PAIRS, len(rows)))
        ranked = -np.sort(-best, axis=0)[:SCORED_PAIRS]
        means = np.cumsum(ranked, axis=0)[sizes - 1, np.arange(len(sizes))] / sizes
        if entry in self._passages and self._said is not None:
            said = (self._passages[entry] @ self._said.T).max(axis=0)
            closest = np.maximum.reduceat(said, self._said_starts)
            means[self._saying] = (means[self._saying] + closest) / 2
        return np.asarray(means, dtype=np.float32)
