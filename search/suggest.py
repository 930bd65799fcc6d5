"""Suggestions while somebody types: titles and shown wordings, by word beginnings and typos."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import Self

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import OSA

from search.analysis import fold, is_cjk, words_with_places
from search.documents import Document
from search.marks import merged_marks
from search.query import clean
from search.spelling import most_edits

MIN_CHARS = 2
MIN_CJK_CHARS = 1

MAX_SUGGESTIONS = 8
MAX_PREFIX_WORDS = 12
MAX_CJK_CHARS = 16
"""Characters kept of a CJK run from each place; nobody types more before choosing."""

MAX_FUZZY_BEGINNINGS = 20

_LAST = "\U0010ffff"
"""Sorts after every character, so that [x, x + _LAST) holds all that begins with x."""

Numbers = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One text to offer, its document, and the (start, end) ranges that fit what was typed."""

    text: str
    type: str
    id: int
    url: str
    marks: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class _Source:
    text: str
    document: int
    type: str
    id: int
    url: str


class Suggester:
    """Every text that may be suggested, found by the beginning of any of its words.

    Texts keep the order of the documents given: where two fit equally well, the earlier one
    comes first.
    """

    def __init__(self, documents: Iterable[Document]) -> None:
        self._sources: list[_Source] = []
        audiences: list[str] = []
        for number, document in enumerate(documents):
            for text in _shown_texts(document):
                self._sources.append(
                    _Source(text, number, document.type, document.id, document.url)
                )
                audiences.append(document.audience)
        self._audience_names = sorted(set(audiences))
        self._audiences = np.array(
            [self._audience_names.index(name) for name in audiences], dtype=np.int64
        )
        self._by_word = _Beginnings(
            (word, number)
            for number, source in enumerate(self._sources)
            for word in dict.fromkeys(_findable_words(source.text))
        )
        self._by_text = _Beginnings(
            (_text_key(source.text), number) for number, source in enumerate(self._sources)
        )

    @classmethod
    def build(cls, documents: Iterable[Document]) -> Self:
        """Return a suggester over the titles and shown wordings of the documents."""
        return cls(documents)

    def suggest(
        self, prefix: str, *, audiences: frozenset[str], limit: int = MAX_SUGGESTIONS
    ) -> list[Suggestion]:
        """Return texts that fit what was typed so far, at most one for each document.

        Every typed word must begin a word of the text. Texts that begin with all of it come
        first, then the rest in their order; texts that fit but for a typo fill up. Only
        documents of these audiences are looked at.
        """
        words = _typed_words(clean(prefix))
        limit = min(limit, MAX_SUGGESTIONS)
        if not words or limit <= 0:
            return []
        readable = self._readable(audiences)
        typed = [[word] for word in words]
        found = self._texts_with(typed, readable)
        beginning = self._by_text.numbers([_text_key(clean(prefix))])
        beginning = np.sort(beginning[readable[beginning]])
        chosen = self._chosen([beginning, found], limit)
        if len(chosen) < limit:
            typed = self._with_typos(words, readable)
            if any(len(beginnings) > 1 for beginnings in typed):
                chosen = self._chosen([beginning, found, self._texts_with(typed, readable)], limit)
        return [self._suggestion(number, typed) for number in chosen]

    def _with_typos(self, words: Sequence[str], readable: Mask) -> list[list[str]]:
        """Return each word, and what it may have been meant to be where it begins nothing.

        Nothing that is readable, that is: a hidden word must not change what is suggested.
        """
        return [
            [word]
            if readable[self._by_word.numbers([word])].any()
            else [word, *self._by_word.near(word)]
            for word in words
        ]

    def _readable(self, audiences: frozenset[str]) -> Mask:
        names = np.array([name in audiences for name in self._audience_names], dtype=np.bool_)
        return names[self._audiences] if len(names) else np.zeros(0, dtype=np.bool_)

    def _texts_with(self, typed: Sequence[Sequence[str]], readable: Mask) -> Numbers:
        """Return the readable texts with a word beginning for each typed word, in order."""
        kept = readable
        for beginnings in typed:
            having = np.zeros(len(readable), dtype=np.bool_)
            having[self._by_word.numbers(beginnings)] = True
            kept = kept & having
        return np.flatnonzero(kept)

    def _chosen(self, groups: Sequence[Numbers], limit: int) -> list[int]:
        chosen: dict[int, int] = {}
        for group in groups:
            for number in group:
                chosen.setdefault(self._sources[number].document, int(number))
                if len(chosen) == limit:
                    return list(chosen.values())
        return list(chosen.values())

    def _suggestion(self, number: int, typed: Sequence[Sequence[str]]) -> Suggestion:
        source = self._sources[number]
        marks = (_marks(source.text, [word]) or _marks(source.text, near) for word, *near in typed)
        return Suggestion(
            source.text,
            source.type,
            source.id,
            source.url,
            merged_marks(sorted(mark for each in marks for mark in each)),
        )


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
            limit=MAX_FUZZY_BEGINNINGS,
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


def _text_key(text: str) -> str:
    return fold(" ".join(text.split()))


def _findable_words(text: str) -> Iterator[str]:
    """Yield the words of a text, of a CJK run what follows each of its places."""
    for word in words_with_places(text):
        if is_cjk(word.folded):
            for place in range(len(word.folded)):
                yield word.folded[place : place + MAX_CJK_CHARS]
        else:
            yield word.folded


def _typed_words(prefix: str) -> list[str]:
    words = [
        word.folded[:MAX_CJK_CHARS] if is_cjk(word.folded) else word.folded
        for word in words_with_places(prefix)
    ]
    long_enough = len("".join(words)) >= MIN_CHARS or any(
        is_cjk(word) and len(word) >= MIN_CJK_CHARS for word in words
    )
    return list(dict.fromkeys(words))[:MAX_PREFIX_WORDS] if long_enough else []


def _marks(text: str, beginnings: Sequence[str]) -> list[tuple[int, int]]:
    marks: list[tuple[int, int]] = []
    for word in words_with_places(text):
        fitting = [each for each in beginnings if word.folded.startswith(each)]
        if fitting:
            reached = _reached(text, word.start, word.end, len(max(fitting, key=len)))
            marks.append((word.start, reached))
        elif is_cjk(word.folded) and len(word.folded) == word.end - word.start:
            places = [(word.folded.find(each), len(each)) for each in beginnings]
            found = [(word.start + at, word.start + at + size) for at, size in places if at >= 0]
            marks.extend(sorted(found)[:1])
    return marks


def _reached(text: str, start: int, end: int, folded_chars: int) -> int:
    """Return the end of the shortest piece whose fold has so many characters."""
    for place in range(start + 1, end):
        if len(fold(text[start:place])) >= folded_chars:
            return place
    return end
