"""How near each document's phrasings are to a query in meaning."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from search.documents import Document

TOP_PHRASINGS = 3
"""How many of a document's nearest phrasings vote; more reward entries that have many."""

Vectors = NDArray[np.float32]
Rows = NDArray[np.int64]


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
class PhrasingVectors:
    """The vectors of all phrasings of n documents, grouped by document.

    `vectors` has shape (phrasings, dim), float32, unit rows. `documents` holds the rows of
    the documents that have at least one vector, rising, and the vectors of `documents[i]`
    are `vectors[starts[i]:starts[i + 1]]`.
    """

    vectors: Vectors
    documents: Rows
    starts: Rows

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
        result = np.full((len(rows), TOP_PHRASINGS), np.nan, dtype=np.float32)
        if not len(self.documents) or not len(rows):
            return result
        places = np.minimum(np.searchsorted(self.documents, rows), len(self.documents) - 1)
        known = self.documents[places] == rows
        starts, ends = self.starts[places[known]], self.starts[places[known] + 1]
        width = max(int((ends - starts).max(initial=0)), TOP_PHRASINGS)
        grid = starts[:, None] + np.arange(width)
        inside = grid < ends[:, None]
        own = np.where(inside, cosines[np.minimum(grid, len(cosines) - 1)], -np.inf)
        if width > TOP_PHRASINGS:
            own = np.partition(own, width - TOP_PHRASINGS, axis=1)[:, -TOP_PHRASINGS:]
        nearest = np.sort(own, axis=1)[:, ::-1]
        result[known] = np.where(np.isfinite(nearest), nearest, np.nan)
        return result

    def counts(self, rows: Rows) -> Rows:
        """How many wordings of each document have a vector, shape (len(rows),)."""
        if not len(self.documents):
            return np.zeros(len(rows), dtype=np.int64)
        places = np.minimum(np.searchsorted(self.documents, rows), len(self.documents) - 1)
        known = self.documents[places] == rows
        return np.where(known, self.starts[places + 1] - self.starts[places], 0)

    def save(self, folder: Path) -> None:
        """Write the arrays into an existing folder."""
        np.save(folder / "vectors.npy", self.vectors)
        np.save(folder / "vector_documents.npy", self.documents)
        np.save(folder / "vector_starts.npy", self.starts)

    @classmethod
    def open(cls, folder: Path) -> PhrasingVectors:
        """Read what `save` wrote; the vectors stay on disk, memory-mapped."""
        return cls(
            vectors=_mapped(folder / "vectors.npy"),
            documents=_mapped(folder / "vector_documents.npy"),
            starts=_mapped(folder / "vector_starts.npy"),
        )


def _mapped(path: Path) -> NDArray[Any]:
    # A plain array over the same mapping: np.memmap runs Python code for every slice.
    return np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))
