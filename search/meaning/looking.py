"""One look at the vectors of an index for one query: by scanning them all, or by its cells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

from search.meaning.groups import (
    Cosines,
    Mask,
    Rows,
    Vector,
    VectorGroups,
    Vectors,
    largest_of_spans,
)
from search.spans import span_places

if TYPE_CHECKING:
    from indexer.vector_index import AllowedRows, VectorIndex

NEAR_VECTORS = 1_000
"""How many vectors an index is asked for at a time, and from how many on it is asked at all."""

GATHERED_ROWS = 1_024
"""Vectors copied together at a time: what fits into a core's cache."""


class Scope:
    """Documents among which to look: `documents` has shape (n,), and is not changed.

    It is made once for many queries, and remembers what an index is told of it. `is_whole`
    says whether it leaves none out.
    """

    def __init__(self, documents: Mask) -> None:
        self.documents = documents
        self.is_whole = bool(documents.all())
        self._allowed: dict[int, AllowedRows | None] = {}

    def allowed_of(self, groups: VectorGroups) -> AllowedRows | None:
        """Which vectors of some groups belong to these documents; None where all do."""
        key = id(groups)
        if key not in self._allowed:
            self._allowed[key] = _allowed(groups, self.documents)
        return self._allowed[key]


class Look(Protocol):
    """What can be asked about one query; documents are named by their rows."""

    def nearest(self, scope: Scope, *, enough: int) -> tuple[Rows, Cosines]:
        """The nearest documents of a scope, rising, and the best cosine of each.

        At least `enough`, if there are so many.
        """
        ...

    def largest(self, rows: Rows, *, count: int) -> Cosines:
        """The `count` largest cosines of documents, falling, NaN where there are fewer.

        Returns shape (len(rows), count).
        """
        ...


class Scan:
    """All cosines, computed at once."""

    def __init__(self, query: Vector, vectors: Vectors, groups: VectorGroups) -> None:
        self._groups = groups
        self._cosines = cosines_of(vectors, query)
        self._best = groups.best(self._cosines)

    def nearest(self, scope: Scope, *, enough: int) -> tuple[Rows, Cosines]:
        """All documents of the scope that have a vector; see `Look`."""
        if scope.is_whole:
            return self._groups.documents, self._best
        known = scope.documents[self._groups.documents]
        return self._groups.documents[known], self._best[known]

    def largest(self, rows: Rows, *, count: int) -> Cosines:
        """See `Look`."""
        known, starts, ends = self._groups.spans(rows)
        return _placed(largest_of_spans(self._cosines, starts, ends, count=count), known)


class CellLook:
    """The cells nearest to a query, where there are too many vectors to scan."""

    def __init__(self, query: Vector, index: VectorIndex, groups: VectorGroups) -> None:
        self._query = query
        self._index = index
        self._groups = groups

    def nearest(self, scope: Scope, *, enough: int) -> tuple[Rows, Cosines]:
        """See `Look`; nearly always the true ones, exactly those where few are allowed."""
        groups = self._groups
        wanted = min(enough, int(np.count_nonzero(scope.documents[groups.documents])))
        rows, best = groups.best_of(*self._look_up(scope.allowed_of(groups)))
        while len(rows) < wanted:
            # Some documents hold more vectors than are asked for: what was found makes room.
            left = scope.documents.copy()
            left[rows] = False
            more, theirs = groups.best_of(*self._look_up(_allowed(groups, left)))
            if not len(more):
                break
            rows, best = np.concatenate([rows, more]), np.concatenate([best, theirs])
        order = np.argsort(rows)
        return rows[order], best[order]

    def largest(self, rows: Rows, *, count: int) -> Cosines:
        """See `Look`."""
        known, starts, ends = self._groups.spans(rows)
        cosines = self._cosines(span_places(starts, ends))
        own_ends = np.cumsum(ends - starts)
        own_starts = own_ends - (ends - starts)
        return _placed(largest_of_spans(cosines, own_starts, own_ends, count=count), known)

    def _look_up(self, allowed: AllowedRows | None) -> tuple[Rows, Cosines]:
        if allowed is not None and allowed.kept <= NEAR_VECTORS:
            numbers = allowed.rows()
            return numbers, self._cosines(numbers)
        return self._index.search(self._query, NEAR_VECTORS, allowed)

    def _cosines(self, numbers: Rows) -> Cosines:
        cosines = np.empty(len(numbers), dtype=np.float32)
        for start in range(0, len(numbers), GATHERED_ROWS):
            block = slice(start, start + GATHERED_ROWS)
            cosines[block] = np.vecdot(self._index.vectors(numbers[block]), self._query)
        return cosines


def _placed(found: Cosines, known: Mask) -> Cosines:
    """Give the rows of what was found to the known documents, and NaN to the others."""
    if len(found) == len(known):
        return found
    result = np.full((len(known), found.shape[1]), np.nan, dtype=np.float32)
    result[known] = found
    return result


def _allowed(groups: VectorGroups, documents: Mask) -> AllowedRows | None:
    if documents.all():
        return None
    # Only here: faiss takes a tenth of a second and 14 MB that small stores can spare.
    from indexer.vector_index import AllowedRows

    return AllowedRows.of(groups.mask(documents))


def cosines_of(vectors: Vectors, query: Vector) -> Cosines:
    """Cosine of every vector with a unit query vector, shape (vectors,)."""
    if not len(vectors):
        return np.empty(0, dtype=np.float32)
    # Not `@`: BLAS would wake threads for what one thread reads from memory as fast, and
    # the searches of other readers need the cores.
    return np.asarray(np.vecdot(vectors, query), dtype=np.float32)
