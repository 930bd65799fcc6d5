"""Marks the words that a query asks for in the texts of its hits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from search.lexical.readable import Mark, ReadText
from search.query import ParsedQuery, code_key
from search.wording.analysis import bigrams, is_stop_word, split_words, stem

MIN_COMPOUND_PART = 5
"""Shorter stems stand inside other words by accident."""

MIN_CODE_PART = 3
"""Shorter parts of a code mean nothing alone: the E of E-07."""


@dataclass(frozen=True, slots=True)
class Marker:
    """Finds what one query asks for in texts of one language, by stem, fold and code.

    `lines` are the stems, each between two line ends, `parts` those that may stand inside a
    compound, `codes` the keys of exact codes.
    """

    stems: frozenset[str]
    lines: tuple[str, ...]
    parts: tuple[str, ...]
    codes: frozenset[str]

    @classmethod
    def of(cls, query: ParsedQuery, lang: str) -> Marker:
        """The marker of a query for texts of this language.

        What the query's `terms` hold beside its own words is marked too: synonyms, the parts of
        compounds, and the words that typing errors were taken for.
        """
        return cls(*_wanted(query.words, query.codes, _otherwise(query), lang))

    def marks(self, read: ReadText) -> tuple[Mark, ...]:
        """The (start, end) ranges to emphasise, ascending, apart; a code is one range."""
        words: set[int] = set()
        for line in self.lines:
            if line in read.stems.text:
                words.update(read.stems.same(line))
        for part in self.parts:
            if part in read.folded.text:
                words.update(read.folded.holding(part))
        found = [(read.starts[number], read.ends[number]) for number in words]
        for run, start in read.runs:
            found += [(start + a, start + b) for a, b in _inside_run(run, self.stems)]
        if self.codes and read.codes:
            found += [place for code, place in read.codes if code in self.codes]
        found.sort()
        return merged_marks(found)


def merged_marks(marks: Sequence[Mark]) -> tuple[Mark, ...]:
    """Return the ranges with those joined that overlap or touch; `marks` ascend."""
    merged: list[Mark] = []
    for start, end in marks:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)


def _otherwise(query: ParsedQuery) -> tuple[str, ...]:
    """Return the stems that count for the query's words without being one of them."""
    found = {
        name: None
        for term in query.terms or ()
        if not term.is_code
        for name, worth in term.weighted
        if worth < 1.0
    }
    return tuple(found)


@lru_cache(maxsize=1_000)
def _wanted(
    words: tuple[str, ...], codes: tuple[str, ...], otherwise: tuple[str, ...], lang: str
) -> tuple[frozenset[str], tuple[str, ...], tuple[str, ...], frozenset[str]]:
    """Return what a `Marker` is made of."""
    small = {word for code in codes for word in split_words(code) if len(word) < MIN_CODE_PART}
    folded = [word for word in split_words(" ".join(words)) if word not in small]
    telling = [word for word in folded if not is_stop_word(word, (lang, "en"))]
    telling = telling or ([] if codes else folded)
    stems = frozenset(stem(word, lang) for word in telling)
    parts = tuple(
        sorted(each for each in stems if len(each) >= MIN_COMPOUND_PART and each.isalpha())
    )
    stems |= frozenset(otherwise)
    lines = tuple(f"\n{each}\n" for each in sorted(stems))
    return stems, lines, parts, frozenset(map(code_key, codes))


def _inside_run(run: str, stems: frozenset[str]) -> tuple[Mark, ...]:
    """Where a run of CJK characters holds one of the stems, alone or as a pair."""
    pairs = [
        (at, at + 2) for at, pair in enumerate(bigrams(run)) if pair in stems and len(pair) > 1
    ]
    singles = [(at, at + 1) for at, char in enumerate(run) if char in stems]
    return tuple(sorted(pairs + singles))
