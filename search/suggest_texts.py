"""The texts of one part of the index that may be suggested, by the beginning of their words."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import OSA

from search.documents import Document
from search.wording.analysis import fold, is_cjk, words_with_places
from search.wording.spelling import most_edits

MAX_CJK_CHARS = 16
"""Characters kept of a CJK run from each place; nobody types more before choosing."""

MAX_FUZZY_BEGINNINGS = 20

_LAST = "\U0010ffff"
"""Sorts after every character, so that [x, x + _LAST) holds all that begins with x."""

Numbers = NDArray[np.int64]
Mask = NDArray[np.bool_]
Key = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Source:
    """A title or a shown wording, with the document that it names."""

    text: str
    row: int
    type: str
    id: int
    url: str
    lang: str

    @property
    def key(self) -> Key:
        """What names the document."""
        return (self.type, self.id)


class SuggestTexts:
    """Titles and shown wordings of documents given in the order of their rows; never changes."""

    def __init__(self, documents: Iterable[tuple[int, Document]]) -> None:
        self.sources: list[Source] = []
        audiences: list[str] = []
        for row, document in documents:
            for text in _shown_texts(document):
                self.sources.append(
                    Source(text, row, document.type, document.id, document.url, document.lang)
                )
                audiences.append(document.audience)
        self._audience_names = sorted(set(audiences))
        numbers = {name: number for number, name in enumerate(self._audience_names)}
        self._audiences = np.array([numbers[name] for name in audiences], dtype=np.int64)
        self._rows = np.array([source.row for source in self.sources], dtype=np.int64)
        self._by_document: dict[Key, list[int]] = {}
        for number, source in enumerate(self.sources):
            self._by_document.setdefault(source.key, []).append(number)
        self._by_word = _Beginnings(
            (word, number)
            for number, source in enumerate(self.sources)
            for word in dict.fromkeys(_findable_words(source.text))
        )
        self._by_text = _Beginnings(
            (text_key(source.text), number) for number, source in enumerate(self.sources)
        )

    @property
    def audiences(self) -> frozenset[str]:
        """Every audience that a text is for."""
        return frozenset(self._audience_names)

    def readable(self, audiences: frozenset[str], alive: Mask | None) -> Mask:
        """Which texts these audiences may read, of the documents whose rows still hold."""
        if not self.sources:
            return np.zeros(0, dtype=np.bool_)
        names = np.array([name in audiences for name in self._audience_names], dtype=np.bool_)
        kept: Mask = names[self._audiences]
        return kept if alive is None else kept & alive[self._rows]

    def beginning_with(self, beginning: str, readable: Mask) -> Mask:
        """Which readable texts begin with all of it."""
        return self._mask(self._by_text.numbers([beginning])) & readable

    def with_words(self, typed: Sequence[Sequence[str]], readable: Mask) -> Mask:
        """Which readable texts have, for each typed word, a word with one of its beginnings."""
        kept = readable
        for beginnings in typed:
            kept = kept & self._mask(self._by_word.numbers(beginnings))
        return kept

    def has_beginning(self, word: str, readable: Mask) -> bool:
        """Whether a word of a readable text begins so."""
        return bool(readable[self._by_word.numbers([word])].any())

    def has_word(self, word: str, readable: Mask) -> bool:
        """Whether this is a whole word of a readable text."""
        return bool(readable[self._by_word.numbers_of(word)].any())

    def near_beginnings(self, word: str, readable: Mask) -> list[str]:
        """Beginnings of readable words that are a typo away, the nearest first.

        A hidden word must not change what is suggested, not even by taking a place in this list.
        """
        near = (each for each in self._by_word.near(word) if self.has_beginning(each, readable))
        return [each for each, _ in zip(near, range(MAX_FUZZY_BEGINNINGS), strict=False)]

    def of_documents(self, keys: Iterable[Key]) -> Mask:
        """Which texts belong to one of these documents."""
        numbers = [number for key in keys for number in self._by_document.get(key, ())]
        return self._mask(np.array(numbers, dtype=np.int64))

    def order_by(self, worth: Mapping[Key, float]) -> Numbers:
        """The numbers of all texts, those of the documents worth most first."""
        worths = np.zeros(len(self.sources))
        for key, value in worth.items():
            worths[self._by_document.get(key, [])] = value
        return np.argsort(-worths, kind="stable").astype(np.int64)

    def _mask(self, numbers: Numbers) -> Mask:
        having = np.zeros(len(self.sources), dtype=np.bool_)
        having[numbers] = True
        return having


class _Beginnings:
    """Sorted keys with their numbers in one array, so that one beginning is one slice."""

    def __init__(self, pairs: Iterable[tuple[str, int]]) -> None:
        numbers: dict[str, list[int]] = {}
        for key, number in pairs:
            numbers.setdefault(key, []).append(number)
        self._keys = sorted(numbers)
        self._ends = [0, *accumulate(len(numbers[key]) for key in self._keys)]
        self._numbers = np.array(
            [number for key in self._keys for number in numbers[key]], dtype=np.int64
        )
        self._beginnings_like = lru_cache(maxsize=256)(self._find_beginnings_like)

    def numbers(self, beginnings: Sequence[str]) -> Numbers:
        """Return the numbers of all keys that begin with one of these."""
        slices = []
        for beginning in beginnings:
            first = bisect_left(self._keys, beginning)
            last = bisect_left(self._keys, beginning + _LAST)
            slices.append(self._numbers[self._ends[first] : self._ends[last]])
        return np.concatenate(slices)

    def numbers_of(self, key: str) -> Numbers:
        """Return the numbers of exactly this key."""
        place = bisect_left(self._keys, key)
        if place == len(self._keys) or self._keys[place] != key:
            return self._numbers[:0]
        return self._numbers[self._ends[place] : self._ends[place + 1]]

    def near(self, word: str) -> list[str]:
        """Return the beginnings of keys that are a typo away, the nearest first.

        The first letter must be right: it nearly always is, and one letter in 30 is looked at.
        """
        edits = most_edits(word)
        if not edits:
            return []
        found = process.extract(
            word,
            self._beginnings_like(word[0], len(word), edits),
            scorer=OSA.distance,
            score_cutoff=edits,
            limit=None,
        )
        return [beginning for beginning, distance, _ in found if distance]

    def _find_beginnings_like(self, letter: str, length: int, edits: int) -> list[str]:
        """Return the distinct beginnings of about this length; typos may have lost letters."""
        first = bisect_left(self._keys, letter)
        last = bisect_left(self._keys, letter + _LAST)
        keys = [key for key in self._keys[first:last] if len(key) >= length - edits]
        cuts = range(length, length + edits + 1)
        return list(dict.fromkeys(key[:cut] for cut in cuts for key in keys))


def _shown_texts(document: Document) -> list[str]:
    shown = (wording.text for wording in document.phrasings if wording.shown)
    return list(dict.fromkeys([document.title, *shown]))


def text_key(text: str) -> str:
    """The form in which texts are compared from their beginning."""
    return fold(" ".join(text.split()))


def _findable_words(text: str) -> Iterator[str]:
    """Yield the words of a text, of a CJK run what follows each of its places."""
    for word in words_with_places(text):
        if is_cjk(word.folded):
            for place in range(len(word.folded)):
                yield word.folded[place : place + MAX_CJK_CHARS]
        else:
            yield word.folded
