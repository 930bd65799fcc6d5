"""Nearest neighbours among unit vectors, exact where that is affordable."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from kb.errors import InvalidInput

# faiss ships stubs of its C++ constructors, not of the Python ones it puts in their place.
_faiss: Any = faiss

# One exact pass over n rows costs n * n * dim; beyond this size IVF finds 98 % of the same
# neighbours several times faster (measured: docs/adr/0004-grouping.md).
EXACT_ROWS = 20_000
# 4 * sqrt(n) cells with 16 visited: recall 0.985 at 100,000 rows.
CELLS_PER_SQRT_ROW = 4
CELLS_VISITED = 16
TRAINING_ROWS_PER_CELL = 39
TRAINING_ROUNDS = 6
# Bounds the scores held at once to block * (k + 1), and gives the caller regular breaks.
QUERY_BLOCK = 4_096


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The nearest rows of each row, nearest first.

    indices: shape (n, k), int64, row numbers, -1 where fewer than k were found.
    cosines: shape (n, k), float32, -1.0 where the index is -1.
    """

    indices: NDArray[np.int64]
    cosines: NDArray[np.float32]


def nearest_neighbours(
    vectors: NDArray[np.float32], *, k: int, queries: NDArray[np.float32] | None = None
) -> Neighbours:
    """The k nearest rows of `vectors` for each query by cosine.

    vectors: shape (n, dim), float32, unit rows. Without `queries` each row is asked about
    itself and left out of its own answer; k is cut to what exists. Exact up to EXACT_ROWS
    rows, IVF above. Peak memory: one copy of the vectors and the answer.
    """
    base = checked_rows(vectors)
    asked = base if queries is None else checked_rows(queries)
    itself = queries is None
    k = max(0, min(k, len(base) - (1 if itself else 0)))
    indices = np.full((len(asked), k), -1, dtype=np.int64)
    cosines = np.full((len(asked), k), -1.0, dtype=np.float32)
    if k == 0 or len(asked) == 0:
        return Neighbours(indices, cosines)
    index = _built(base, exact_rows=EXACT_ROWS)
    if isinstance(index, faiss.IndexIVF):
        index.nprobe = min(CELLS_VISITED, index.nlist)
    for start in range(0, len(asked), QUERY_BLOCK):
        block = slice(start, start + QUERY_BLOCK)
        found_cosines, found = index.search(asked[block], k + (1 if itself else 0))
        if itself:
            rows = np.arange(start, start + len(found))[:, None]
            found, found_cosines = _without(rows, found, found_cosines)
        indices[block], cosines[block] = found, np.where(found < 0, -1.0, found_cosines)
    return Neighbours(indices, np.clip(cosines, -1.0, 1.0))


def checked_rows(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """The same vectors in one piece; raises InvalidInput where they are no rows of numbers."""
    if vectors.ndim != 2:
        raise InvalidInput(f"vectors have {vectors.ndim} axes, expected 2 (rows, dim)")
    if not np.isfinite(vectors).all():
        raise InvalidInput("vectors hold values that are not finite")
    return np.ascontiguousarray(vectors, dtype=np.float32)


def _built(vectors: NDArray[np.float32], *, exact_rows: int) -> Any:
    rows, dim = vectors.shape
    if rows <= exact_rows:
        flat = _faiss.IndexFlatIP(dim)
        flat.add(vectors)
        return flat
    cells = int(CELLS_PER_SQRT_ROW * np.sqrt(rows))
    index = _faiss.index_factory(dim, f"IVF{cells},Flat", faiss.METRIC_INNER_PRODUCT)
    index.cp.niter = TRAINING_ROUNDS
    index.cp.max_points_per_centroid = TRAINING_ROWS_PER_CELL
    sample = np.linspace(0, rows - 1, min(rows, cells * TRAINING_ROWS_PER_CELL), dtype=np.int64)
    index.train(vectors[sample])
    index.add(vectors)
    return index


def _without(
    rows: NDArray[np.int64], found: NDArray[np.int64], cosines: NDArray[np.float32]
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Drop each row from its own answer; where it is missing, drop the farthest instead."""
    drop = found == rows
    drop[~drop.any(axis=1), -1] = True
    shape = (len(found), found.shape[1] - 1)
    return found[~drop].reshape(shape), cosines[~drop].reshape(shape)
