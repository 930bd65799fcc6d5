"""Which vectors belong to which document."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]
Vectors = NDArray[np.float32]
Cosines = NDArray[np.float32]
Rows = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class VectorGroups:
    """Vectors numbered from 0, those of one document one after the other.

    `documents` holds the rows of the documents that have at least one vector, rising, and
    those of `documents[i]` have the numbers `starts[i]` to `starts[i + 1] - 1`.
    """

    documents: Rows
    starts: Rows

    def __len__(self) -> int:
        return int(self.starts[-1])

    @classmethod
    def of(cls, counts: Iterable[int]) -> VectorGroups:
        """The groups of documents that have so many vectors each, the first one in row 0."""
        every = np.fromiter(counts, dtype=np.int64)
        documents = np.flatnonzero(every)
        starts = np.concatenate([[0], np.cumsum(every[documents])])
        return cls(documents.astype(np.int64), starts.astype(np.int64))

    def mask(self, documents: Mask) -> Mask:
        """Which vectors belong to the documents of a mask, shape (vectors,)."""
        return np.repeat(documents[self.documents], np.diff(self.starts))

    def counts(self, rows: Rows) -> Rows:
        """How many vectors each document has, shape (len(rows),)."""
        known, starts, ends = self.spans(rows)
        result = np.zeros(len(rows), dtype=np.int64)
        result[known] = ends - starts
        return result

    def best(self, cosines: Cosines) -> Cosines:
        """The largest cosine of each of `documents`, from those of all vectors."""
        if not len(self.documents):
            return np.empty(0, dtype=np.float32)
        if len(self.documents) == len(self):
            return cosines
        return np.asarray(np.maximum.reduceat(cosines, self.starts[:-1]))

    def best_of(self, numbers: Rows, cosines: Cosines) -> tuple[Rows, Cosines]:
        """The documents of some vectors, rising, and the largest cosine of each."""
        places = np.searchsorted(self.starts, numbers, side="right") - 1
        places, group = np.unique(places, return_inverse=True)
        best = np.full(len(places), -np.inf, dtype=np.float32)
        np.maximum.at(best, group, cosines)
        return self.documents[places], best

    def spans(self, rows: Rows) -> tuple[Mask, Rows, Rows]:
        """Which documents have vectors, shape (len(rows),), and where theirs start and end."""
        if not len(self.documents):
            nowhere = np.empty(0, dtype=np.int64)
            return np.zeros(len(rows), dtype=np.bool_), nowhere, nowhere
        places = self.documents.searchsorted(rows)
        known = self.documents.take(places, mode="clip") == rows
        if not known.all():
            places = places[known]
        return known, self.starts[places], self.starts[places + 1]


def largest_of_spans(cosines: Cosines, starts: Rows, ends: Rows, *, count: int) -> Cosines:
    """The `count` largest cosines of each span, falling, NaN where there are fewer.

    Returns shape (len(starts), count).
    """
    if not len(starts):
        return np.empty((0, count), dtype=np.float32)
    width = max(int((ends - starts).max()), count)
    grid = starts[:, None] + np.arange(width)
    own = cosines.take(grid, mode="clip")
    own[grid >= ends[:, None]] = -np.inf
    if width > count:
        own.partition(width - count, axis=1)
        own = own[:, -count:]
    own.sort(axis=1)
    own[own == -np.inf] = np.nan
    return own[:, ::-1]
