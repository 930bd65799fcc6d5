"""A saved index of unit vectors, one byte a number, for stores too large to be scanned."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from indexer.vectors import TRAINING_ROUNDS, TRAINING_ROWS_PER_CELL, checked_rows
from kb.errors import InvalidInput, Unavailable

# faiss ships stubs of its C++ constructors, not of the Python ones it puts in their place.
_faiss: Any = faiss

# Few large cells: 2 * sqrt(n) are trained from a tenth of a million rows, and reading one whole
# cell after the other costs less than choosing among many (docs/adr/0016-a-million-wordings.md).
CELLS_PER_SQRT_ROW = 2
CELLS_VISITED = 128
# With a filter more cells are visited: enough to hold this many allowed rows for each wanted.
ROWS_VISITED_PER_WANTED = 4
# Below this share of allowed rows all cells are visited: the answer is exact, and skipping what
# is not allowed costs less than the rows of a few cells.
NARROW_FILTER_SHARE = 0.05


@dataclass(frozen=True, slots=True)
class AllowedRows:
    """Which of `size` rows may be found: a bit for each in `bits`, `kept` of them set."""

    bits: NDArray[np.uint8]
    kept: int
    size: int

    @classmethod
    def of(cls, mask: NDArray[np.bool_]) -> AllowedRows:
        """The rows of a mask, shape (n,)."""
        return cls(np.packbits(mask, bitorder="little"), int(np.count_nonzero(mask)), len(mask))

    def rows(self) -> NDArray[np.int64]:
        """The numbers of the allowed rows, rising."""
        return np.flatnonzero(np.unpackbits(self.bits, count=self.size, bitorder="little"))


class VectorIndex:
    """Search over unit vectors that were added once; a row number is the id.

    A vector is kept as its cell's centre and one byte for each number of the rest, so that
    cosines are within 0.002 of the true ones.
    """

    def __init__(self, index: Any) -> None:
        self._index = index

    @classmethod
    def trained(cls, sample: NDArray[np.float32], *, rows: int) -> VectorIndex:
        """An empty index made for about `rows` rows like those of the sample.

        sample: shape (n, dim), float32, unit rows, best `sample_size(rows)` of them.
        """
        known = checked_rows(sample)
        cells = max(1, min(_cells(rows), len(known)))
        centres = _faiss.IndexFlatIP(known.shape[1])
        index = _faiss.IndexIVFScalarQuantizer(
            centres,
            known.shape[1],
            cells,
            faiss.ScalarQuantizer.QT_8bit,
            faiss.METRIC_INNER_PRODUCT,
        )
        centres.this.disown()
        index.own_fields = True
        index.cp.niter = TRAINING_ROUNDS
        index.cp.max_points_per_centroid = TRAINING_ROWS_PER_CELL
        # A small store has fewer rows a cell than faiss asks for, which it would say aloud.
        index.cp.min_points_per_centroid = 1
        index.train(known)
        # Where each row is, so that vectors can be read back.
        index.make_direct_map()
        return cls(index)

    @classmethod
    def open(cls, path: Path) -> VectorIndex:
        """The index saved at `path`, memory-mapped so that processes share its pages."""
        try:
            return cls(faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC))
        except RuntimeError as error:
            raise Unavailable(f"{path} is not a readable vector index") from error

    def add(self, vectors: NDArray[np.float32]) -> None:
        """Append rows, shape (n, dim), float32, unit rows."""
        self._index.add(checked_rows(vectors))

    def save(self, path: Path) -> None:
        """Write the index to `path`; not atomic, the caller renames.

        Raises Unavailable where it cannot be written (disk full).
        """
        try:
            faiss.write_index(self._index, str(path))
        except RuntimeError as error:
            raise Unavailable(f"{path} cannot be written: {error}") from error

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def dim(self) -> int:
        """Length of one vector."""
        return int(self._index.d)

    def vectors(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """The vectors of these rows as they are kept, shape (len(rows), dim), float32."""
        if not len(rows):
            return np.empty((0, self.dim), dtype=np.float32)
        with _one_thread():
            found = self._index.reconstruct_batch(np.ascontiguousarray(rows, dtype=np.int64))
        return np.asarray(found, dtype=np.float32)

    def search(
        self, query: NDArray[np.float32], k: int, allowed: AllowedRows | None = None
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Rows and cosines of at most k rows nearest to `query`, best first.

        query: shape (dim,), float32, unit length. What is not `allowed` is taken out before
        the top k is chosen, so a filter never makes an answer shorter than need be.
        """
        if query.shape != (self.dim,):
            raise InvalidInput(f"the query has shape {query.shape}, expected ({self.dim},)")
        if allowed is not None and allowed.size != len(self):
            raise InvalidInput(f"the filter has {allowed.size} rows, expected {len(self)}")
        wanted = min(k, len(self) if allowed is None else allowed.kept)
        if wanted <= 0:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        with _one_thread():
            cosines, rows = self._index.search(
                np.ascontiguousarray(query[None], dtype=np.float32),
                wanted,
                params=self._parameters(allowed, wanted),
            )
        found = rows[0] >= 0
        return rows[0][found].astype(np.int64), np.clip(cosines[0][found], -1.0, 1.0)

    def _parameters(self, allowed: AllowedRows | None, wanted: int) -> Any:
        cells = self._index.nlist
        if allowed is None:
            return _faiss.SearchParametersIVF(nprobe=min(cells, CELLS_VISITED))
        if allowed.kept >= NARROW_FILTER_SHARE * len(self):
            holding = -(-cells * ROWS_VISITED_PER_WANTED * wanted // allowed.kept)
            cells = min(cells, max(CELLS_VISITED, holding))
        selector = _faiss.IDSelectorBitmap(allowed.bits)
        return _faiss.SearchParametersIVF(sel=selector, nprobe=cells)


def sample_size(rows: int) -> int:
    """How many rows of a store of `rows` are worth being learned from."""
    return min(rows, _cells(rows) * TRAINING_ROWS_PER_CELL)


def _cells(rows: int) -> int:
    return max(1, math.ceil(CELLS_PER_SQRT_ROW * math.sqrt(rows)))


@contextmanager
def _one_thread() -> Iterator[None]:
    """Keep faiss from waking threads for one query: the cores belong to other readers."""
    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(before)
