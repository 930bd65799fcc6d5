"""The keyword half of search: BM25 over stems and n-gram similarity, read from one SQLite file."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import orjson
from numpy.typing import NDArray
from sqlite_utils import Database

from kb.errors import Conflict, Unavailable
from search.documents import Document, DocumentPhrasing
from search.lexical_build import title_key, write_index
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
    wording; both 0 to 1. `exact_code` counts only for a code that few documents have. `phrase`
    says that the query's quoted phrases stand in it.
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
    exact_code: bool
    phrase: bool


def lexical_score(match: LexicalMatch) -> float:
    """Return the rank value of a match by words alone, 0 to 4; exact things are above 2."""
    exact = EXACT_BONUS if match.exact_title or match.exact_code else 0.0
    return match.bm25_share + match.ngram + exact


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
        if not self._size or limit <= 0 or not query.words:
            return []
        allowed = self.narrow(query, allowed)
        if allowed is not None and not allowed.any():
            return []
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
        parts = found.parts(rows)
        return [
            LexicalMatch(
                row=row,
                bm25=bm25,
                bm25_share=share,
                title=title,
                phrasings=phrasings,
                answer=answer,
                term_share=term_share,
                ngram=similarity,
                exact_title=row in titles,
                exact_code=row in codes,
                phrase=bool(query.phrases),
            )
            for row, (bm25, share, title, phrasings, answer, term_share), similarity in zip(
                rows.tolist(), parts.tolist(), ngram[rows].tolist(), strict=True
            )
        ]

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
        found = dict(
            self._reader.rows(
                "SELECT row, document FROM documents WHERE row IN (SELECT value FROM json_each(?))",
                [orjson.dumps(list(rows)).decode()],
            )
        )
        missing = [row for row in rows if row not in found]
        if missing:
            raise IndexError(f"no document in row {missing[0]} of {self._size}")
        return [_document(found[row]) for row in rows]

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


def _document(stored: bytes) -> Document:
    fields = orjson.loads(stored)
    fields["tags"] = tuple(fields["tags"])
    fields["phrasings"] = tuple(DocumentPhrasing(**each) for each in fields["phrasings"])
    return Document(**fields)
