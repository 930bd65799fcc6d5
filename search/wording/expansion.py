"""What a query asks for in other words: synonyms, compounds, and near words for typos."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from search.lexical.query import MAX_TERMS, AskedWord, asked_words, code_terms, quantity_terms
from search.query import ParsedQuery
from search.wording.analysis import is_cjk, split_words
from search.wording.compounds import LANG as COMPOUNDING
from search.wording.compounds import compounds_with, split_compound
from search.wording.near_words import near_words
from search.wording.synonyms import NO_SYNONYMS, Stems, Synonyms
from search.wording.terms import QueryTerm
from search.wording.vocabulary import TermVocabularies, TermVocabulary

SYNONYM_WORTH = 0.9
"""Slightly below the word itself: who typed the word may have meant just that."""

PART_WORTH = 0.85
COMPOUND_WORTH = 0.7
"""A part of the asked word, and a longer word with the asked one in it."""

MAX_ASKED_WORDS = 25
"""A longer text was pasted: it says its matter in enough words of its own."""

MAX_SLOTS = 3
"""Words of a synonym that are looked for one by one; the others fall together with these."""

RARE_CODE_DOCUMENTS = 3
"""A code in at most so many documents names them: nothing near is wanted beside it."""

MAX_REMEMBERED = 4_096
"""Words whose expansion is kept, a few hundred bytes each."""

Terms = tuple[QueryTerm, ...]


@dataclass(frozen=True, slots=True)
class _Synonymous:
    """What means the same as a stretch of `of` telling words, of which this one is at `place`."""

    place: int
    of: int
    others: tuple[Stems, ...]


class Wording:
    """Makes the terms of queries, for one snapshot of the index; thread-safe.

    A word is known where any part of the snapshot has it, so that a word of the generation is
    no typo in the delta.
    """

    def __init__(
        self,
        vocabularies: Sequence[TermVocabulary],
        *,
        langs: Sequence[str],
        synonyms: Synonyms = NO_SYNONYMS,
    ) -> None:
        self._known = TermVocabularies(tuple(vocabularies))
        self._langs = tuple(langs)
        self._synonyms = synonyms
        self._remembered: dict[tuple[str, ...], Terms] = {}

    def expand(self, query: ParsedQuery, *, lang: str | None) -> ParsedQuery:
        """The query with its `terms`; the query itself where it has them already.

        `lang` is the language of the page, a hint. Numbers, codes, quoted words and words that
        the index knows are never taken for typos, and nothing is beside a code that it knows.
        """
        if query.terms is not None:
            return query
        asked = asked_words(query, lang=lang, langs=self._langs)
        codes = code_terms(query)
        literal = {word for phrase in query.phrases for word in split_words(phrase)}
        if len(asked) > MAX_ASKED_WORDS:
            literal.update(word.folded for word in asked)
        others = self._synonyms_of(query, asked) if self._synonyms else {}
        exact = any(self._is_rare(code) for code in codes)
        terms = [*codes, *quantity_terms(query)]
        for word in asked:
            if word.folded in others:
                terms += _with_synonyms(word, others[word.folded])
            elif word.folded in literal:
                terms.append(word.term)
            else:
                terms += self._otherwise(word, exact=exact)
        return replace(query, terms=tuple(terms[:MAX_TERMS]))

    def _otherwise(self, word: AskedWord, *, exact: bool) -> Terms:
        key = (word.folded, *word.stems, "exact" if exact else "")
        unit = self._remembered.get(key)
        if unit is None:
            unit = self._found_otherwise(word, exact=exact)
            if len(self._remembered) >= MAX_REMEMBERED:
                self._remembered.clear()
            self._remembered[key] = unit
        if word.weight == 1.0:
            return unit
        return tuple(replace(each, weight=each.weight * word.weight) for each in unit)

    def _found_otherwise(self, word: AskedWord, *, exact: bool) -> Terms:
        """The terms of a word that stands once in a query."""
        itself = QueryTerm(word.stems, 1.0)
        if not word.folded.isalpha() or is_cjk(word.folded):
            return (itself,)
        known = self._known
        is_known = any(known.documents(each) for each in word.stems)
        if COMPOUNDING in self._langs:
            parts = split_compound(word.folded, known)
            if parts:
                return _with_parts(itself, parts)
            if is_known:
                longer = compounds_with(word.folded, known)
                return (_with(itself, [(each, COMPOUND_WORTH) for each in longer]),)
        if is_known or exact:
            return (itself,)
        return (_with(itself, near_words(word.stems, known)),)

    def _synonyms_of(
        self, query: ParsedQuery, asked: Sequence[AskedWord]
    ) -> dict[str, _Synonymous]:
        """What means the same as each of the asked words, alone or with its neighbours."""
        telling = {word.folded for word in asked}
        words = split_words(" ".join(query.words))
        found: dict[str, _Synonymous] = {}
        for said in self._synonyms.find(words):
            stretch = [word for word in words[said.start : said.end] if word in telling]
            for place, word in enumerate(stretch):
                found.setdefault(word, _Synonymous(place, len(stretch), said.others))
        return found

    def _is_rare(self, code: QueryTerm) -> bool:
        return 0 < self._known.documents(code.alternatives[0]) <= RARE_CODE_DOCUMENTS


def _with(term: QueryTerm, others: Sequence[tuple[str, float]]) -> QueryTerm:
    """The term with more alternatives, each with its worth; one that it has stays as it is."""
    if not others:
        return term
    worths = dict(term.weighted)
    for name, worth in others:
        worths.setdefault(name, worth)
    return replace(term, alternatives=tuple(worths), worths=tuple(worths.values()))


def _with_parts(itself: QueryTerm, parts: Sequence[str]) -> Terms:
    """A compound as its parts: who has the compound itself has each of them."""
    weight = itself.weight / len(parts) ** 0.5
    return tuple(_with(replace(itself, weight=weight), [(part, PART_WORTH)]) for part in parts)


def _with_synonyms(word: AskedWord, same: _Synonymous) -> Terms:
    """A word with what means the same, as many terms as the longest of that has words."""
    if same.of > 1:
        aligned = [(stems[same.place % len(stems)], SYNONYM_WORTH) for stems in same.others]
        return (_with(word.term, aligned),)
    slots = min(max(len(stems) for stems in same.others), MAX_SLOTS)
    term = replace(word.term, weight=word.weight / slots)
    return tuple(
        _with(term, [(stems[slot % len(stems)], SYNONYM_WORTH) for stems in same.others])
        for slot in range(slots)
    )
