"""The arrays of the keyword index: what each holds, and one file that every process maps."""

from __future__ import annotations

import hashlib
import mmap
from collections.abc import Iterable
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from kb.errors import Unavailable

CACHED_KEYS = 16_384
"""Words of queries whose keys are kept, about 100 bytes each."""

ALIGNMENT = 64
"""Arrays begin at multiples of a cache line."""


@dataclass(frozen=True, slots=True)
class LexicalArrays:
    """n documents, p passages, t terms, w words and g n-grams; nothing here is private memory.

    A passage is one wording or one answer, numbered through all documents: the title, the
    other wordings, the answer. Words stand as they are written, folded; terms are their stems.
    What belongs to x is at `x_starts[x]` to `x_starts[x + 1]` of the flat array.

    Statistics (how many documents or passages have something, how long texts are) are of the
    documents that count: the public ones, all where none is public. What a score is made of
    would else tell anybody which words stand in documents that they may not read.
    """

    counted: NDArray[np.bool_]
    """(n,) which documents count."""
    totals: NDArray[np.int64]
    """(2,) how many documents and how many passages count."""
    inverse_lengths: NDArray[np.float32]
    """(n, fields) 1 / normalised length of each field, of BM25F."""
    terms: NDArray[np.uint64]
    """(t,) `text_key` of each term, rising."""
    term_documents: NDArray[np.uint32]
    """(t,) how many documents that count have it."""
    term_starts: NDArray[np.int64]
    term_rows: NDArray[np.uint32]
    """The documents of each term, rising."""
    term_weights: NDArray[np.float32]
    """The saturated BM25F weight of the term there, its rarity left out."""
    term_counts: NDArray[np.uint8]
    """(, fields) how often it stands in each field, at most 255."""
    passage_rows: NDArray[np.uint32]
    """(p,) the document of each passage."""
    inverse_norms: NDArray[np.float32]
    """(p,) 1 / length of the n-gram vector, 0 for an answer."""
    row_starts: NDArray[np.int64]
    """(n + 1,) the first passage of each document."""
    passage_starts: NDArray[np.int64]
    passage_words: NDArray[np.uint32]
    """The words of each wording, each once; none for an answer."""
    word_starts: NDArray[np.int64]
    word_passages: NDArray[np.uint32]
    """The wordings of each word, rising."""
    spelling_starts: NDArray[np.int64]
    spelling_ngrams: NDArray[np.uint32]
    """The n-grams of each word, as numbers below g."""
    ngrams: NDArray[np.uint32]
    """(g,) hash of each n-gram, rising."""
    ngram_counts: NDArray[np.uint32]
    """(g,) how many passages that count have it."""
    ngram_starts: NDArray[np.int64]
    ngram_words: NDArray[np.uint32]
    """The words of each n-gram, rising."""
    titles: NDArray[np.uint64]
    """(n,) `text_key` of each title, rising."""
    title_rows: NDArray[np.uint32]
    """(n,) the document of each of them."""

    spelt: NDArray[np.bytes_]
    """(s,) terms of documents that count by their spelling, and as `SpeltTerms` has them:"""
    spelt_documents: NDArray[np.uint32]
    spelt_backwards: NDArray[np.bytes_]
    spelt_order: NDArray[np.uint32]

    def save(self, path: Path) -> int:
        """Write all arrays into one new file, each as .npy, and return its length in bytes."""
        with path.open("xb") as file:
            for field in fields(self):
                npy.write_array(file, getattr(self, field.name), allow_pickle=False)
                file.write(b"\0" * (-file.tell() % ALIGNMENT))
            return file.tell()

    @classmethod
    def open(cls, path: Path, *, size: int) -> LexicalArrays:
        """Map what `save` wrote; raises Unavailable where it is missing, cut off or foreign."""
        try:
            with path.open("rb") as file:
                if path.stat().st_size != size:
                    raise Unavailable(f"index file {path} is damaged")
                mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
                return cls(*(_next_array(file, mapped) for _ in fields(cls)))
        except (OSError, ValueError) as error:
            raise Unavailable(f"index file {path} cannot be read: {error}") from error


def text_key(text: str) -> int:
    """Return what stands for a text in a rising array: 64 bits of its hash.

    Two of a million texts share a key with a probability of 1 in 30 million.
    """
    digest = hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).digest()
    return int.from_bytes(digest, "little")


@lru_cache(CACHED_KEYS)
def word_key(word: str) -> int:
    """Return the `text_key` of a word: queries share most of theirs."""
    return text_key(word)


def text_keys(texts: Iterable[str]) -> NDArray[np.uint64]:
    """Return the keys of texts, shape (n,)."""
    return np.fromiter(map(text_key, texts), dtype=np.uint64)


def _next_array(file: Any, mapped: mmap.mmap) -> NDArray[Any]:
    version = npy.read_magic(file)
    if version != (1, 0):
        raise ValueError(f"unknown version {version}")
    shape, _, dtype = npy.read_array_header_1_0(file)
    start = file.tell()
    count = int(np.prod(shape))
    end = start + count * dtype.itemsize
    file.seek(end + -end % ALIGNMENT)
    # A plain array over the mapping: np.memmap runs Python code for every slice.
    found: NDArray[Any] = (
        np.frombuffer(mapped, dtype, count, start) if count else np.empty(0, dtype)
    )
    return found.reshape(shape)
