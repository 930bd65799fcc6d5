"""Likeness of letters: the cosine of character n-grams, found by the words that have them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from search.lexical.arrays import LexicalArrays
from search.lexical.schema import ngram_weights
from search.spans import Places, greatest, numbered, span_places, summed
from search.wording.analysis import ngrams

MAX_WORDS = 100_000
"""Words looked at for one query, by way of its rarest n-grams: two thirds of a large vocabulary
share some n-gram with any query."""

MAX_PASSAGES = 10_000
MAX_PASSAGES_SHARE = 0.1
"""Wordings looked at to find candidates, or this share of all where that is more: of the words
first that share most with the query."""

MOST_WORDINGS = 4
"""Wordings of one document whose cosine is computed exactly, the likeliest ones."""


@dataclass(frozen=True, slots=True)
class NearWordings:
    """Wordings that share words or parts of words with a query, in no order.

    `most` is what the cosine is at most: an n-gram that stands in two words counts twice, so
    that it may even exceed 1.
    `is_bounded` says that others exist which cost too much to look at.
    """

    passages: Places
    rows: Places
    most: NDArray[np.float64]
    is_bounded: bool


@dataclass(frozen=True, slots=True)
class AskedNgrams:
    """The n-grams of one query that the index knows.

    `numbers` are theirs in the index and `squares` their squared weights; `norm` is the length
    of the query's vector, those that nothing has included: a text about something else stays
    far from everything.
    """

    arrays: LexicalArrays
    numbers: Places
    squares: NDArray[np.float64]
    norm: float

    def near(self, *, bounded: bool = True) -> NearWordings:
        """Find wordings by the words that share most with the query."""
        arrays = self.arrays
        words, shared, cut = self._words(bounded=bounded)
        starts, ends = arrays.word_starts[words], arrays.word_starts[words + 1]
        lengths = ends - starts
        most_passages = max(MAX_PASSAGES, MAX_PASSAGES_SHARE * len(arrays.passage_rows))
        if bounded and int(lengths.sum()) > most_passages:
            order = (-shared).argsort()
            order = order[lengths[order].cumsum() <= most_passages]
            starts, lengths, shared, cut = starts[order], lengths[order], shared[order], True
        # `take` gathers thousands of numbers in half the time that an index in brackets takes.
        found = arrays.word_passages.take(span_places(starts, starts + lengths))
        passages, sums = summed(found, shared.repeat(lengths), len(arrays.passage_rows))
        most = sums * arrays.inverse_norms.take(passages)
        most /= self.norm
        rows = arrays.passage_rows.take(passages).astype(np.intp)
        return NearWordings(passages, rows, most, cut)

    def cosines(self, passages: Places) -> NDArray[np.float64]:
        """Return the exact cosine of each wording, 0 to 1, shape (n,)."""
        arrays = self.arrays
        starts, ends = arrays.passage_starts[passages], arrays.passage_starts[passages + 1]
        words, numbers = numbered(
            arrays.passage_words.take(span_places(starts, ends)).astype(np.intp),
            len(arrays.word_starts) - 1,
        )
        has = self._bits(words).take(numbers, axis=0)
        lengths = ends - starts
        filled = (lengths > 0).nonzero()[0]
        begin = (lengths.cumsum() - lengths)[filled]
        shared = np.zeros(len(passages))
        if len(filled):
            united = np.bitwise_or.reduceat(has, begin, axis=0)
            bits = np.unpackbits(united.view(np.uint8), axis=1, count=len(self.numbers))
            shared[filled] = np.einsum("ij,j->i", bits, self.squares)
        return np.minimum(shared * arrays.inverse_norms[passages] / self.norm, 1.0)

    def _words(self, *, bounded: bool) -> tuple[Places, NDArray[np.float64], bool]:
        """Return words, what each shares with the query, and whether some were left out."""
        arrays = self.arrays
        starts, ends = arrays.ngram_starts[self.numbers], arrays.ngram_starts[self.numbers + 1]
        lengths, squares, cut = ends - starts, self.squares, False
        if bounded and int(lengths.sum()) > MAX_WORDS:
            order = lengths.argsort(kind="stable")
            order = order[lengths[order].cumsum() <= MAX_WORDS]
            starts, ends, lengths = starts[order], ends[order], lengths[order]
            squares, cut = squares[order], True
        words = arrays.ngram_words.take(span_places(starts, ends)).astype(np.intp)
        found, shared = summed(words, squares.repeat(lengths), len(arrays.word_starts) - 1)
        return found, shared, cut

    def _bits(self, words: Places) -> NDArray[np.uint64]:
        """Return which of the asked n-grams each word has, packed, shape (words, ...)."""
        arrays = self.arrays
        starts, ends = arrays.spelling_starts[words], arrays.spelling_starts[words + 1]
        slots = np.zeros(len(arrays.ngrams), dtype=np.int32)
        slots[self.numbers] = np.arange(1, len(self.numbers) + 1)
        slot = slots.take(arrays.spelling_ngrams.take(span_places(starts, ends)))
        owner = np.arange(len(words)).repeat(ends - starts)
        has = np.zeros((len(words), -(-len(self.numbers) // 64) * 64), dtype=np.bool_)
        known = (slot > 0).nonzero()[0]
        has[owner[known], slot[known] - 1] = True
        packed: NDArray[np.uint64] = np.packbits(has, axis=1).view(np.uint64)
        return packed


def ask_ngrams(arrays: LexicalArrays, text: str) -> AskedNgrams | None:
    """Look the n-grams of a text up; None where the index has none of them."""
    asked = np.fromiter(ngrams(text), dtype=np.uint32)
    asked.sort()
    if not len(asked) or not len(arrays.ngrams):
        return None
    places = arrays.ngrams.searchsorted(asked)
    known = arrays.ngrams.take(places, mode="clip") == asked
    if not known.any():
        return None
    counts = np.where(known, arrays.ngram_counts.take(places, mode="clip"), 0)
    squares = ngram_weights(counts, int(arrays.totals[1])) ** 2
    return AskedNgrams(arrays, places[known], squares[known], math.sqrt(squares.sum()))


def best_by_row(near: NearWordings, size: int) -> tuple[Places, NDArray[np.float64]]:
    """Return the documents of near wordings, in no order, and the most that their cosine can be."""
    rows, best = greatest(near.rows, near.most, size)
    return rows, np.minimum(best, 1.0)


def exact_by_row(asked: AskedNgrams, near: NearWordings, rows: Places) -> NDArray[np.float64]:
    """Return the exact cosine of the best wording of each document, shape (len(rows),).

    The likeliest wording is computed, then the others that could be better. Documents of which
    no wording was looked at have their first ones computed.
    """
    slots = np.zeros(len(asked.arrays.row_starts), dtype=np.int32)
    slots[rows] = np.arange(1, len(rows) + 1)
    slot = slots.take(near.rows)
    kept = (slot > 0).nonzero()[0]
    at, passages, most = slot[kept].astype(np.intp) - 1, near.passages[kept], near.most[kept]
    likeliest = np.zeros(len(rows))
    np.maximum.at(likeliest, at, most)
    leading = np.full(len(rows), -1, dtype=np.intp)
    leads = (most == likeliest[at]).nonzero()[0]
    leading[at[leads]] = leads
    looked_at = (leading >= 0).nonzero()[0]
    best = np.zeros(len(rows))
    best[looked_at] = asked.cosines(passages[leading[looked_at]])
    better = (most > best[at]) & (leading[at] != np.arange(len(at)))
    others = _likeliest(at, most, better.nonzero()[0])
    if len(others):
        np.maximum.at(best, at[others], asked.cosines(passages[others]))
    if near.is_bounded and len(looked_at) < len(rows):
        missed = np.flatnonzero(leading < 0)
        starts = asked.arrays.row_starts[rows[missed]]
        ends = np.minimum(asked.arrays.row_starts[rows[missed] + 1], starts + MOST_WORDINGS)
        more = asked.cosines(span_places(starts, ends))
        np.maximum.at(best, np.repeat(missed, ends - starts), more)
    return best


def _likeliest(at: Places, most: NDArray[np.float64], chosen: Places) -> Places:
    """Return those of `chosen` that are among the MOST_WORDINGS likeliest of their document."""
    if len(chosen) <= MOST_WORDINGS:
        return chosen
    chosen = chosen[np.lexsort((-most[chosen], at[chosen]))]
    begins = np.flatnonzero(np.diff(at[chosen], prepend=-1))
    place = np.arange(len(chosen)) - np.repeat(begins, np.diff(begins, append=len(chosen)))
    return chosen[place < MOST_WORDINGS]
