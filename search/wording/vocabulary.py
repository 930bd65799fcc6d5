"""The words among the terms of one index, kept small and found by spelling."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import OSA

from search.lexical.schema import CODE_MARK
from search.wording.analysis import is_cjk

MAX_TERM_BYTES = 40
"""Longer ones are no words; each takes this much memory twice."""

MAX_NEAR = 12

_AFTER_ALL = b"\xff"
_AFTER_CODES = b"0"
"""No word begins before it, and each code does."""


@dataclass(frozen=True, slots=True)
class SpeltTerms:
    """The terms of an index that can be found by their spelling, n of them.

    `spelt` (n,) bytes, rising, and `documents` (n,) of each; `backwards` (n,) the same terms
    read from their ends, rising, and `order` (n,) the place in `spelt` of each of those.
    """

    spelt: NDArray[np.bytes_]
    documents: NDArray[np.uint32]
    backwards: NDArray[np.bytes_]
    order: NDArray[np.uint32]


def is_spelt(term: str) -> bool:
    """Whether a term is a word of letters, or a code, and not too long."""
    if not term.startswith(CODE_MARK) and (not term.isalpha() or is_cjk(term)):
        return False
    return len(term) <= MAX_TERM_BYTES and len(term.encode()) <= MAX_TERM_BYTES


def spelt_terms(counts: Iterable[tuple[str, int]]) -> SpeltTerms:
    """Return those of the terms, each with its number of documents, for which `is_spelt` holds."""
    kept = sorted((term.encode(), documents) for term, documents in counts if is_spelt(term))
    spelt = np.array([term for term, _ in kept], dtype=f"S{MAX_TERM_BYTES}")
    turned = np.array([term[::-1] for term, _ in kept], dtype=spelt.dtype)
    order = np.argsort(turned, kind="stable")
    documents = np.array([documents for _, documents in kept], dtype=np.uint32)
    return SpeltTerms(spelt, documents, turned[order], order.astype(np.uint32))


class TermVocabulary:
    """The terms of letters only, and the codes, with the number of documents of each.

    Never for showing: the words of unshown wordings are among them.
    """

    def __init__(self, terms: SpeltTerms) -> None:
        self._terms = terms.spelt
        self._documents = terms.documents
        self._backwards = terms.backwards
        self._order = terms.order
        self._first_word = int(np.searchsorted(terms.spelt, _AFTER_CODES))

    def __len__(self) -> int:
        return len(self._terms)

    def documents(self, term: str) -> int:
        """In how many documents a term stands, 0 where it is not known."""
        encoded = term.encode()
        place = int(np.searchsorted(self._terms, encoded))
        known = place < len(self._terms) and self._terms[place] == encoded
        return int(self._documents[place]) if known else 0

    def begins_any(self, prefix: str) -> bool:
        """Whether any term begins so."""
        encoded = prefix.encode()
        place = int(np.searchsorted(self._terms, encoded))
        return place < len(self._terms) and bytes(self._terms[place]).startswith(encoded)

    def starting_with(self, prefix: str, *, limit: int) -> list[tuple[str, int]]:
        """Return the terms that begin so, and their documents, the most frequent first."""
        first, last = _range(self._terms, prefix.encode())
        return self._most_frequent(np.arange(first, last), limit)

    def ending_with(self, suffix: str, *, limit: int) -> list[tuple[str, int]]:
        """Return the terms that end so, and their documents, the most frequent first."""
        first, last = _range(self._backwards, suffix.encode()[::-1])
        places = self._order[first:last].astype(np.intp)
        return self._most_frequent(places[places >= self._first_word], limit)

    def near(self, word: str, *, edits: int) -> list[tuple[str, int, int]]:
        """Return terms at most `edits` typos away: (term, typos, documents), nearest first.

        At most MAX_NEAR. A typo is a letter too much, too few, another one, or two swapped.
        """
        encoded = word.encode()
        # One typo changes at most two letters, each of one byte in ASCII and two or three else.
        width = 1 if word.isascii() else 3
        lengths, letters = self._shapes
        fits = np.abs(lengths - len(encoded)) <= edits * width
        fits[: self._first_word] = False
        places = np.flatnonzero(fits)
        apart = np.bitwise_count(letters[places] ^ _letters(np.array([encoded]))[0])
        places = places[apart <= 2 * edits * width]
        words = [bytes(term).decode() for term in self._terms[places].tolist()]
        found = process.extract(
            word, words, scorer=OSA.distance, score_cutoff=edits, limit=MAX_NEAR
        )
        return [(term, int(typos), int(self._documents[places[at]])) for term, typos, at in found]

    def _most_frequent(self, places: NDArray[np.integer], limit: int) -> list[tuple[str, int]]:
        if len(places) > limit:
            counts = self._documents[places]
            places = places[np.argsort(-counts.astype(np.int64), kind="stable")[:limit]]
        pairs = zip(self._terms[places].tolist(), self._documents[places].tolist(), strict=True)
        found = [(term.decode(), documents) for term, documents in pairs]
        return sorted(found, key=lambda pair: (-pair[1], pair[0]))

    @cached_property
    def _shapes(self) -> tuple[NDArray[np.int16], NDArray[np.uint32]]:
        """Bytes of each term, and one bit for each letter in it."""
        return np.char.str_len(self._terms).astype(np.int16), _letters(self._terms)


def _letters(terms: NDArray[np.bytes_]) -> NDArray[np.uint32]:
    """Return one bit for each letter (by its last five bits) in each term."""
    if not len(terms):
        return np.empty(0, dtype=np.uint32)
    found = np.zeros(len(terms), dtype=np.uint32)
    for column in terms.view(np.uint8).reshape(len(terms), -1).T:
        bits = np.left_shift(np.uint32(1), (column & 31).astype(np.uint32))
        found |= np.where(column > 0, bits, np.uint32(0))
    return found


def _range(terms: NDArray[np.bytes_], prefix: bytes) -> tuple[int, int]:
    """Return the first place of the terms that begin with a prefix, and the one after the last."""
    if not prefix or len(prefix) >= MAX_TERM_BYTES:
        return 0, 0
    first, last = np.searchsorted(terms, [prefix, prefix + _AFTER_ALL])
    return int(first), int(last)


@dataclass(frozen=True, slots=True)
class TermVocabularies:
    """Several vocabularies as one: documents are added up."""

    parts: tuple[TermVocabulary, ...]

    def documents(self, term: str) -> int:
        """In how many documents a term stands, 0 where it is not known."""
        return sum(part.documents(term) for part in self.parts)

    def begins_any(self, prefix: str) -> bool:
        """Whether any term begins so."""
        return any(part.begins_any(prefix) for part in self.parts)

    def starting_with(self, prefix: str, *, limit: int) -> list[tuple[str, int]]:
        """Return the terms that begin so, and their documents, the most frequent first."""
        return _added_up(part.starting_with(prefix, limit=limit) for part in self.parts)

    def ending_with(self, suffix: str, *, limit: int) -> list[tuple[str, int]]:
        """Return the terms that end so, and their documents, the most frequent first."""
        return _added_up(part.ending_with(suffix, limit=limit) for part in self.parts)

    def near(self, word: str, *, edits: int) -> list[tuple[str, int, int]]:
        """Return terms at most `edits` typos away: (term, typos, documents), nearest first."""
        found = {
            term: (typos, self.documents(term))
            for part in self.parts
            for term, typos, _ in part.near(word, edits=edits)
        }
        ordered = sorted(found.items(), key=lambda each: (each[1][0], -each[1][1], each[0]))
        return [(term, typos, documents) for term, (typos, documents) in ordered]


def _added_up(found: Iterable[list[tuple[str, int]]]) -> list[tuple[str, int]]:
    total: dict[str, int] = {}
    for term, documents in chain.from_iterable(found):
        total[term] = total.get(term, 0) + documents
    return sorted(total.items(), key=lambda pair: (-pair[1], pair[0]))
