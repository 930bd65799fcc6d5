"""What the keyword index says of the documents that it found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

EXACT_BONUS = 2.0
"""Above the largest score of anything inexact, so that exact things come first."""


@dataclass(frozen=True, slots=True)
class LexicalMatch:
    """How well one document fits the words of a query.

    `row` is the document's number in this index. `bm25` is BM25F over title, phrasings, answer
    and labels, above 0 where any term was found; `bm25_share` is its part of the most that the
    query's terms could reach, 0 to 1, and so comparable between queries. `title`, `phrasings`
    and `answer` are BM25 of that field alone. `term_share` is the share of the query's terms
    that the document has, weighted by rarity; `ngram` the character n-gram cosine to its best
    wording; both 0 to 1. `exact_code` tells how surely a code of the query names it, 0 to 1: 0
    for a code that many documents have. `phrase` says that the query's quoted phrases stand in it.
    """

    row: int
    bm25: float
    bm25_share: float
    title: float
    phrasings: float
    answer: float
    term_share: float
    ngram: float
    exact_title: bool
    exact_code: float
    phrase: bool


@dataclass(frozen=True, slots=True)
class LexicalMatches:
    """The same of many documents: `rows` (n,) and `table` (n, columns), best first.

    The columns are the fields of `LexicalMatch` named in `MATCH_COLUMNS`.
    """

    rows: NDArray[np.intp]
    table: NDArray[np.float64]


MATCH_COLUMNS = (
    "bm25",
    "bm25_share",
    "title",
    "phrasings",
    "answer",
    "term_share",
    "ngram",
    "exact_title",
    "exact_code",
)

NONE_FOUND = LexicalMatches(np.empty(0, dtype=np.intp), np.empty((0, len(MATCH_COLUMNS))))


def lexical_score(match: LexicalMatch) -> float:
    """Return the rank value of a match by words alone, 0 to 4; exact things are above 2."""
    exact = max(float(match.exact_title), match.exact_code)
    return match.bm25_share + match.ngram + EXACT_BONUS * exact


def match_of(row: int, values: Sequence[float], *, phrase: bool) -> LexicalMatch:
    """One row of a table of matches as a match of its own."""
    bm25, share, title, phrasings, answer, term_share, ngram, exact_title, exact_code = values
    return LexicalMatch(
        row=row,
        bm25=bm25,
        bm25_share=share,
        title=title,
        phrasings=phrasings,
        answer=answer,
        term_share=term_share,
        ngram=ngram,
        exact_title=exact_title > 0,
        exact_code=exact_code,
        phrase=phrase,
    )
