"""Did you mean: unknown words of a query, corrected by what its reader may read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from rapidfuzz import process
from rapidfuzz.distance import OSA

from search.analysis import STEMMERS, Word, fold, is_cjk, is_stop_word, stem, words_with_places
from search.query import ParsedQuery
from search.stopwords import STOP_WORDS

MAX_CORRECTED_CHARS = 200
"""A longer text was pasted, not typed; nobody would read its correction."""

MIN_PART_CHARS = 4
"""Shorter parts of a compound are found in any word."""

LINKING = ("", "s", "es", "n", "en", "e")
"""What German puts between the parts of a compound."""

_CANDIDATES = 12


@dataclass(frozen=True, slots=True)
class _Known:
    text: str
    documents: int


class Vocabulary:
    """The words that the readers of some audiences can see, and in how many documents.

    Made from `LexicalIndex.vocabulary(audiences)`: what is not in there is never suggested.
    """

    def __init__(self, counts: Mapping[str, int], *, langs: Sequence[str]) -> None:
        self._langs = tuple(lang for lang in langs if lang in STEMMERS)
        self._known: dict[str, _Known] = {}
        for text, documents in sorted(counts.items()):
            key = fold(text)
            known = self._known.get(key)
            if known is None or documents > known.documents:
                self._known[key] = _Known(text, documents)
        self._by_length: defaultdict[int, list[str]] = defaultdict(list)
        for key in self._known:
            self._by_length[len(key)].append(key)

    @classmethod
    def merged(cls, counts: Sequence[Mapping[str, int]], *, langs: Sequence[str]) -> Self:
        """Return the vocabulary of several indexes together."""
        total: defaultdict[str, int] = defaultdict(int)
        for each in counts:
            for word, documents in each.items():
                total[word] += documents
        return cls(total, langs=langs)

    def __contains__(self, folded: str) -> bool:
        return folded in self._known

    def correct(self, folded: str) -> str | None:
        """Return the known word that an unknown one was meant to be, None where none is near.

        A form of a known word and a compound of known words need no correction.
        """
        if self._is_fine(folded):
            return None
        near = self._near(folded)
        if any(self._same_stem(folded, each) for each, _ in near):
            return None
        if near:
            best, _ = min(near, key=lambda pair: (pair[1], -self._known[pair[0]].documents))
            return self._known[best].text
        return self._corrected_compound(folded)

    def _is_fine(self, folded: str) -> bool:
        return (
            folded in self._known
            or most_edits(folded) == 0
            or is_stop_word(folded, STOP_WORDS)
            or self._is_compound(folded)
        )

    def _near(self, folded: str) -> list[tuple[str, int]]:
        edits = most_edits(folded)
        words = [
            word
            for length in range(len(folded) - edits, len(folded) + edits + 1)
            for word in self._by_length.get(length, ())
        ]
        found = process.extract(
            folded, words, scorer=OSA.distance, score_cutoff=edits, limit=_CANDIDATES
        )
        return [(word, int(distance)) for word, distance, _ in found]

    def _same_stem(self, one: str, other: str) -> bool:
        return any(stem(one, lang) == stem(other, lang) for lang in self._langs)

    def _is_compound(self, folded: str) -> bool:
        return any(rest in self._known for _, rest in self._heads(folded))

    def _corrected_compound(self, folded: str) -> str | None:
        """Correct the last part of a compound whose first part is known."""
        for head, rest in self._heads(folded):
            near = self._near(rest) if most_edits(rest) else []
            if near:
                best, _ = min(near, key=lambda pair: (pair[1], -self._known[pair[0]].documents))
                return head + self._known[best].text
        return None

    def _heads(self, folded: str) -> list[tuple[str, str]]:
        """Return (known word with linking letters, rest), the longest known word first."""
        if "de" not in self._langs:
            return []
        found = []
        for place in range(len(folded) - MIN_PART_CHARS, MIN_PART_CHARS - 1, -1):
            known = self._known.get(folded[:place])
            for link in LINKING if known else ():
                rest = folded[place:]
                if rest.startswith(link) and len(rest) - len(link) >= MIN_PART_CHARS:
                    found.append(((known.text if known else "") + link, rest[len(link) :]))
        return found


def did_you_mean(query: ParsedQuery, vocabulary: Vocabulary) -> str | None:
    """Return the query with its unknown words corrected, None where there is nothing to say.

    Numbers, codes, quoted phrases, excluded words and filters stay as they are. Ask only where
    the search found no answer: a query that was answered was understood.
    """
    if len(query.text) > MAX_CORRECTED_CHARS:
        return None
    asked = {fold(word) for word in query.words} - _untouchable(query)
    corrected: list[str] = []
    end = 0
    for word in words_with_places(query.text):
        better = vocabulary.correct(word.folded) if word.folded in asked else None
        if better is not None:
            corrected += [query.text[end : word.start], _in_case_of(query.text, word, better)]
            end = word.end
    return "".join([*corrected, query.text[end:]]) if corrected else None


def most_edits(folded: str) -> int:
    """Return how many typos a folded word may have: none in short ones, numbers and CJK."""
    if len(folded) < MIN_PART_CHARS or not folded.isalpha() or is_cjk(folded):
        return 0
    return 1 if len(folded) < 8 else 2


def _untouchable(query: ParsedQuery) -> set[str]:
    texts = (*query.phrases, *query.excluded, *query.codes)
    filters = query.filters
    values = (filters.types, filters.langs, filters.products, filters.categories, filters.tags)
    names = ("product", "tag", "lang", "type", "category") if any(values) else ()
    every = (*texts, *names, *(value for group in values for value in group))
    return {word.folded for text in every for word in words_with_places(text)}


def _in_case_of(text: str, word: Word, better: str) -> str:
    return better.capitalize() if text[word.start].isupper() else better
