"""Turns what was collected by document into arrays by term, by word and by n-gram."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from search.lexical.arrays import LexicalArrays, text_keys
from search.lexical.schema import B, Field, ngram_weights, saturated, weighted
from search.spans import span_places
from search.wording.analysis import ngrams
from search.wording.vocabulary import spelt_terms

CHUNK = 2_000_000
"""Pairs of passage and n-gram, and postings, that are worked on at once: about 50 MB."""


@dataclass(frozen=True, slots=True)
class Collected:
    """What was counted while n documents went by, in their order.

    `posting_*` are aligned, one for each document and term; `lengths` (n, fields); a passage
    has the next `passage_sizes` of `passage_words`; `titles` (n,) are their keys; `counted` (n,)
    says of which documents the statistics are. Numbers of terms and words are their places in
    `terms` and `words`.
    """

    terms: Sequence[str]
    words: Sequence[str]
    posting_terms: NDArray[np.uint32]
    posting_rows: NDArray[np.uint32]
    posting_counts: NDArray[np.uint8]
    lengths: NDArray[np.float32]
    passage_rows: NDArray[np.uint32]
    passage_sizes: NDArray[np.uint32]
    passage_words: NDArray[np.uint32]
    titles: NDArray[np.uint64]
    counted: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class _Spellings:
    """The n-grams of words: hashes rising, and each word's numbers among them."""

    hashes: NDArray[np.uint32]
    starts: NDArray[np.int64]
    numbers: NDArray[np.uint32]


def inverted(found: Collected) -> LexicalArrays:
    """Return the arrays of an index."""
    inverse_lengths = _inverse_lengths(found.lengths, found.counted)
    keys = text_keys(found.terms)
    by_key = np.argsort(keys)
    places = _places_of(by_key)
    term_starts, order = _grouped(places[found.posting_terms], len(keys))
    term_documents = _documents_of_terms(found)
    spelt = spelt_terms(
        (term, count)
        for term, count in zip(found.terms, term_documents.tolist(), strict=True)
        if count
    )
    rows, counts = found.posting_rows[order], found.posting_counts[order]
    del order
    spellings = _spellings(found.words)
    passage_starts = _starts(found.passage_sizes)
    counts_too = found.counted[found.passage_rows]
    ngram_counts, inverse_norms = _ngram_facts(
        spellings, passage_starts, found.passage_words, counts_too
    )
    word_starts, by_word = _grouped(found.passage_words, len(found.words))
    of_passage = np.repeat(
        np.arange(len(found.passage_sizes), dtype=np.uint32), found.passage_sizes
    )
    ngram_starts, by_ngram = _grouped(spellings.numbers, len(spellings.hashes))
    of_word = np.repeat(np.arange(len(found.words), dtype=np.uint32), np.diff(spellings.starts))
    by_title = np.argsort(found.titles, kind="stable")
    documents = np.bincount(found.passage_rows, minlength=len(found.lengths))
    return LexicalArrays(
        counted=found.counted,
        totals=np.array([found.counted.sum(), counts_too.sum()], dtype=np.int64),
        inverse_lengths=inverse_lengths,
        terms=keys[by_key],
        term_documents=term_documents[by_key],
        term_starts=term_starts,
        term_rows=rows,
        term_weights=_term_weights(rows, counts, inverse_lengths),
        term_counts=counts,
        passage_rows=found.passage_rows,
        inverse_norms=inverse_norms,
        row_starts=_starts(documents),
        passage_starts=passage_starts,
        passage_words=found.passage_words,
        word_starts=word_starts,
        word_passages=of_passage[by_word],
        spelling_starts=spellings.starts,
        spelling_ngrams=spellings.numbers,
        ngrams=spellings.hashes,
        ngram_counts=ngram_counts,
        ngram_starts=ngram_starts,
        ngram_words=of_word[by_ngram],
        titles=found.titles[by_title],
        title_rows=by_title.astype(np.uint32),
        spelt=spelt.spelt,
        spelt_documents=spelt.documents,
        spelt_backwards=spelt.backwards,
        spelt_order=spelt.order,
    )


def _inverse_lengths(
    lengths: NDArray[np.float32], counted: NDArray[np.bool_]
) -> NDArray[np.float32]:
    mean = lengths[counted].mean(axis=0) if len(lengths) else np.ones(len(Field))
    relative = lengths / np.maximum(mean, 1e-9)
    return (1.0 / (1.0 - B + B * relative)).astype(np.float32)


def _documents_of_terms(found: Collected) -> NDArray[np.uint32]:
    """Return how many documents that count have each term, in the order of `terms`."""
    documents = np.zeros(len(found.terms), dtype=np.int64)
    for start in range(0, len(found.posting_terms), CHUNK):
        part = slice(start, start + CHUNK)
        terms = found.posting_terms[part][found.counted[found.posting_rows[part]]]
        documents += np.bincount(terms, minlength=len(documents))
    return documents.astype(np.uint32)


def _term_weights(
    rows: NDArray[np.uint32], counts: NDArray[np.uint8], inverse_lengths: NDArray[np.float32]
) -> NDArray[np.float32]:
    weights = np.empty(len(rows), dtype=np.float32)
    for start in range(0, len(rows), CHUNK):
        part = slice(start, start + CHUNK)
        weights[part] = saturated(weighted(counts[part] * inverse_lengths[rows[part]]))
    return weights


def _spellings(words: Sequence[str]) -> _Spellings:
    found = [np.fromiter(ngrams(word), dtype=np.uint32) for word in words]
    flat = np.concatenate(found) if found else np.empty(0, dtype=np.uint32)
    hashes, numbers = np.unique(flat, return_inverse=True)
    sizes = np.fromiter(map(len, found), dtype=np.int64, count=len(found))
    return _Spellings(hashes, _starts(sizes), numbers.astype(np.uint32))


def _ngram_facts(
    spellings: _Spellings,
    passage_starts: NDArray[np.int64],
    passage_words: NDArray[np.uint32],
    counted: NDArray[np.bool_],
) -> tuple[NDArray[np.uint32], NDArray[np.float32]]:
    """Return how many passages have each n-gram, and 1 / vector length of each passage.

    `counted`, shape (p,), says which passages count for the former.
    """
    passages = len(passage_starts) - 1
    counts = np.zeros(len(spellings.hashes), dtype=np.int64)
    for of_passage, numbers in _passage_ngrams(spellings, passage_starts, passage_words):
        counts += np.bincount(numbers[counted[of_passage]], minlength=len(counts))
    squares = ngram_weights(counts, int(counted.sum())) ** 2
    norms = np.zeros(passages)
    for of_passage, numbers in _passage_ngrams(spellings, passage_starts, passage_words):
        if len(of_passage):
            first = int(of_passage[0])
            sums = np.bincount(of_passage - first, squares[numbers])
            norms[first : first + len(sums)] = np.sqrt(sums)
    inverse = np.divide(1.0, norms, out=np.zeros_like(norms), where=norms > 0)
    return counts.astype(np.uint32), inverse.astype(np.float32)


def _passage_ngrams(
    spellings: _Spellings, passage_starts: NDArray[np.int64], passage_words: NDArray[np.uint32]
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Yield passages and their n-grams, each pair once, by passage, some passages at a time."""
    lengths = np.diff(spellings.starts)
    pairs = np.concatenate([[0], np.cumsum(lengths[passage_words])])[passage_starts]
    many = max(len(spellings.hashes), 1)
    start = 0
    while start < len(passage_starts) - 1:
        end = int(np.searchsorted(pairs, pairs[start] + CHUNK, side="right")) - 1
        end = min(max(end, start + 1), len(passage_starts) - 1)
        words = passage_words[passage_starts[start] : passage_starts[end]]
        owners = np.repeat(np.arange(start, end), np.diff(passage_starts[start : end + 1]))
        own = spellings.numbers[span_places(spellings.starts[words], spellings.starts[words + 1])]
        both = np.sort(np.repeat(owners, lengths[words]) * many + own)
        both = both[np.diff(both, prepend=-1) > 0]
        yield both // many, both % many
        start = end


def _grouped(groups: NDArray[np.integer], count: int) -> tuple[NDArray[np.int64], NDArray[np.intp]]:
    """Return where each of `count` groups starts, and the members by group, in their order."""
    return _starts(np.bincount(groups, minlength=count)), np.argsort(groups, kind="stable")


def _places_of(order: NDArray[np.intp]) -> NDArray[np.uint32]:
    places = np.empty(len(order), dtype=np.uint32)
    places[order] = np.arange(len(order), dtype=np.uint32)
    return places


def _starts(sizes: NDArray[np.integer]) -> NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)])
