"""One look at the keyword index: candidates under bounds of cost, then their exact scores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from search.lexical.arrays import LexicalArrays
from search.lexical.codes import exact_codes
from search.lexical.matches import EXACT_BONUS, MATCH_COLUMNS, LexicalMatches
from search.lexical.ngrams import ask_ngrams, best_by_row, exact_by_row
from search.lexical.scoring import PARTS, ask_terms
from search.spans import Places, chained, highest, summed
from search.wording.terms import QueryTerm

MIN_NGRAM_ALONE = 0.08
"""Any two texts share some n-gram; below this cosine a document without a term is not found."""

CHECKED_SHARE = 2
CHECKED_SHARE_LARGE = 4
LARGE_DOCUMENTS = 20_000
"""So many times as many documents as are wanted are computed exactly, more in a large store:
there more of them reach nearly the same under the bounds of cost."""

Rows = frozenset[int]
Found = tuple[Places, NDArray[np.float64]]
"""Different documents, in no order, and what each reaches."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for, and where.

    `allowed`, shape (n,), None for everywhere. The best ones of `among`, likewise, are wanted as
    well, which is the same array where that is no other question. `titled` are the documents
    with just this title.
    """

    terms: Sequence[QueryTerm]
    text: str
    allowed: NDArray[np.bool_] | None
    among: NDArray[np.bool_] | None
    titled: Rows
    limit: int

    @property
    def masks(self) -> tuple[NDArray[np.bool_] | None, ...]:
        """Where to look, each place once."""
        return (self.allowed,) if self.among is self.allowed else (self.allowed, self.among)


def look(arrays: LexicalArrays, wanted: Wanted, *, bounded: bool) -> LexicalMatches | None:
    """Return the best matches, `bounded` by cost; None where the bounds left too few of them.

    Filters have left few documents then, and what was cheap to read was not about them.
    """
    terms = ask_terms(arrays, wanted.terms, bounded=bounded)
    letters = ask_ngrams(arrays, wanted.text)
    near = None if letters is None else letters.near(bounded=bounded)
    codes = exact_codes(arrays, terms.codes)
    size = len(arrays.inverse_lengths)
    ways = [terms.shares(), _titled(wanted.titled), (codes[0], codes[1] * EXACT_BONUS)]
    if near is not None:
        rows, most = best_by_row(near, size)
        enough = most >= MIN_NGRAM_ALONE
        ways.append((rows[enough], most[enough]))
    found = _added(ways, size)
    chosen = [_likeliest(found, mask, checked(size) * wanted.limit) for mask in wanted.masks]
    is_cut = terms.is_bounded or (near is not None and near.is_bounded)
    if bounded and is_cut and wanted.allowed is not None and len(chosen[0]) < wanted.limit:
        return None
    rows = np.sort(chosen[0]) if len(chosen) == 1 else np.unique(np.concatenate(chosen))
    table = np.zeros((len(rows), len(MATCH_COLUMNS)))
    table[:, :PARTS] = terms.parts(rows)
    if letters is not None and near is not None:
        table[:, PARTS] = exact_by_row(letters, near, rows)
    if wanted.titled:
        table[:, PARTS + 1] = np.isin(rows, list(wanted.titled))
    table[:, PARTS + 2] = _values_of(codes, rows)
    bm25, share, ngram = table[:, 0], table[:, 1], table[:, PARTS]
    score = share + np.where((ngram >= MIN_NGRAM_ALONE) | (bm25 > 0), ngram, 0.0)
    score += EXACT_BONUS * np.maximum(table[:, PARTS + 1], table[:, PARTS + 2])
    order = (-score).argsort(kind="stable")
    order = _first_of_each(order[score[order] > 0], rows, wanted)
    return LexicalMatches(rows[order], table[order])


def checked(documents: int) -> int:
    """How many times as many documents as are wanted are computed exactly."""
    return CHECKED_SHARE if documents <= LARGE_DOCUMENTS else CHECKED_SHARE_LARGE


def _titled(rows: Rows) -> Found:
    return np.array([*rows], dtype=np.intp), np.full(len(rows), EXACT_BONUS)


def _likeliest(found: Found, mask: NDArray[np.bool_] | None, count: int) -> Places:
    """Return those of the documents found within a mask that reach most, in no order."""
    rows, reached = found
    if mask is not None:
        kept = mask[rows]
        rows, reached = rows[kept], reached[kept]
    return rows[highest(rows, reached, count)]


def _first_of_each(order: Places, rows: Places, wanted: Wanted) -> Places:
    """Return the places of the best documents of each mask, in their order."""
    if len(wanted.masks) == 1:
        return order[: wanted.limit]
    kept = np.zeros(len(rows), dtype=np.bool_)
    for mask in wanted.masks:
        own = order if mask is None else order[mask[rows[order]]]
        kept[own[: wanted.limit]] = True
    return order[kept[order]]


def _added(ways: Sequence[Found], size: int) -> Found:
    """Return all documents found in one way or another and the sum of what they reach."""
    return summed(chained(*(way[0] for way in ways)), chained(*(way[1] for way in ways)), size)


def _values_of(found: Found, rows: Places) -> NDArray[np.float64]:
    """Return what each of some documents reaches, 0 for one that was not found."""
    values = np.zeros(len(rows))
    if len(found[0]):
        places = np.minimum(np.searchsorted(rows, found[0]), len(rows) - 1)
        there = rows[places] == found[0] if len(rows) else np.zeros(len(found[0]), np.bool_)
        values[places[there]] = found[1][there]
    return values
