"""Gathers and adds up a few of very many numbers, at a cost that does not grow with the many."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Places = NDArray[np.intp]
T = TypeVar("T", bound=np.generic)

DENSE_SHARE = 8
"""Where at least one of so many rows is named, an array of all rows is the faster way."""


def span_places(starts: Places, ends: Places) -> Places:
    """Return the places start to end of each span, one span after the other."""
    lengths = ends - starts
    places = np.repeat(starts - (np.cumsum(lengths) - lengths), lengths)
    places += np.arange(len(places))
    return places


def joined(values: NDArray[T], spans: Sequence[tuple[int, int]]) -> NDArray[T]:
    """Return the values of a few long spans, one after the other, as a copy."""
    pieces = [values[start:end] for start, end in spans]
    return np.concatenate(pieces) if pieces else values[:0].copy()


def numbered(rows: Places, size: int) -> tuple[Places, Places]:
    """Return the different rows among `rows`, in no order, and the number of each row there.

    `rows` are below `size`. The array of all rows is never cleared, so that only what is named
    is touched.
    """
    count = np.arange(len(rows), dtype=np.int32)
    last = np.empty(size, dtype=np.int32)
    last[rows] = count
    places = last[rows]
    first = np.flatnonzero(places == count)
    last[rows[first]] = np.arange(len(first), dtype=np.int32)
    return rows[first], last[rows].astype(np.intp)


def summed(
    rows: NDArray[np.integer], values: NDArray[np.floating], size: int
) -> tuple[Places, NDArray[np.float64]]:
    """Return the different rows, in no order, and the sum of each one's values, all above 0."""
    if len(rows) * DENSE_SHARE >= size:
        sums = np.bincount(rows, values, minlength=size)
        found = np.flatnonzero(sums > 0)
        return found, sums[found].astype(np.float64, copy=False)
    found, numbers = numbered(rows.astype(np.intp), size)
    return found, np.bincount(numbers, values, len(found)).astype(np.float64, copy=False)


def highest(rows: Places, scores: NDArray[np.float64], limit: int) -> Places:
    """Return where in `rows` the highest scores stand, in no order; equal ones by row."""
    if len(rows) <= limit:
        return np.arange(len(rows))
    bound = np.partition(scores, len(rows) - limit)[len(rows) - limit]
    kept = np.flatnonzero(scores >= bound)
    if len(kept) == limit:
        return kept
    above, equal = kept[scores[kept] > bound], kept[scores[kept] == bound]
    return np.concatenate([above, equal[np.argsort(rows[equal])[: limit - len(above)]]])
