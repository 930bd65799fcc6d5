"""Marks the words that a query asks for in the texts of its hits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from search.analysis import (
    bigrams,
    find_words,
    folded_word,
    is_cjk,
    is_stop_word,
    split_words,
    stem,
)
from search.query import ParsedQuery, code_key, codes_with_places

Mark = tuple[int, int]

MIN_COMPOUND_PART = 5
"""Shorter stems stand inside other words by accident."""

MIN_CODE_PART = 3
"""Shorter parts of a code mean nothing alone: the E of E-07."""


@dataclass(frozen=True, slots=True)
class Marker:
    """Finds what one query asks for in texts of one language, by stem, fold and code.

    `parts` are those stems that may stand inside a compound, `codes` the keys of exact codes.
    What a word is worth is remembered, since the hits of a query share most of their words.
    """

    stems: frozenset[str]
    parts: tuple[str, ...]
    codes: frozenset[str]
    lang: str
    _known: dict[str, tuple[Mark, ...]] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(cls, query: ParsedQuery, lang: str) -> Marker:
        """The marker of a query for texts of this language."""
        return cls(*_wanted(query.words, query.codes, lang), lang)

    def marks(self, text: str) -> tuple[Mark, ...]:
        """The (start, end) ranges to emphasise, ascending, apart; a code is one range."""
        if not self.stems and not self.codes:
            return ()
        found: list[Mark] = []
        known = self._known
        for word in find_words(text):
            written = word.group()
            inside = known.get(written)
            if inside is None:
                inside = known[written] = self._inside(written)
            for start, end in inside:
                found.append((word.start() + start, word.start() + end))
        if self.codes:
            found += [place for code, place in codes_with_places(text) if code in self.codes]
            found.sort()
        return merged_marks(found)

    def _inside(self, written: str) -> tuple[Mark, ...]:
        """Where a word is marked, counted from its own beginning."""
        folded = folded_word(written)
        if is_cjk(folded):
            return _inside_run(folded, self.stems) if len(folded) == len(written) else ()
        if stem(folded, self.lang) in self.stems or any(part in folded for part in self.parts):
            return ((0, len(written)),)
        return ()


def merged_marks(marks: Sequence[Mark]) -> tuple[Mark, ...]:
    """Return the ranges with those joined that overlap or touch; `marks` ascend."""
    merged: list[Mark] = []
    for start, end in marks:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)


@lru_cache(maxsize=1_000)
def _wanted(
    words: tuple[str, ...], codes: tuple[str, ...], lang: str
) -> tuple[frozenset[str], tuple[str, ...], frozenset[str]]:
    """Return the stems to mark, those that may stand inside a compound, and the codes' keys."""
    small = {word for code in codes for word in split_words(code) if len(word) < MIN_CODE_PART}
    folded = [word for word in split_words(" ".join(words)) if word not in small]
    telling = [word for word in folded if not is_stop_word(word, (lang, "en"))]
    telling = telling or ([] if codes else folded)
    stems = frozenset(stem(word, lang) for word in telling)
    parts = tuple(
        sorted(each for each in stems if len(each) >= MIN_COMPOUND_PART and each.isalpha())
    )
    return stems, parts, frozenset(map(code_key, codes))


def _inside_run(run: str, stems: frozenset[str]) -> tuple[Mark, ...]:
    """Where a run of CJK characters holds one of the stems, alone or as a pair."""
    pairs = [
        (at, at + 2) for at, pair in enumerate(bigrams(run)) if pair in stems and len(pair) > 1
    ]
    singles = [(at, at + 1) for at, char in enumerate(run) if char in stems]
    return tuple(sorted(pairs + singles))
