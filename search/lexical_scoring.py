"""BM25F over the postings of a query's terms: candidates under a bound of cost, then exactly."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from search.lexical_arrays import LexicalArrays, text_keys
from search.lexical_schema import K1, Field, saturated
from search.lexical_spans import Places, joined, summed
from search.query_terms import QueryTerm

MAX_POSTINGS = 100_000
"""Postings read to find candidates, rarest first: common terms cost most and tell least."""

LEAST_MOST = 1e-9
"""Keeps a query without any term from dividing by nothing."""


@dataclass(frozen=True, slots=True)
class Spans:
    """Postings of the alternatives of some terms, aligned: where they start and end.

    `terms` numbers the query's terms; `rarity` and `worth` are the alternative's.
    """

    starts: Places
    ends: Places
    terms: Places
    rarity: NDArray[np.float64]
    worth: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.starts)

    @property
    def lengths(self) -> Places:
        """How many postings each has."""
        return self.ends - self.starts

    def of(self, at: Places) -> Spans:
        """Those at some places."""
        return Spans(
            self.starts[at], self.ends[at], self.terms[at], self.rarity[at], self.worth[at]
        )

    def pairs(self) -> list[tuple[int, int]]:
        """Start and end of each."""
        return list(zip(self.starts.tolist(), self.ends.tolist(), strict=True))


@dataclass(frozen=True, slots=True)
class AskedTerms:
    """What the terms of one query find.

    `read` are the spans within the bound of cost, and `rows` their documents, one after the
    other; `left` are the others. `most` is the BM25 of a document that has every term without
    end. `codes` is where the postings of each code that was found start and end.
    """

    arrays: LexicalArrays
    read: Spans
    left: Spans
    rows: Places
    most: float
    codes: tuple[tuple[int, int], ...]

    @property
    def is_bounded(self) -> bool:
        """Whether some postings were not read."""
        return len(self.left) > 0

    def shares(self) -> tuple[Places, NDArray[np.float64]]:
        """Return documents with a term that was read, and BM25F as a share of the most possible."""
        pairs, lengths = self.read.pairs(), self.read.lengths
        bm25 = joined(self.arrays.term_weights, pairs) * np.repeat(
            (self.read.rarity * self.read.worth / max(self.most, LEAST_MOST)), lengths
        )
        return summed(self.rows, bm25, len(self.arrays.inverse_lengths))

    def parts(self, rows: Places) -> NDArray[np.float64]:
        """Return BM25F, its share, BM25 of title, phrasings, answer, and the share of terms.

        Shape (len(rows), 6), exactly, from all postings. Of several alternatives of a term
        that a document has, the one that is worth most there counts. `rows` rise.
        """
        at, places, spans = self._found_in(rows)
        rarity, worth = self._rarity_and_worth(spans)
        weights = self.arrays.term_weights[places] * worth
        terms = np.concatenate([self.read.terms, self.left.terms])
        if len(set(terms.tolist())) < len(terms):
            best = _best_of_each(terms[spans] * len(rows) + at, weights)
            at, places = at[best], places[best]
            rarity, worth, weights = rarity[best], worth[best], weights[best]

        def total(values: NDArray[np.float64]) -> NDArray[np.float64]:
            return np.bincount(at, values * rarity, len(rows)).astype(np.float64)

        counts = self.arrays.term_counts[places] * self.arrays.inverse_lengths[rows[at]]
        fields = saturated(counts) * worth[:, None]
        bm25 = total(weights)
        most = max(self.most, LEAST_MOST)
        return np.column_stack(
            [
                bm25,
                bm25 / most,
                *(
                    total(fields[:, place])
                    for place in (Field.TITLE, Field.PHRASINGS, Field.ANSWER)
                ),
                np.minimum(total(worth) * (K1 + 1) / most, 1.0),
            ]
        )

    def _found_in(self, rows: Places) -> tuple[Places, Places, Places]:
        """Return for each posting of these documents: which document, its place, its span."""
        slots = np.zeros(len(self.arrays.inverse_lengths), dtype=np.int32)
        slots[rows] = np.arange(1, len(rows) + 1)
        slot = slots[self.rows]
        found = np.flatnonzero(slot > 0)
        ends = np.cumsum(self.read.lengths)
        span = np.searchsorted(ends, found, side="right")
        at = [slot[found].astype(np.intp) - 1]
        places = [found - (ends - self.read.lengths)[span] + self.read.starts[span]]
        spans = [span]
        for number, (start, end) in enumerate(self.left.pairs(), len(self.read)):
            own = self.arrays.term_rows[start:end]
            place = np.minimum(np.searchsorted(own, rows), len(own) - 1)
            has = np.flatnonzero(own[place] == rows)
            at.append(has)
            places.append(place[has] + start)
            spans.append(np.full(len(has), number, dtype=np.intp))
        return np.concatenate(at), np.concatenate(places), np.concatenate(spans)

    def _rarity_and_worth(self, spans: Places) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        return (
            np.concatenate([self.read.rarity, self.left.rarity])[spans],
            np.concatenate([self.read.worth, self.left.worth])[spans],
        )


def ask_terms(
    arrays: LexicalArrays, terms: Sequence[QueryTerm], *, bounded: bool = True
) -> AskedTerms:
    """Look the terms up and read their postings, rarest first until MAX_POSTINGS if `bounded`.

    The rarest are read in any case.
    """
    spans, most = _spans(arrays, terms)
    order = np.argsort(spans.lengths, kind="stable")
    fits = np.cumsum(spans.lengths[order]) <= (MAX_POSTINGS if bounded else math.inf)
    fits[:1] = True
    read = spans.of(order[fits])
    rows = joined(arrays.term_rows, read.pairs()).astype(np.intp)
    return AskedTerms(
        arrays=arrays,
        read=read,
        left=spans.of(order[~fits]),
        rows=rows,
        most=most,
        codes=tuple(
            span
            for span, term in zip(spans.pairs(), spans.terms.tolist(), strict=True)
            if terms[term].is_code
        ),
    )


def _spans(arrays: LexicalArrays, terms: Sequence[QueryTerm]) -> tuple[Spans, float]:
    """Return the postings of all alternatives that there are, and the most BM25 of the query."""
    named = [(number, *each) for number, term in enumerate(terms) for each in term.weighted]
    keys = text_keys(name for _, name, _ in named)
    places = np.minimum(np.searchsorted(arrays.terms, keys), max(len(arrays.terms) - 1, 0))
    known = arrays.terms[places] == keys if len(arrays.terms) else np.zeros(len(keys), np.bool_)
    starts = np.where(known, arrays.term_starts[places], 0)
    ends = np.where(known, arrays.term_starts[places + known], 0)
    numbers = np.array([number for number, _, _ in named], dtype=np.intp)
    worth = np.array([each for _, _, each in named])
    counts = np.where(known, arrays.term_documents[places], 0) if len(arrays.terms) else ends
    rarity, most = _rarities(terms, numbers, counts, worth, int(arrays.totals[0]))
    at = np.flatnonzero(ends > starts)
    return Spans(starts[at], ends[at], numbers[at], rarity[at], worth[at]), most


def _rarities(
    terms: Sequence[QueryTerm],
    numbers: Places,
    counts: Places,
    worth: NDArray[np.float64],
    total: int,
) -> tuple[NDArray[np.float64], float]:
    """Return each alternative's inverse document frequency times its weight, and the most BM25.

    A term is as rare as its own word; where that stands nowhere, as what counts for it. What
    is not the word itself is no rarer than it is: the usual part of a rare compound is usual.
    """
    own = np.zeros(len(terms), dtype=np.intp)
    np.maximum.at(own, numbers, np.where(worth >= 1.0, counts, 0))
    other = np.zeros(len(terms), dtype=np.intp)
    np.maximum.at(other, numbers, counts)
    found = np.where(own > 0, own, other)
    weights = np.array([term.weight for term in terms])
    rarity = weights * np.log(1 + (total - found + 0.5) / (found + 0.5))
    alone = weights[numbers] * np.log(1 + (total - counts + 0.5) / (counts + 0.5))
    whole = rarity[numbers]
    each = np.where(worth >= 1.0, whole, np.minimum(whole, alone))
    return each, float(rarity.sum()) * (K1 + 1)


def _best_of_each(keys: Places, values: NDArray[np.float64]) -> Places:
    """Return where the greatest value of each key stands."""
    order: Places = np.lexsort((values, keys))
    last: Places = order[np.diff(keys[order], append=-1) != 0]
    return last
