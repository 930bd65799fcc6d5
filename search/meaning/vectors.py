"""The vectors of documents: of all their wordings, or of all passages of their answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from search.meaning.groups import Cosines, Rows, Vector, VectorGroups, Vectors
from search.meaning.looking import CellLook, Look, Scan, cosines_of

if TYPE_CHECKING:
    from indexer.vector_index import VectorIndex

TOP_PHRASINGS = 3
"""How many of a document's nearest phrasings vote; more reward entries that have many."""


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
class VectorFiles:
    """The files that vectors of one kind have in a generation."""

    kind: str

    @property
    def vectors(self) -> str:
        """All vectors, float32, where they are few enough to be scanned."""
        return f"{self.kind}s.npy"

    @property
    def index(self) -> str:
        """All vectors in an index, where they are too many."""
        return f"{self.kind}s.faiss"

    @property
    def documents(self) -> str:
        """`VectorGroups.documents`."""
        return f"{self.kind}_documents.npy"

    @property
    def starts(self) -> str:
        """`VectorGroups.starts`."""
        return f"{self.kind}_starts.npy"


PHRASING_FILES = VectorFiles("vector")
PASSAGE_FILES = VectorFiles("passage")


@dataclass(frozen=True, slots=True)
class DocumentVectors:
    """The vectors of n documents, any number of each.

    `vectors` has shape (len(groups), dim), float32, unit rows; or no rows, where `index` holds
    them.
    """

    vectors: Vectors
    groups: VectorGroups
    index: VectorIndex | None = None

    def __len__(self) -> int:
        return len(self.groups)

    @classmethod
    def of(
        cls, hashes: Iterable[Sequence[str]], vectors: Mapping[str, NDArray[np.float32]]
    ) -> DocumentVectors:
        """Gather the vectors of each document's text hashes; one without a vector is left out."""
        found = [[vectors[key] for key in keys if key in vectors] for keys in hashes]
        every = [vector for own in found for vector in own]
        matrix = np.stack(every) if every else np.empty((0, 0), dtype=np.float32)
        return cls(
            vectors=np.ascontiguousarray(matrix, dtype=np.float32),
            groups=VectorGroups.of(len(own) for own in found),
        )

    @classmethod
    def open(cls, folder: Path, files: VectorFiles) -> DocumentVectors:
        """Read what a builder wrote; the vectors stay on disk, memory-mapped.

        Raises Unavailable for an index that cannot be read.
        """
        groups = VectorGroups(_mapped(folder / files.documents), _mapped(folder / files.starts))
        if not (folder / files.index).exists():
            return cls(_mapped(folder / files.vectors), groups)
        # Only here: faiss takes a tenth of a second and 14 MB that small stores can spare.
        from indexer.vector_index import VectorIndex

        index = VectorIndex.open(folder / files.index)
        return cls(np.empty((0, index.dim), dtype=np.float32), groups, index)

    def save(self, folder: Path, files: VectorFiles) -> None:
        """Write everything into an existing folder."""
        np.save(folder / files.documents, self.groups.documents)
        np.save(folder / files.starts, self.groups.starts)
        if self.index is None:
            np.save(folder / files.vectors, self.vectors)
        else:
            self.index.save(folder / files.index)

    def look(self, query: Vector) -> Look:
        """Look for a unit query vector, shape (dim,)."""
        if self.index is not None:
            return CellLook(query, self.index, self.groups)
        return Scan(query, self.vectors, self.groups)

    def counts(self, rows: Rows) -> Rows:
        """How many vectors each document has, shape (len(rows),)."""
        return self.groups.counts(rows)

    def cosines(self, query: Vector) -> Cosines:
        """Cosine of every vector that is no index's with a unit query vector."""
        return cosines_of(self.vectors, query)

    def best(self, cosines: Cosines, count: int) -> Cosines:
        """Each document's best cosine, shape (count,), NaN where a document has no vector."""
        found = np.full(count, np.nan, dtype=np.float32)
        found[self.groups.documents] = self.groups.best(cosines)
        return found


def _mapped(path: Path) -> NDArray[Any]:
    # A plain array over the same mapping: np.memmap runs Python code for every slice.
    return np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))
