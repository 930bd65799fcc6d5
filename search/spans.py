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
    places: Places = (starts - (lengths.cumsum() - lengths)).repeat(lengths)
    places += np.arange(len(places))
    return places


def joined(values: NDArray[T], spans: Sequence[tuple[int, int]]) -> NDArray[T]:
    """Return the values of a few long spans, one after the other, as a copy."""
    pieces = [values[start:end] for start, end in spans]
    return np.concatenate(pieces) if pieces else values[:0].copy()


def chained(*pieces: NDArray[T]) -> NDArray[T]:
    """Return arrays one after the other; the one itself where the others are empty."""
    if len(pieces) == 1:
        return pieces[0]
    filled = [piece for piece in pieces if len(piece)]
    if len(filled) > 1:
        return np.concatenate(filled)
    return filled[0] if filled else pieces[0]


def distinct(values: NDArray[T]) -> NDArray[T]:
    """Return the different values, rising; sorts `values` in place."""
    values.sort()
    first = np.ones(len(values), dtype=np.bool_)
    np.not_equal(values[1:], values[:-1], out=first[1:])
    return values[first]


def numbered(rows: Places, size: int) -> tuple[Places, Places]:
    """Return the different rows among `rows`, in no order, and the number of each row there.

    `rows` are below `size`. The array of all rows is never cleared, so that only what is named
    is touched.
    """
    count = np.arange(len(rows), dtype=np.int32)
    last = np.empty(size, dtype=np.int32)
    last[rows] = count
    places = last.take(rows)
    first = (places == count).nonzero()[0]
    found = rows[first]
    last[found] = count[: len(first)]
    return found, last.take(rows).astype(np.intp)


def summed(
    rows: NDArray[np.integer], values: NDArray[np.floating], size: int
) -> tuple[Places, NDArray[np.float64]]:
    """Return the different rows, in no order, and the sum of each one's values, all above 0."""
    if len(rows) * DENSE_SHARE >= size:
        sums = _sums(rows, values, size)
        found = (sums > 0).nonzero()[0]
        return found, sums.take(found)
    found, numbers = numbered(rows.astype(np.intp), size)
    return found, _sums(numbers, values, len(found))


def _sums(
    numbers: NDArray[np.integer], values: NDArray[np.floating], count: int
) -> NDArray[np.float64]:
    return np.bincount(numbers, values, count).astype(np.float64, copy=False)


def greatest(
    rows: Places, values: NDArray[np.float64], size: int
) -> tuple[Places, NDArray[np.float64]]:
    """Return the different rows, in no order, and the greatest of each one's values above 0."""
    if len(rows) * DENSE_SHARE >= size:
        most = np.zeros(size)
        np.maximum.at(most, rows, values)
        found = (most > 0).nonzero()[0]
        return found, most.take(found)
    found, numbers = numbered(rows, size)
    most = np.zeros(len(found))
    np.maximum.at(most, numbers, values)
    return found, most


def highest(rows: Places, scores: NDArray[np.floating], limit: int) -> Places:
    """Return where in `rows` the highest scores stand, in no order; equal ones by row."""
    if len(rows) <= limit:
        return np.arange(len(rows))
    bound = np.partition(scores, len(rows) - limit)[len(rows) - limit]
    kept: Places = (scores >= bound).nonzero()[0]
    if len(kept) == limit:
        return kept
    above, equal = kept[scores[kept] > bound], kept[scores[kept] == bound]
    return np.concatenate([above, equal[np.argsort(rows[equal])[: limit - len(above)]]])
