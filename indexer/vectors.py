"""Nearest neighbours among unit vectors, exact where that is affordable.

A search is a map stage: build_index once, search_block for each block of rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from kb.errors import InvalidInput

# faiss ships stubs of its C++ constructors, not of the Python ones it puts in their place.
_faiss: Any = faiss

# One exact pass over n rows costs n * n * dim; beyond this size an inverted file of product-
# quantised rows, whose best are looked at exactly again, finds 96 % of the same neighbours seven
# times faster at 142,000 rows (measured: docs/adr/0019-topics-from-evened-vectors.md).
EXACT_ROWS = 20_000
CELLS_PER_SQRT_ROW = 2
CELLS_VISITED = 64
# Rows looked at exactly for each one that is asked for.
LOOKED_AT_AGAIN = 4
# One code of 4 bits for so many dimensions.
DIMENSIONS_PER_CODE = 2
TRAINING_ROWS_PER_CELL = 39
TRAINING_ROUNDS = 4
# Bounds the scores held at once to block * (k + 1), and gives the caller regular breaks.
QUERY_BLOCK = 4_096
PAIR_BLOCK = 1_024
# Fewer rows are not worth cells, nor enough to train 16 codes.
MIN_CELLED_ROWS = 1_000


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The nearest rows of each row, nearest first.

    indices: shape (n, k), int64, row numbers, -1 where fewer than k were found.
    cosines: shape (n, k), float32, -1.0 where the index is -1.
    """

    indices: NDArray[np.int64]
    cosines: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class RowIndex:
    """Rows ready to be searched; `rows` is how many there are, `is_exact` whether all are read."""

    index: Any
    rows: int
    is_exact: bool


def nearest_neighbours(
    vectors: NDArray[np.float32], *, k: int, queries: NDArray[np.float32] | None = None
) -> Neighbours:
    """The k nearest rows of `vectors` for each query by cosine.

    vectors: shape (n, dim), float32, unit rows. Without `queries` each row is asked about
    itself and left out of its own answer; k is cut to what exists. Exact up to EXACT_ROWS
    rows and for few queries, by build_index above. Peak memory: one copy of the vectors and
    the answer.
    """
    base = checked_rows(vectors)
    asked = base if queries is None else checked_rows(queries)
    itself = queries is None
    k = max(0, min(k, len(base) - (1 if itself else 0)))
    indices = np.full((len(asked), k), -1, dtype=np.int64)
    cosines = np.full((len(asked), k), -1.0, dtype=np.float32)
    if k == 0 or len(asked) == 0:
        return Neighbours(indices, cosines)
    index = build_index(base, exact=len(base) * len(asked) <= EXACT_ROWS**2)
    for start in range(0, len(asked), QUERY_BLOCK):
        block = slice(start, start + QUERY_BLOCK)
        found = search_block(index, asked[block], k=k, first_row=start if itself else None)
        indices[block], cosines[block] = found.indices, found.cosines
    return Neighbours(indices, cosines)


def build_index(vectors: NDArray[np.float32], *, exact: bool | None = None) -> RowIndex:
    """Rows made searchable; by default exactly up to EXACT_ROWS rows.

    vectors: shape (n, dim), float32, unit rows. Training needs a sample, adding goes row by
    row. An index may be sent to another process (faiss.serialize_index).
    """
    base = checked_rows(vectors)
    rows, dim = base.shape
    if exact or (exact is None and rows <= EXACT_ROWS) or rows < 2 * MIN_CELLED_ROWS:
        flat = _faiss.IndexFlatIP(dim)
        flat.add(base)
        return RowIndex(flat, rows, is_exact=True)
    cells = max(1, int(CELLS_PER_SQRT_ROW * np.sqrt(rows)))
    codes = dim // DIMENSIONS_PER_CODE if dim % DIMENSIONS_PER_CODE == 0 else dim
    factory = f"IVF{cells},PQ{codes}x4fs,RFlat"
    index = _faiss.index_factory(dim, factory, faiss.METRIC_INNER_PRODUCT)
    inverted = _faiss.extract_index_ivf(index)
    inverted.cp.niter = TRAINING_ROUNDS
    inverted.cp.max_points_per_centroid = TRAINING_ROWS_PER_CELL
    inverted.nprobe = min(CELLS_VISITED, cells)
    index.k_factor = LOOKED_AT_AGAIN
    sample = np.linspace(0, rows - 1, min(rows, cells * TRAINING_ROWS_PER_CELL), dtype=np.int64)
    index.train(base[sample])
    index.add(base)
    return RowIndex(index, rows, is_exact=False)


def search_block(
    index: RowIndex, queries: NDArray[np.float32], *, k: int, first_row: int | None = None
) -> Neighbours:
    """The k nearest indexed rows of each query; the answer for one block needs no other.

    So the blocks of a large set can be asked on several machines that hold the index, in any
    order, and their answers put one below the other. first_row: where the queries are
    themselves rows of the index, the number of the first; a row is then left out of its own
    answer. Equal index and queries give equal answers.
    """
    itself = first_row is not None
    cosines, found = index.index.search(queries, k + (1 if itself else 0))
    if first_row is not None:
        rows = np.arange(first_row, first_row + len(found))[:, None]
        found, cosines = _without(rows, found, cosines)
    cosines = np.clip(np.where(found < 0, -1.0, cosines), -1.0, 1.0)
    return Neighbours(found, cosines.astype(np.float32))


def pair_cosines(vectors: NDArray[np.float32], indices: NDArray[np.int64]) -> NDArray[np.float32]:
    """Cosine of each row with the rows that `indices` names, shape (n, k); -1.0 for a -1."""
    cosines = np.full(indices.shape, -1.0, dtype=np.float32)
    for start in range(0, len(indices), PAIR_BLOCK):
        block = slice(start, start + PAIR_BLOCK)
        cosines[block] = np.einsum("ijd,id->ij", vectors[indices[block]], vectors[block])
    cosines[indices < 0] = -1.0
    return cosines


def checked_rows(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """The same vectors in one piece; raises InvalidInput where they are no rows of numbers."""
    if vectors.ndim != 2:
        raise InvalidInput(f"vectors have {vectors.ndim} axes, expected 2 (rows, dim)")
    if not np.isfinite(vectors).all():
        raise InvalidInput("vectors hold values that are not finite")
    return np.ascontiguousarray(vectors, dtype=np.float32)


def _without(
    rows: NDArray[np.int64], found: NDArray[np.int64], cosines: NDArray[np.float32]
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Drop each row from its own answer; where it is missing, drop the farthest instead."""
    drop = found == rows
    drop[~drop.any(axis=1), -1] = True
    shape = (len(found), found.shape[1] - 1)
    return found[~drop].reshape(shape), cosines[~drop].reshape(shape)
