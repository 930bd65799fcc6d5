"""How near each document's phrasings are to a query in meaning."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from search.crowds import CROWD, Codes, Crowds, crowds_of
from search.documents import Document

if TYPE_CHECKING:
    from indexer.vectors import VectorIndex

EXACT_PHRASINGS = 50_000
"""Above it an index of cells beats scanning (docs/adr/0007-generations-and-delta.md)."""

NEAR_PHRASINGS = (1_000, 4_000)
"""How many phrasings the index is asked for, at first and if those are of too few documents."""

NARROW_SHARE = 0.05
"""Share of phrasings below which scanning the allowed ones beats looking through the cells."""

GATHERED_ROWS = 1_024
"""Vectors copied together at a time: what fits into a core's cache."""

MEANING_CANDIDATES = 60
"""Candidates by meaning in each part of the index."""

INDEX_FILE = "vectors.faiss"

TOP_PHRASINGS = 3
"""How many of a document's nearest phrasings vote; more reward entries that have many."""

Vectors = NDArray[np.float32]
Rows = NDArray[np.int64]
Mask = NDArray[np.bool_]


class QueryEncoder(Protocol):
    """The model that made the index's vectors."""

    @property
    def fingerprint(self) -> str:
        """Names the model and how it is run."""
        ...

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors of texts, shape (n, dim)."""
        ...


@dataclass(frozen=True, slots=True)
class Scope:
    """Documents among which to look: `documents` has shape (n,).

    `phrasings` says the same of the vectors, shape (phrasings,); empty where no index asks.
    """

    documents: Mask
    phrasings: Mask


@dataclass(frozen=True, slots=True)
class Near:
    """What is near a query: document `rows`, rising, and what is known of them.

    `cosines` has shape (len(rows), TOP_PHRASINGS), best first, NaN where there are fewer.
    `crowds` holds, by language code, the best cosines of up to `CROWD` readable documents in
    that language, in no order.
    """

    rows: Rows
    cosines: NDArray[np.float32]
    crowds: Crowds


@dataclass(frozen=True, slots=True)
class PhrasingVectors:
    """The vectors of all phrasings of n documents, grouped by document.

    `vectors` has shape (phrasings, dim), float32, unit rows. `documents` holds the rows of
    the documents that have at least one vector, rising, and the vectors of `documents[i]`
    are `vectors[starts[i]:starts[i + 1]]`. `index` searches them where they are many.
    """

    vectors: Vectors
    documents: Rows
    starts: Rows
    index: VectorIndex | None = None

    @property
    def dim(self) -> int:
        """Length of one vector, 0 when there is none."""
        return int(self.vectors.shape[1])

    @classmethod
    def of(
        cls, documents: Sequence[Document], vectors: Mapping[str, NDArray[np.float32]]
    ) -> PhrasingVectors:
        """Gather the vectors of documents by text hash; a phrasing without one is left out."""
        found: list[NDArray[np.float32]] = []
        rows: list[int] = []
        starts = [0]
        for row, document in enumerate(documents):
            hashes = dict.fromkeys(phrasing.text_hash for phrasing in document.phrasings)
            own = [vectors[key] for key in hashes if key in vectors]
            if own:
                found.extend(own)
                rows.append(row)
                starts.append(len(found))
        matrix = np.stack(found) if found else np.empty((0, 0), dtype=np.float32)
        return cls(
            vectors=np.ascontiguousarray(matrix, dtype=np.float32),
            documents=np.array(rows, dtype=np.int64),
            starts=np.array(starts, dtype=np.int64),
        )

    def scope(self, documents: Mask) -> Scope:
        """The documents of a mask, shape (n,), as `near` wants them."""
        if self.index is None:
            return Scope(documents, np.empty(0, dtype=np.bool_))
        return Scope(documents, np.repeat(documents[self.documents], np.diff(self.starts)))

    def near(
        self,
        query: NDArray[np.float32],
        *,
        allowed: Scope,
        readable: Scope,
        found: Rows,
        langs: Codes,
    ) -> Near:
        """The allowed documents nearest to a unit query vector, and those of `found` anyway.

        `langs` has shape (n,), the code of each document's language. Cosines are exact in any
        case; which documents are nearest, and the crowd, are nearly always the true ones where
        an index looks for them.
        """
        if self.index is None:
            cosines = self.cosines(query)
            best = self.best(cosines, len(allowed.documents))
            rows = np.flatnonzero(allowed.documents & ~np.isnan(best))
            rows = np.union1d(found, _nearest_rows(rows, best[rows]))
            crowd = readable.documents & ~np.isnan(best)
            return Near(rows, self.nearest(cosines, rows), crowds_of(best[crowd], langs[crowd]))
        rows, best = self._look_up(query, allowed, self.index, enough=MEANING_CANDIDATES)
        crowds = crowds_of(best, langs[rows])
        if readable is not allowed:
            others, theirs = self._look_up(query, readable, self.index, enough=CROWD)
            crowds = crowds_of(theirs, langs[others])
        rows = np.union1d(found, _nearest_rows(rows, best))
        return Near(rows, self._nearest_of(query, rows), crowds)

    def cosines(self, query: NDArray[np.float32]) -> NDArray[np.float32]:
        """Cosine of every phrasing with a unit query vector, shape (phrasings,)."""
        if not len(self.vectors):
            return np.empty(0, dtype=np.float32)
        # Not `@`: BLAS would wake threads for what one thread reads from memory as fast, and
        # the searches of other readers need the cores.
        return np.asarray(np.vecdot(self.vectors, query), dtype=np.float32)

    def best(self, cosines: NDArray[np.float32], count: int) -> NDArray[np.float32]:
        """Each document's best cosine, shape (count,), NaN where a document has no vector."""
        found = np.full(count, np.nan, dtype=np.float32)
        if len(self.documents):
            found[self.documents] = np.maximum.reduceat(cosines, self.starts[:-1])
        return found

    def nearest(self, cosines: NDArray[np.float32], rows: Rows) -> NDArray[np.float32]:
        """The best `TOP_PHRASINGS` cosines of documents, best first, NaN where there are fewer.

        Returns shape (len(rows), TOP_PHRASINGS).
        """
        known, starts, ends = self._spans(rows)
        result = np.full((len(rows), TOP_PHRASINGS), np.nan, dtype=np.float32)
        result[known] = _largest_of_spans(cosines, starts, ends)
        return result

    def counts(self, rows: Rows) -> Rows:
        """How many wordings of each document have a vector, shape (len(rows),)."""
        known, starts, ends = self._spans(rows)
        result = np.zeros(len(rows), dtype=np.int64)
        result[known] = ends - starts
        return result

    def _look_up(
        self, query: NDArray[np.float32], scope: Scope, index: VectorIndex, *, enough: int
    ) -> tuple[Rows, NDArray[np.float32]]:
        """Nearest documents of a scope, rising, at least `enough` if there are, and their best."""
        mask = scope.phrasings
        kept = int(np.count_nonzero(mask))
        if kept <= max(NARROW_SHARE * len(mask), NEAR_PHRASINGS[0]):
            phrasings = np.flatnonzero(mask)
            return self._documents_of(phrasings, self._cosines_of(query, phrasings))
        wanted = min(enough, int(np.count_nonzero(scope.documents[self.documents])))
        for count in NEAR_PHRASINGS:
            found = index.search(query, count, None if kept == len(mask) else mask)
            rows, best = self._documents_of(*found)
            if len(rows) >= wanted:
                return rows, best
        return self._documents_of(np.flatnonzero(mask), self.cosines(query)[mask])

    def _documents_of(
        self, phrasings: Rows, cosines: NDArray[np.float32]
    ) -> tuple[Rows, NDArray[np.float32]]:
        """The documents of phrasings, rising, and the best cosine of each."""
        places = np.searchsorted(self.starts, phrasings, side="right") - 1
        places, group = np.unique(places, return_inverse=True)
        best = np.full(len(places), -np.inf, dtype=np.float32)
        np.maximum.at(best, group, cosines)
        return self.documents[places], best

    def _nearest_of(self, query: NDArray[np.float32], rows: Rows) -> NDArray[np.float32]:
        """What `nearest` returns, from the vectors of these documents alone."""
        known, starts, ends = self._spans(rows)
        own_ends = np.cumsum(ends - starts)
        own_starts = own_ends - (ends - starts)
        cosines = np.empty(own_ends[-1] if len(own_ends) else 0, dtype=np.float32)
        for at, start, end in zip(own_starts, starts, ends, strict=True):
            cosines[at : at + end - start] = np.vecdot(self.vectors[start:end], query)
        result = np.full((len(rows), TOP_PHRASINGS), np.nan, dtype=np.float32)
        result[known] = _largest_of_spans(cosines, own_starts, own_ends)
        return result

    def _cosines_of(self, query: NDArray[np.float32], phrasings: Rows) -> NDArray[np.float32]:
        cosines = np.empty(len(phrasings), dtype=np.float32)
        for start in range(0, len(phrasings), GATHERED_ROWS):
            block = slice(start, start + GATHERED_ROWS)
            cosines[block] = np.vecdot(self.vectors[phrasings[block]], query)
        return cosines

    def _spans(self, rows: Rows) -> tuple[Mask, Rows, Rows]:
        """Which documents have vectors, shape (len(rows),), and where theirs start and end."""
        if not len(self.documents):
            nowhere = np.empty(0, dtype=np.int64)
            return np.zeros(len(rows), dtype=np.bool_), nowhere, nowhere
        places = np.minimum(np.searchsorted(self.documents, rows), len(self.documents) - 1)
        known = self.documents[places] == rows
        return known, self.starts[places[known]], self.starts[places[known] + 1]

    def save(self, folder: Path, *, exact_phrasings: int = EXACT_PHRASINGS) -> None:
        """Write the arrays into an existing folder, above `exact_phrasings` with an index."""
        np.save(folder / "vectors.npy", self.vectors)
        np.save(folder / "vector_documents.npy", self.documents)
        np.save(folder / "vector_starts.npy", self.starts)
        if len(self.vectors) > exact_phrasings:
            from indexer.vectors import VectorIndex

            built = VectorIndex.build(self.vectors, exact_rows=exact_phrasings)
            built.save(folder / INDEX_FILE)

    @classmethod
    def open(cls, folder: Path) -> PhrasingVectors:
        """Read what `save` wrote; the vectors stay on disk, memory-mapped.

        Raises Unavailable for an index that cannot be read.
        """
        index = None
        if (folder / INDEX_FILE).exists():
            # Only here: faiss takes a tenth of a second and 14 MB that small stores can spare.
            from indexer.vectors import VectorIndex

            index = VectorIndex.open(folder / INDEX_FILE)
        return cls(
            vectors=_mapped(folder / "vectors.npy"),
            documents=_mapped(folder / "vector_documents.npy"),
            starts=_mapped(folder / "vector_starts.npy"),
            index=index,
        )


def _largest_of_spans(
    cosines: NDArray[np.float32], starts: Rows, ends: Rows
) -> NDArray[np.float32]:
    width = max(int((ends - starts).max(initial=0)), TOP_PHRASINGS)
    if not len(starts):
        return np.empty((0, TOP_PHRASINGS), dtype=np.float32)
    grid = starts[:, None] + np.arange(width)
    inside = grid < ends[:, None]
    own = np.where(inside, cosines[np.minimum(grid, len(cosines) - 1)], -np.inf)
    if width > TOP_PHRASINGS:
        own = np.partition(own, width - TOP_PHRASINGS, axis=1)[:, -TOP_PHRASINGS:]
    nearest = np.sort(own, axis=1)[:, ::-1]
    return np.where(np.isfinite(nearest), nearest, np.nan)


def _nearest_rows(rows: Rows, best: NDArray[np.float32]) -> Rows:
    if len(rows) <= MEANING_CANDIDATES:
        return rows
    return rows[np.argpartition(-best, MEANING_CANDIDATES)[:MEANING_CANDIDATES]]


def _mapped(path: Path) -> NDArray[Any]:
    # A plain array over the same mapping: np.memmap runs Python code for every slice.
    return np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))
