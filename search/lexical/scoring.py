"""BM25F over the postings of a query's terms: candidates under a bound of cost, then exactly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from search.lexical.arrays import LexicalArrays, word_key
from search.lexical.schema import K1, Field, saturated
from search.spans import Places, chained, joined, summed
from search.wording.terms import QueryTerm

MAX_POSTINGS = 100_000
"""Postings read to find candidates, rarest first: common terms cost most and tell least."""

PARTS = 6
"""Columns of `AskedTerms.parts`."""

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
        each = self.read.rarity * self.read.worth / max(self.most, LEAST_MOST)
        bm25 = joined(self.arrays.term_weights, self.read.pairs()) * each.repeat(self.read.lengths)
        return summed(self.rows, bm25, len(self.arrays.inverse_lengths))

    def parts(self, rows: Places) -> NDArray[np.float64]:
        """Return BM25F, its share, BM25 of title, phrasings, answer, and the share of terms.

        Shape (len(rows), 6), exactly, from all postings. Of several alternatives of a term
        that a document has, the one that is worth most there counts. `rows` rise.
        """
        at, places, spans = self._found_in(rows)
        rarity = chained(self.read.rarity, self.left.rarity)[spans]
        worth = chained(self.read.worth, self.left.worth)[spans]
        weights = self.arrays.term_weights[places] * worth
        terms = chained(self.read.terms, self.left.terms)
        if len(set(terms.tolist())) < len(terms):
            best = _best_of_each(terms[spans] * len(rows) + at, weights)
            at, places = at[best], places[best]
            rarity, worth, weights = rarity[best], worth[best], weights[best]

        counts = self.arrays.term_counts.take(places, axis=0)
        lengths = self.arrays.inverse_lengths.take(rows[at], axis=0)
        fields = saturated(counts * lengths) * worth[:, None]
        most = max(self.most, LEAST_MOST)
        table = np.empty((len(rows), PARTS))
        table[:, 0] = np.bincount(at, weights * rarity, len(rows))
        table[:, 1] = table[:, 0] / most
        for column, field in enumerate((Field.TITLE, Field.PHRASINGS, Field.ANSWER), start=2):
            table[:, column] = np.bincount(at, fields[:, field] * rarity, len(rows))
        has = np.bincount(at, worth * rarity, len(rows))
        table[:, 5] = np.minimum(has * (K1 + 1) / most, 1.0)
        return table

    def _found_in(self, rows: Places) -> tuple[Places, Places, Places]:
        """Return for each posting of these documents: which document, its place, its span."""
        slots = np.zeros(len(self.arrays.inverse_lengths), dtype=np.int32)
        slots[rows] = np.arange(1, len(rows) + 1)
        slot = slots.take(self.rows)
        found = (slot > 0).nonzero()[0]
        ends = self.read.lengths.cumsum()
        span = ends.searchsorted(found, side="right")
        at = [slot[found].astype(np.intp) - 1]
        places = [found + (self.read.ends - ends)[span]]
        spans = [span]
        for number, (start, end) in enumerate(self.left.pairs(), len(self.read)):
            own = self.arrays.term_rows[start:end]
            place = own.searchsorted(rows)
            has = (own.take(place, mode="clip") == rows).nonzero()[0]
            at.append(has)
            places.append(place[has] + start)
            spans.append(np.full(len(has), number, dtype=np.intp))
        return chained(*at), chained(*places), chained(*spans)


def ask_terms(
    arrays: LexicalArrays, terms: Sequence[QueryTerm], *, bounded: bool = True
) -> AskedTerms:
    """Look the terms up and read their postings, rarest first until MAX_POSTINGS if `bounded`.

    The rarest are read in any case.
    """
    spans, most = _spans(arrays, terms)
    order = spans.lengths.argsort(kind="stable")
    fitting = len(order)
    if bounded:
        fitting = int(spans.lengths[order].cumsum().searchsorted(MAX_POSTINGS, side="right"))
    read = spans.of(order[: max(fitting, 1)])
    rows = joined(arrays.term_rows, read.pairs()).astype(np.intp)
    return AskedTerms(
        arrays=arrays,
        read=read,
        left=spans.of(order[max(fitting, 1) :]),
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
    numbers = np.array([number for number, _, _ in named], dtype=np.intp)
    worth = np.array([each for _, _, each in named])
    counts = np.zeros(len(named), dtype=np.int64)
    at = places = np.empty(0, dtype=np.intp)
    if len(arrays.terms):
        keys = np.array([word_key(name) for _, name, _ in named], dtype=np.uint64)
        places = arrays.terms.searchsorted(keys)
        at = (arrays.terms.take(places, mode="clip") == keys).nonzero()[0]
        places = places[at]
        counts[at] = arrays.term_documents[places]
    rarity, most = _rarities(terms, numbers, counts, worth, int(arrays.totals[0]))
    starts, ends = arrays.term_starts[places], arrays.term_starts[places + 1]
    return Spans(starts, ends, numbers[at], rarity[at], worth[at]), most


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
    own, other = [0] * len(terms), [0] * len(terms)
    each_of = zip(numbers.tolist(), counts.tolist(), worth.tolist(), strict=True)
    # A loop, because it is over a few words: numpy takes longer to begin.
    for number, count, worth_of in each_of:
        other[number] = max(other[number], count)
        if worth_of >= 1.0:
            own[number] = max(own[number], count)
    found = np.array([itself or near for itself, near in zip(own, other, strict=True)])
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
