"""What a parsed query asks of the keyword index: weighted terms and full-text expressions."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from search.lexical.schema import CODE_MARK
from search.query import ParsedQuery, code_key
from search.wording.analysis import split_words, stem
from search.wording.quantities import find_quantities
from search.wording.stopwords import STOP_WORDS
from search.wording.terms import QueryTerm

MAX_TERMS = 128
"""More tell nothing new: a pasted mail says its matter many times over."""

BARE_NUMBER_WORTH = 0.5
"""How much of a number with its unit a document with the number alone has."""


@dataclass(frozen=True, slots=True)
class AskedWord:
    """One telling word of a query: as folded, its stems in the index's languages, its weight.

    The weight grows with the square root of how often the query says it.
    """

    folded: str
    stems: tuple[str, ...]
    weight: float

    @property
    def term(self) -> QueryTerm:
        """The word itself, as a term."""
        return QueryTerm(self.stems, self.weight)


def asked_words(
    query: ParsedQuery, *, lang: str | None, langs: Sequence[str]
) -> tuple[AskedWord, ...]:
    """Return the telling words of a query in order, each once, stemmed in the languages `langs`.

    `lang` is the reader's language, a hint. Stop words of the query's language are left out
    unless there is nothing else.
    """
    words = Counter(split_words(" ".join(query.words)))
    quantities = _quantities(query)
    if quantities:
        words.subtract(word for quantity in quantities for word in split_words(quantity))
        words = +words
    stop_words = _stop_words(language_by_stop_words(words, lang=lang, langs=langs))
    telling = [word for word in words if word not in stop_words] or list(words)
    stemmers = tuple(dict.fromkeys([*([lang] if lang else ()), *langs]))
    counts: dict[tuple[str, ...], tuple[str, int]] = {}
    for word in telling:
        stems = tuple(dict.fromkeys(stem(word, each) for each in stemmers)) or (word,)
        first, count = counts.get(stems, (word, 0))
        counts[stems] = (first, count + words[word])
    return tuple(
        AskedWord(first, stems, math.sqrt(count)) for stems, (first, count) in counts.items()
    )


def language_by_stop_words(words: Iterable[str], *, lang: str | None, langs: Sequence[str]) -> str:
    """Return the one of the languages that has most of the folded words as stop words.

    The reader's language `lang` where none has more, the index's first one without it.
    """
    asked = frozenset(words)
    best, most = lang or (langs[0] if langs else ""), 0
    for each in dict.fromkeys([*([lang] if lang else ()), *langs]):
        count = len(asked & _stop_words(each))
        if count > most:
            best, most = each, count
    return best


def _stop_words(lang: str) -> frozenset[str]:
    return STOP_WORDS.get(lang, frozenset())


def code_terms(query: ParsedQuery) -> list[QueryTerm]:
    """Return the error codes and part numbers of a query as terms, each once."""
    keys = dict.fromkeys(CODE_MARK + code_key(code) for code in query.codes)
    return [QueryTerm((key,), 1.0) for key in keys]


def quantity_terms(query: ParsedQuery) -> list[QueryTerm]:
    """Return the numbers with units of a query as terms; the bare number counts for half."""
    terms: dict[str, QueryTerm] = {}
    for quantity in find_quantities(query.free_text):
        bare = split_words(query.free_text[quantity.start : quantity.end])[0]
        names = (quantity.term, bare) if bare.isdigit() else (quantity.term,)
        terms[quantity.term] = QueryTerm(names, 1.0, (1.0, BARE_NUMBER_WORTH)[: len(names)])
    return list(terms.values())


def _quantities(query: ParsedQuery) -> list[str]:
    text = query.free_text
    return [text[quantity.start : quantity.end] for quantity in find_quantities(text)]


def query_terms(query: ParsedQuery, *, lang: str | None, langs: Sequence[str]) -> list[QueryTerm]:
    """Return the terms of a query in the index's languages `langs`, codes first.

    Each word stands for itself alone; `search.wording.expansion` adds other words for the same.
    """
    words = asked_words(query, lang=lang, langs=langs)
    exact = [*code_terms(query), *quantity_terms(query)]
    return [*exact, *(word.term for word in words)][:MAX_TERMS]


def phrase_expression(phrase: str) -> str:
    """Return the FTS5 expression for a phrase: folded words in quotes, never its syntax.

    Folded words hold letters, digits, + and # only, so no quote can stand among them.
    """
    return '"' + " ".join(split_words(phrase)) + '"'
