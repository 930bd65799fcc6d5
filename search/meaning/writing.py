"""Writes the vectors of many texts into a generation, block by block."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from search.meaning.groups import VectorGroups, Vectors
from search.meaning.vectors import DocumentVectors, VectorFiles

if TYPE_CHECKING:
    from indexer.vector_index import VectorIndex

EXACT_VECTORS = 50_000
"""Above it an index of cells beats scanning (docs/adr/0016-a-million-wordings.md)."""

BLOCK_TEXTS = 8_192
"""Vectors held at a time while they are written: 13 MB at 384 numbers each."""

DIGEST_BYTES = 32

VectorSource = Callable[[Sequence[str]], Mapping[str, NDArray[np.float32]]]
"""Gives the stored vectors of text hashes; a hash without one is left out."""


class TextHashes:
    """The text hashes of many documents in order, 32 bytes each."""

    def __init__(self) -> None:
        self._digests = bytearray()
        self._counts = array("q")

    def __len__(self) -> int:
        return len(self._digests) // DIGEST_BYTES

    def add(self, hashes: Sequence[str]) -> None:
        """Append the hashes of the next document, hexadecimal."""
        self._digests += b"".join(map(bytes.fromhex, hashes))
        self._counts.append(len(hashes))

    def blocks(self) -> Iterator[list[list[str]]]:
        """The hashes of each document, of some documents at a time."""
        block: list[list[str]] = []
        held, start = 0, 0
        for count in self._counts:
            block.append([self._key(number) for number in range(start, start + count)])
            start, held = start + count, held + count
            if held >= BLOCK_TEXTS:
                yield block
                block, held = [], 0
        yield block

    def sample(self, count: int) -> Iterator[list[str]]:
        """`count` hashes from all over, of some at a time."""
        numbers = np.linspace(0, len(self) - 1, count).astype(np.int64).tolist()
        for start in range(0, count, BLOCK_TEXTS):
            yield [self._key(number) for number in numbers[start : start + BLOCK_TEXTS]]

    def _key(self, number: int) -> str:
        start = number * DIGEST_BYTES
        return self._digests[start : start + DIGEST_BYTES].hex()


def write_vectors(
    folder: Path,
    files: VectorFiles,
    hashes: TextHashes,
    vectors: VectorSource,
    *,
    exact: int = EXACT_VECTORS,
) -> int:
    """Write the vectors of documents into an existing folder; return how many there are.

    Above `exact` they are written as an index. Holds at most `exact` vectors at a time, or what
    the index learns from and the index itself, a byte for each number.
    """
    index = _index_for(hashes, vectors, exact) if len(hashes) > exact else None
    counts = array("q")
    held: list[Vectors] = []
    for block in hashes.blocks():
        known = vectors([key for own in block for key in own])
        found = [[known[key] for key in own if key in known] for own in block]
        counts.extend(len(own) for own in found)
        matrix = _stacked([vector for own in found for vector in own])
        if index is None:
            held.append(matrix)
        elif len(matrix):
            index.add(matrix)
    groups = VectorGroups.of(counts)
    every = np.empty((0, 0), dtype=np.float32)
    if index is None and len(groups):
        every = np.concatenate([one for one in held if len(one)])
    DocumentVectors(every, groups, index).save(folder, files)
    return len(groups)


def _index_for(hashes: TextHashes, vectors: VectorSource, exact: int) -> VectorIndex | None:
    """An empty index for these texts; None where too few of them have vectors."""
    from indexer.vector_index import VectorIndex, sample_size

    asked = sample_size(len(hashes))
    sample = [vector for keys in hashes.sample(asked) for vector in vectors(keys).values()]
    there = len(hashes) * len(sample) // asked
    return VectorIndex.trained(_stacked(sample), rows=there) if there > exact else None


def _stacked(vectors: Sequence[NDArray[np.float32]]) -> Vectors:
    if not vectors:
        return np.empty((0, 0), dtype=np.float32)
    return np.ascontiguousarray(np.stack(vectors), dtype=np.float32)
