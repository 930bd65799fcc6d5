"""Vectors for very many texts, made from a few thousand real ones; none is kept."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from benchmarks.judged_sets import SEED
from indexer.encoder import OnnxEncoder
from search.documents import Document

HELD_OUT = 500
"""Real vectors that are queries and stand for no document."""

WORDING_JITTER = (0.2, 0.9)
"""How far wordings of a document lie from it: cosines of 0.98 to 0.75."""

KEY_SIGNS = 16
"""So many hexadecimal signs of a text hash tell texts apart here."""


def real_vectors(
    texts: Sequence[str], encoder: OnnxEncoder, *, stored: Sequence[Path]
) -> np.ndarray:
    """Unit vectors of public questions: stored ones, else of `texts`; shape (n, dim), mixed."""
    if stored:
        found = np.concatenate([np.load(path).astype(np.float32) for path in stored])
    else:
        found = encoder.encode(texts)
    found = np.unique(found.round(5), axis=0)
    return _unit(found[np.random.default_rng(SEED).permutation(len(found))])


class JitteredVectors:
    """Gives the texts of each document real vectors moved along differences of real ones.

    Documents go through `noted` on their way into an index; then `stored` and `blocks` give the
    vector of each text, the same one every time. `queries` has shape (HELD_OUT, dim).
    """

    def __init__(self, real: np.ndarray) -> None:
        self.queries, self._real = real[:HELD_OUT], real[HELD_OUT:]
        self._keys, self._documents = array("Q"), array("L")
        self._order: np.ndarray | None = None

    def noted(self, documents: Iterable[Document]) -> Iterator[Document]:
        """The same documents, their texts remembered as eight bytes each."""
        for number, document in enumerate(documents):
            for key in (*document.phrasing_hashes, *document.passage_hashes):
                self._keys.append(int(key[:KEY_SIGNS], 16))
                self._documents.append(number)
            yield document

    def stored(self, hashes: Sequence[str]) -> Mapping[str, np.ndarray]:
        """The vectors of text hashes (see `search.meaning.writing.VectorSource`)."""
        if self._order is None:
            self._order = np.argsort(np.frombuffer(self._keys, dtype=np.uint64), kind="stable")
        keys = np.frombuffer(self._keys, dtype=np.uint64)
        wanted = np.array([int(key[:KEY_SIGNS], 16) for key in hashes], dtype=np.uint64)
        places = np.searchsorted(keys, wanted, sorter=self._order)
        documents = np.frombuffer(self._documents, dtype=np.uint64)[self._order[places]]
        return dict(zip(hashes, self._made(wanted, documents.astype(np.int64)), strict=True))

    def _made(self, keys: np.ndarray, documents: np.ndarray) -> np.ndarray:
        count = len(self._real)
        first = (keys % np.uint64(count)).astype(np.int64)
        second = (keys // np.uint64(count) % np.uint64(count - 1)).astype(np.int64)
        away = _unit(self._real[first] - self._real[(first + second + 1) % count])
        least, most = WORDING_JITTER
        far = least + (most - least) * (keys >> np.uint64(40)) / np.float64(1 << 24)
        return _unit(self._real[documents % count] + far[:, None].astype(np.float32) * away)


def _unit(rows: np.ndarray) -> np.ndarray:
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)
