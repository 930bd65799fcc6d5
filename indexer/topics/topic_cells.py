"""Vectors kept in cells around the topics' means, where the neighbours of a new one are near."""

from __future__ import annotations

import math
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from indexer.vectors import Neighbours, checked_rows

# faiss ships stubs of its C++ constructors, not of the Python ones it puts in their place.
_faiss: Any = faiss

# Of 142,247 real questions a look at 64 of 1,085 cells finds 98 % of the 26 nearest in half a
# millisecond, at 32 cells 96 % (docs/adr/0020-topics-that-stay.md); below so many it is exact.
CELLS_VISITED = 64
# Where topics are few, rows taken evenly make cells, too, so that none holds thousands.
CELLS_PER_SQRT_ROW = 2


class TopicCells:
    """Vectors by id, two bytes a number, in cells around centres that need no training.

    Vectors come and go one by one; the centres stay as they were made.
    """

    def __init__(self, centres: NDArray[np.float32]) -> None:
        known = checked_rows(centres)
        quantizer = _faiss.IndexFlatIP(known.shape[1])
        quantizer.add(known)
        self._index = _faiss.IndexIVFScalarQuantizer(
            quantizer,
            known.shape[1],
            len(known),
            faiss.ScalarQuantizer.QT_fp16,
            faiss.METRIC_INNER_PRODUCT,
            False,
        )
        quantizer.this.disown()
        self._index.own_fields = True
        # Half precision learns nothing from the rows, but faiss wants to have seen one.
        self._index.train(known)
        self._index.nprobe = min(len(known), CELLS_VISITED)

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def add(self, ids: NDArray[np.int64], vectors: NDArray[np.float32]) -> None:
        """Add vectors, shape (n, dim), unit rows, under ids that are not there yet."""
        if len(ids):
            self._index.add_with_ids(checked_rows(vectors), np.ascontiguousarray(ids, np.int64))

    def remove(self, ids: NDArray[np.int64]) -> None:
        """Take vectors out; ids that are not there are passed over."""
        if len(ids):
            self._index.remove_ids(np.ascontiguousarray(ids, np.int64))

    def nearest(self, vectors: NDArray[np.float32], *, k: int) -> Neighbours:
        """The k nearest ids for each row, nearest first; -1 where fewer were found."""
        k = max(1, min(k, len(self)))
        cosines, ids = self._index.search(checked_rows(vectors), k)
        cosines = np.where(ids < 0, -1.0, np.clip(cosines, -1.0, 1.0)).astype(np.float32)
        return Neighbours(ids, cosines)


def find_centres(
    vectors: NDArray[np.floating], topic_of: NDArray[np.int64], *, none: int
) -> NDArray[np.float32]:
    """Centres for cells: the mean of each topic, and rows taken evenly where these are few.

    vectors: shape (n, dim), unit rows, n > 0; topic_of: shape (n,), `none` where there is no
    topic. Returns shape (cells, dim), float32, unit rows.
    """
    wanted = math.ceil(CELLS_PER_SQRT_ROW * math.sqrt(len(vectors)))
    order = np.argsort(topic_of, kind="stable")
    numbers, starts = np.unique(topic_of[order], return_index=True)
    ends = [*starts[1:].tolist(), len(order)]
    means = [
        vectors[order[start:end]].sum(axis=0, dtype=np.float32)
        for number, start, end in zip(numbers.tolist(), starts.tolist(), ends, strict=True)
        if number != none
    ]
    lacking = max(1, wanted - len(means))
    evenly = np.unique(np.linspace(0, len(vectors) - 1, lacking, dtype=np.int64))
    found = np.concatenate(
        [
            np.array(means, np.float32).reshape(-1, vectors.shape[1]),
            vectors[evenly].astype(np.float32),
        ]
    )
    unit: NDArray[np.float32] = found / np.maximum(
        np.linalg.norm(found, axis=1, keepdims=True), 1e-9
    )
    return unit
