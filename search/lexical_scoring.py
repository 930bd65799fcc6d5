"""The arithmetic of the keyword index: BM25F over postings and cosine over n-grams."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from search.analysis import ngrams
from search.lexical_query import QueryTerm
from search.lexical_schema import PASSAGE, POSTING, Field, ngram_weights

FIELD_WEIGHTS = np.array([1.5, 1.0, 1.0, 1.0], dtype=np.float32)
"""Weight of title, phrasings, answer and labels (tags, product, category) in BM25F."""

K1 = 1.5
B = 0.75
"""Saturation and length normalisation of BM25, as bm25s ships them."""

MAX_POSTINGS = 100_000
"""Postings read for one query and half, rarest first: common terms cost most and tell least."""


@dataclass(frozen=True, slots=True)
class FoundTerms:
    """The postings of a query's terms, one element for each (term, document) found.

    `rows` (k,), `counts` (k, 4) normalised term frequencies, `rarity` (k,) inverse document
    frequency times the term's weight in the query. `most` is the BM25 of a document that has
    every term without end. `code_rows` are the documents of each code that was found.
    """

    size: int
    rows: NDArray[np.intp]
    counts: NDArray[np.float32]
    rarity: NDArray[np.float32]
    most: float
    code_rows: tuple[NDArray[np.intp], ...]

    def share_of_most(self) -> NDArray[np.float64]:
        """Return BM25F of every document as a share of the most possible, shape (n,)."""
        bm25 = _saturated(_weighted(self.counts)) * self.rarity
        return np.bincount(self.rows, bm25, minlength=self.size) / max(self.most, 1e-9)

    def any_term(self) -> NDArray[np.bool_]:
        """Return which documents have at least one term, shape (n,)."""
        found = np.zeros(self.size, dtype=np.bool_)
        found[self.rows] = True
        return found

    def rows_with_code(self, most_documents: int) -> frozenset[int]:
        """Return the documents with a code of the query that at most so many documents have."""
        return frozenset(
            row for rows in self.code_rows if len(rows) <= most_documents for row in rows.tolist()
        )

    def parts(self, rows: NDArray[np.intp]) -> NDArray[np.float64]:
        """Return BM25F, its share, BM25 of title, phrasings, answer, and the share of terms.

        Shape (len(rows), 6).
        """
        places = np.full(self.size, -1, dtype=np.intp)
        places[rows] = np.arange(len(rows))
        at = places[self.rows]
        kept = at >= 0
        at, counts, rarity = at[kept], self.counts[kept], self.rarity[kept]

        def summed(values: NDArray[np.float32]) -> NDArray[np.float64]:
            return np.bincount(at, values * rarity, len(rows)).astype(np.float64)

        bm25 = summed(_saturated(_weighted(counts)))
        fields = (Field.TITLE, Field.PHRASINGS, Field.ANSWER)
        terms = summed(np.ones(len(at), dtype=np.float32)) * (K1 + 1) / max(self.most, 1e-9)
        return np.column_stack(
            [
                bm25,
                bm25 / max(self.most, 1e-9),
                *(summed(_saturated(counts[:, place])) for place in fields),
                np.minimum(terms, 1.0),
            ]
        )


@dataclass(frozen=True, slots=True)
class TermWeights:
    """What BM25 needs of all documents: 1 / normalised length of each field, shape (n, 4)."""

    inverse_lengths: NDArray[np.float32]

    @classmethod
    def from_lengths(cls, stored: bytes) -> TermWeights:
        """Read the array `lengths` of the index file."""
        lengths = np.frombuffer(stored, dtype="<f4").reshape(-1, len(Field))
        mean = lengths.mean(axis=0) if len(lengths) else np.ones(len(Field))
        relative = lengths / np.maximum(mean, 1e-9)
        return cls((1.0 / (1.0 - B + B * relative)).astype(np.float32))

    def find(
        self,
        terms: Sequence[QueryTerm],
        sizes: Mapping[str, int],
        read: Callable[[Iterable[str]], Mapping[str, bytes]],
    ) -> FoundTerms:
        """Read the terms' postings, rarest first until MAX_POSTINGS.

        `sizes` is the length in bytes of each term's postings, where it has any.
        """
        total = len(self.inverse_lengths)
        counted = [
            (max(sizes.get(name, 0) for name in term.alternatives) // POSTING.itemsize, term)
            for term in terms
        ]
        counted.sort(key=lambda pair: pair[0])
        kept: list[tuple[str, float, bool]] = []
        most = 0.0
        budget = MAX_POSTINGS
        for count, term in counted:
            rarity = term.weight * math.log(1 + (total - count + 0.5) / (count + 0.5))
            most += rarity * (K1 + 1)
            if count and (count <= budget or not kept):
                budget -= count
                kept.extend((name, rarity, term.is_code) for name in term.alternatives)
        stored = read([name for name, _, _ in kept])
        return self._found([each for each in kept if each[0] in stored], stored, most)

    def _found(
        self,
        kept: Sequence[tuple[str, float, bool]],
        stored: Mapping[str, bytes],
        most: float,
    ) -> FoundTerms:
        blobs = [stored[name] for name, _, _ in kept]
        postings = np.frombuffer(b"".join(blobs), dtype=POSTING)
        rows = postings["row"].astype(np.intp)
        lengths = [len(blob) // POSTING.itemsize for blob in blobs]
        ends = np.cumsum(lengths).tolist()
        return FoundTerms(
            size=len(self.inverse_lengths),
            rows=rows,
            counts=postings["counts"] * self.inverse_lengths[rows],
            rarity=np.repeat(np.array([each[1] for each in kept], dtype=np.float32), lengths),
            most=most,
            code_rows=tuple(
                rows[end - length : end]
                for (_, _, is_code), length, end in zip(kept, lengths, ends, strict=True)
                if is_code
            ),
        )


@dataclass(frozen=True, slots=True)
class NgramWeights:
    """What the n-gram cosine needs of all passages.

    `ngrams` ascending hashes and `counts` of passages for each, shape (m,). `passage_rows` the
    document and `inverse_norms` 1 / vector length of each passage, shape (p,). `starts` the
    first passage of each document, shape (n,).
    """

    ngrams: NDArray[np.uint32]
    counts: NDArray[np.uint32]
    passage_rows: NDArray[np.uint32]
    inverse_norms: NDArray[np.float32]
    starts: NDArray[np.intp]

    @classmethod
    def from_arrays(cls, stored: Mapping[str, bytes]) -> NgramWeights:
        """Read the arrays of the index file."""
        passage_rows = np.frombuffer(stored["passage_rows"], dtype=PASSAGE)
        return cls(
            ngrams=np.frombuffer(stored["ngrams"], dtype="<u4"),
            counts=np.frombuffer(stored["ngram_counts"], dtype="<u4"),
            passage_rows=passage_rows,
            inverse_norms=np.frombuffer(stored["inverse_norms"], dtype="<f4"),
            starts=np.flatnonzero(np.diff(passage_rows.astype(np.int64), prepend=-1)),
        )

    def similarities(self, text: str, read: Callable[[list[int]], bytes]) -> NDArray[np.float64]:
        """Return the cosine of the text to each document's best wording, shape (n,), 0 to 1.

        N-grams that no wording has count in the text's length, so a text about something else
        stays far from everything.
        """
        asked = np.array(sorted(ngrams(text)), dtype=np.uint32)
        if not len(asked) or not len(self.ngrams):
            return np.zeros(len(self.starts))
        places = np.minimum(np.searchsorted(self.ngrams, asked), len(self.ngrams) - 1)
        known = self.ngrams[places] == asked
        counts = np.where(known, self.counts[places], 0)
        squares = ngram_weights(counts, len(self.passage_rows)) ** 2
        kept = _rarest(counts, MAX_POSTINGS)
        passages = np.frombuffer(read(asked[kept].tolist()), dtype=PASSAGE)
        shared = np.bincount(
            passages, np.repeat(squares[kept], counts[kept]), minlength=len(self.passage_rows)
        )
        cosines = shared * self.inverse_norms / math.sqrt(squares.sum())
        return np.minimum(np.maximum.reduceat(cosines, self.starts), 1.0)


def best_rows(score: NDArray[np.float64], limit: int) -> NDArray[np.intp]:
    """Return the rows of the highest scores above 0, best first, equal ones by row."""
    rows = np.flatnonzero(score > 0)
    if len(rows) > limit:
        bound = np.partition(score[rows], len(rows) - limit)[len(rows) - limit]
        rows = rows[score[rows] >= bound]
    return rows[np.argsort(-score[rows], kind="stable")][:limit]


def _rarest(counts: NDArray[np.integer], budget: int) -> NDArray[np.bool_]:
    """Return which of the counts above 0 fit the budget, the smallest first."""
    order = np.argsort(counts, kind="stable")
    kept = np.zeros(len(counts), dtype=np.bool_)
    kept[order[np.cumsum(counts[order], dtype=np.int64) <= budget]] = True
    return kept & (counts > 0)


def _weighted(counts: NDArray[np.float32]) -> NDArray[np.float32]:
    # Not `@`: BLAS would wake threads for this, and other searches need the cores.
    return np.asarray(np.einsum("ij,j->i", counts, FIELD_WEIGHTS), dtype=np.float32)


def _saturated(frequency: NDArray[np.float32]) -> NDArray[np.float32]:
    return frequency * (K1 + 1) / (frequency + K1)
