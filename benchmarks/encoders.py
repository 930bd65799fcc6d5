"""Encoders for measuring: one that remembers, one that is spoilt, one without any cost."""

from __future__ import annotations

import math
import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from benchmarks.judged_sets import SEED
from search.meaning.vectors import QueryEncoder


class RememberingEncoder:
    """An encoder that encodes each text once."""

    def __init__(self, encoder: QueryEncoder) -> None:
        self.fingerprint = encoder.fingerprint
        self._encoder = encoder
        self._known: dict[str, NDArray[np.float32]] = {}

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors of texts, shape (n, dim)."""
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        if new:
            self._known.update(zip(new, self._encoder.encode(new), strict=True))
        return np.stack([self._known[text] for text in texts])


class Blurred:
    """An encoder whose vectors are spoilt, as those of a language that it hardly knows.

    Each text gets its own noise, and all share one direction: unrelated texts come nearer.
    """

    def __init__(self, encoder: QueryEncoder, noise: float) -> None:
        self.fingerprint = f"{encoder.fingerprint} blurred {noise}"
        self._encoder = encoder
        self._noise = noise

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors of texts, shape (n, dim)."""
        vectors = self._encoder.encode(texts)
        spoilt = np.stack([self._spoilt(t, v) for t, v in zip(texts, vectors, strict=True)])
        return np.asarray(spoilt / np.linalg.norm(spoilt, axis=1, keepdims=True), np.float32)

    def _spoilt(self, text: str, vector: NDArray[np.float32]) -> NDArray[np.float64]:
        random_of_text = np.random.default_rng(zlib.crc32(text.encode()))
        noise = random_of_text.normal(size=len(vector)) / math.sqrt(len(vector))
        shared = np.full(len(vector), 1.0 / math.sqrt(len(vector)))
        return vector + self._noise * (noise + shared)


class RandomVectors:
    """Gives any text a random unit vector at once: what is measured is all but the encoder."""

    fingerprint = "random-384"

    def __init__(self) -> None:
        self._random = np.random.default_rng(SEED)

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Random unit vectors, shape (n, 384)."""
        vectors = self._random.normal(size=(len(texts), 384)).astype(np.float32)
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))
