"""The keyword half of search: BM25 over stems and n-gram similarity, read from one SQLite file."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Self

import numpy as np
import orjson
from numpy.typing import NDArray
from sqlite_utils import Database

from kb.errors import Conflict, Unavailable
from search.documents import Document
from search.lexical_build import title_key, write_index
from search.lexical_documents import DocumentCodes, StoredDocuments
from search.lexical_matches import (
    EXACT_BONUS,
    NONE_FOUND,
    LexicalMatch,
    LexicalMatches,
    match_of,
)
from search.lexical_query import phrase_expression, query_terms
from search.lexical_reader import IndexReader
from search.lexical_scoring import (
    FoundTerms,
    NgramWeights,
    TermWeights,
    best_rows,
)
from search.query import ParsedQuery

MIN_NGRAM_ALONE = 0.08
"""Any two texts share some n-gram; below this cosine a document without a term is not found."""

RARE_CODE_DOCUMENTS = 3
RARE_CODE_SHARE = 0.02
"""A code names a thing where at most this many or this share of the documents have it."""


class LexicalIndex:
    """Documents that can be found by their words, numbered from 0; read-only and thread-safe."""

    def __init__(self, reader: IndexReader) -> None:
        reader.check()
        self._reader = reader
        arrays = dict(reader.rows("SELECT name, data FROM arrays"))
        facts = dict(reader.rows("SELECT name, value FROM facts"))
        self._langs = tuple(facts["langs"].split())
        self._size = int(facts["documents"])
        self._terms = TermWeights.from_lengths(arrays["lengths"])
        self._ngrams = NgramWeights.from_arrays(arrays)
        self._documents = StoredDocuments(reader)

    @classmethod
    def build(cls, path: Path, documents: Iterable[Document]) -> None:
        """Write a complete index file.

        Raises Conflict where something is at `path` already, Unavailable where it cannot be
        written (disk full, no such folder); what is there then is refused by `open`.
        """
        if path.exists():
            raise Conflict(f"{path} exists already")
        try:
            with closing(sqlite3.connect(path)) as connection:
                write_index(Database(connection), documents)
            with path.open("rb") as file:
                os.fsync(file.fileno())
        except (sqlite3.OperationalError, OSError) as error:
            raise Unavailable(f"index file {path} cannot be written: {error}") from error

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open an index file; raises Unavailable where it is missing, torn or of another schema."""
        return cls(IndexReader(path=path))

    @classmethod
    def in_memory(cls, documents: Iterable[Document]) -> Self:
        """Return an index that lives in this process only."""
        connection = sqlite3.connect(":memory:", check_same_thread=False)
        write_index(Database(connection), documents)
        return cls(IndexReader(memory=connection))

    def __len__(self) -> int:
        return self._size

    @property
    def langs(self) -> tuple[str, ...]:
        """The languages of the documents, the most frequent first."""
        return self._langs

    def close(self) -> None:
        """Let go of the file; nothing may be searched afterwards."""
        self._reader.close()

    def search(
        self,
        query: ParsedQuery,
        *,
        allowed: NDArray[np.bool_] | None,
        limit: int,
        lang: str | None,
    ) -> list[LexicalMatch]:
        """Return at most `limit` matches, best `lexical_score` first, equal ones by row.

        `allowed`, shape (n,), says which rows may be found; None allows all. It is applied, with
        the query's phrases and excluded words, before the limit. `lang` is the language of the
        query, None where it is not known. A query without words finds nothing.
        """
        found = self.find(query, allowed=allowed, limit=limit, lang=lang)
        return [
            match_of(row, values, phrase=bool(query.phrases))
            for row, values in zip(found.rows.tolist(), found.table.tolist(), strict=True)
        ]

    def find(
        self,
        query: ParsedQuery,
        *,
        allowed: NDArray[np.bool_] | None,
        limit: int,
        lang: str | None,
    ) -> LexicalMatches:
        """Return what `search` does, as arrays."""
        if not self._size or limit <= 0 or not query.words:
            return NONE_FOUND
        allowed = self.narrow(query, allowed)
        if allowed is not None and not allowed.any():
            return NONE_FOUND
        found = self._found_terms(query, lang)
        ngram = self._ngrams.similarities(query.free_text, self._passages)
        titles = self._rows_titled(query.free_text)
        score = found.share_of_most() + ngram
        score[(ngram < MIN_NGRAM_ALONE) & ~found.any_term()] = 0.0
        score[list(titles)] += EXACT_BONUS
        codes = found.rows_with_code(self._most_code_documents)
        score[list(codes - titles)] += EXACT_BONUS
        if allowed is not None:
            score[~allowed] = 0.0
        rows = best_rows(score, limit)
        exact = [[row in titles, row in codes] for row in rows.tolist()]
        return LexicalMatches(
            rows,
            np.column_stack(
                [found.parts(rows), ngram[rows], np.array(exact, dtype=float).reshape(-1, 2)]
            ),
        )

    def narrow(
        self, query: ParsedQuery, allowed: NDArray[np.bool_] | None
    ) -> NDArray[np.bool_] | None:
        """Return which of the allowed rows have every phrase and no excluded word of the query."""
        if not query.phrases and not query.excluded:
            return allowed
        narrowed = np.ones(self._size, dtype=np.bool_) if allowed is None else allowed.copy()
        for phrase in query.phrases:
            narrowed &= self._has_phrase(phrase)
        for phrase in query.excluded:
            narrowed &= ~self._has_phrase(phrase)
        return narrowed

    def document(self, row: int) -> Document:
        """Return one document; raises IndexError for a row that this index does not have."""
        return self.documents([row])[0]

    def documents(self, rows: Sequence[int]) -> list[Document]:
        """Return the documents of these rows, in the order given."""
        return [self._documents.document(row) for row in rows]

    def codes(self, row: int) -> DocumentCodes:
        """Return the error codes and part numbers that one document names."""
        return self._documents.codes(row)

    def vocabulary(self, audiences: frozenset[str]) -> dict[str, int]:
        """Return each word that readers of these audiences can see and in how many documents."""
        return dict(
            self._reader.rows(
                "SELECT word, SUM(documents) FROM vocabulary"
                " WHERE audience IN (SELECT value FROM json_each(?)) GROUP BY word ORDER BY word",
                [orjson.dumps(sorted(audiences)).decode()],
            )
        )

    @property
    def _most_code_documents(self) -> int:
        return max(RARE_CODE_DOCUMENTS, int(RARE_CODE_SHARE * self._size))

    def _found_terms(self, query: ParsedQuery, lang: str | None) -> FoundTerms:
        terms = query_terms(query, lang=lang, langs=self._langs)
        names = sorted({name for term in terms for name in term.alternatives})
        sizes = self._reader.rows(
            "SELECT term, length(postings) FROM terms"
            " WHERE term IN (SELECT value FROM json_each(?))",
            [orjson.dumps(names).decode()],
        )
        return self._terms.find(terms, dict(sizes), self._postings)

    def _postings(self, names: Iterable[str]) -> Mapping[str, bytes]:
        return dict(
            self._reader.rows(
                "SELECT term, postings FROM terms WHERE term IN (SELECT value FROM json_each(?))",
                [orjson.dumps(list(names)).decode()],
            )
        )

    def _passages(self, ngrams: list[int]) -> bytes:
        """Return the passages of these n-grams, ascending as given, one list after the other."""
        found = self._reader.rows(
            "SELECT ngram, passages FROM ngrams"
            " WHERE ngram IN (SELECT value FROM json_each(?)) ORDER BY ngram",
            [orjson.dumps(ngrams).decode()],
        )
        return b"".join([passages for _, passages in found])

    def _rows_titled(self, text: str) -> frozenset[int]:
        found = self._reader.rows("SELECT row FROM documents WHERE title = ?", [title_key(text)])
        return frozenset(row for (row,) in found)

    def _has_phrase(self, phrase: str) -> NDArray[np.bool_]:
        passages = self._reader.rows(
            "SELECT rowid FROM passages WHERE passages MATCH ?", [phrase_expression(phrase)]
        )
        found = np.zeros(self._size, dtype=np.bool_)
        found[self._ngrams.passage_rows[[passage for (passage,) in passages]]] = True
        return found
