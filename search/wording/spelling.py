"""Did you mean: unknown words of a query, corrected by what its reader may read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from search.query import ParsedQuery
from search.wording.analysis import (
    STEMMERS,
    Word,
    bare_spelling,
    fold,
    is_cjk,
    is_stop_word,
    stem,
    words_with_places,
)
from search.wording.compounds import LINKING, MIN_PART_CHARS
from search.wording.stopwords import STOP_WORDS
from search.wording.vocabulary import TermVocabulary, spelt_terms

MAX_CORRECTED_CHARS = 200
"""A longer text was pasted, not typed; nobody would read its correction."""

MIN_FREE_CHARS = 6
"""In shorter words the first letter is right."""

MAX_WORDS = 50_000
"""Of more words the most frequent are known: nobody mistypes the others often."""


@dataclass(frozen=True, slots=True)
class _Known:
    text: str
    documents: int


class ReadableWords:
    """The words of one index that the readers of some audiences can see.

    Made from `LexicalIndex.vocabulary(audiences)`, which says in how many documents each is:
    what is not in there is never suggested.
    """

    def __init__(self, counts: Mapping[str, int]) -> None:
        self.known: dict[str, _Known] = {}
        usual = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:MAX_WORDS]
        for text, documents in usual:
            self.known.setdefault(fold(text), _Known(text, documents))
        self.spelt = TermVocabulary(
            spelt_terms((folded, known.documents) for folded, known in self.known.items())
        )


class Vocabulary:
    """The readable words of all parts of an index, in which unknown words are looked up."""

    def __init__(self, parts: Sequence[ReadableWords], *, langs: Sequence[str]) -> None:
        self._langs = tuple(lang for lang in langs if lang in STEMMERS)
        self._parts = tuple(parts)

    def __contains__(self, folded: str) -> bool:
        return any(folded in part.known for part in self._parts)

    def correct(self, folded: str) -> str | None:
        """Return the known word that an unknown one was meant to be, None where none is near.

        A form of a known word and a compound of known words need no correction.
        """
        if self.is_fine(folded):
            return None
        near = self._near(folded)
        if any(self._same_stem(folded, each) for each, _ in near):
            return None
        return self._best(near) or self._corrected_compound(folded)

    def is_fine(self, folded: str) -> bool:
        """Whether a word needs no correction, whatever is near it."""
        return (
            folded in self
            or most_edits(folded) == 0
            or is_stop_word(folded, STOP_WORDS)
            or self._is_compound(folded)
        )

    def _near(self, folded: str) -> list[tuple[str, int]]:
        edits = most_edits(folded)
        return [
            (word, typos)
            for part in self._parts
            for word, typos, _ in part.spelt.near(folded, edits=edits)
            if may_be_meant(folded, word, typos)
        ]

    def _best(self, near: Sequence[tuple[str, int]]) -> str | None:
        """The most frequent of the nearest words, as it is written."""
        if not near:
            return None
        least = min(typos for _, typos in near)
        meant = {word: self._find(word) for word, typos in near if typos == least}
        known = [each for each in meant.values() if each is not None]
        return min(known, key=lambda each: (-each.documents, each.text)).text

    def _find(self, folded: str) -> _Known | None:
        """A known word as most often written, with the documents of all parts."""
        found = [part.known[folded] for part in self._parts if folded in part.known]
        if not found:
            return None
        usual = max(found, key=lambda each: each.documents)
        return _Known(usual.text, sum(each.documents for each in found))

    def _same_stem(self, one: str, other: str) -> bool:
        return any(stem(one, lang) == stem(other, lang) for lang in self._langs)

    def _is_compound(self, folded: str) -> bool:
        return any(rest in self for _, rest in self._heads(folded))

    def _corrected_compound(self, folded: str) -> str | None:
        """Correct the last part of a compound whose first part is known."""
        for head, rest in self._heads(folded):
            better = self._best(self._near(rest)) if most_edits(rest) else None
            if better is not None:
                return head + better
        return None

    def _heads(self, folded: str) -> list[tuple[str, str]]:
        """Return (known word with linking letters, rest), the longest known word first."""
        if "de" not in self._langs:
            return []
        found = []
        for place in range(len(folded) - MIN_PART_CHARS, MIN_PART_CHARS - 1, -1):
            known = self._find(folded[:place])
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
    words = [word for word in words_with_places(query.text) if not vocabulary.is_fine(word.folded)]
    if not words:
        return None
    asked = {fold(word) for word in query.words} - _untouchable(query)
    corrected: list[str] = []
    end = 0
    for word in words:
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


def may_be_meant(asked: str, known: str, typos: int) -> bool:
    """Whether a known word that is so many typos away may be what was meant.

    The first letter is hardly ever mistyped, and other words of a few letters are near to any.
    """
    sure = typos < 2 and len(asked) >= MIN_FREE_CHARS
    return sure or asked[:1] == known[:1] or bare_spelling(asked) == bare_spelling(known)


def _untouchable(query: ParsedQuery) -> set[str]:
    texts = (*query.phrases, *query.excluded, *query.codes)
    filters = query.filters
    values = (filters.types, filters.langs, filters.products, filters.categories, filters.tags)
    names = ("product", "tag", "lang", "type", "category") if any(values) else ()
    every = (*texts, *names, *(value for group in values for value in group))
    return {word.folded for text in every for word in words_with_places(text)}


def _in_case_of(text: str, word: Word, better: str) -> str:
    return better.capitalize() if text[word.start].isupper() else better
