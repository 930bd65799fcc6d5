"""The keyword half of search: BM25 over stems and n-gram similarity over files of the index."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Self

import numpy as np
import orjson
from numpy.typing import NDArray
from sqlite_utils import Database

from kb.errors import Conflict, Unavailable
from search.documents import Document
from search.lexical.arrays import LexicalArrays
from search.lexical.build import complete, title_key, write_index
from search.lexical.documents import DocumentCodes, StoredDocuments
from search.lexical.look import Wanted, look
from search.lexical.matches import (
    NONE_FOUND,
    LexicalMatch,
    LexicalMatches,
    match_of,
)
from search.lexical.query import phrase_expression, query_terms
from search.lexical.readable import ReadDocument
from search.lexical.reader import IndexReader
from search.lexical.schema import ARRAYS_SUFFIX
from search.query import ParsedQuery
from search.wording.vocabulary import SpeltTerms, TermVocabulary


class LexicalIndex:
    """Documents that can be found by their words, numbered from 0; read-only and thread-safe."""

    def __init__(self, reader: IndexReader, arrays: LexicalArrays) -> None:
        facts = reader.facts()
        self._reader = reader
        self._arrays = arrays
        self._langs = tuple(facts["langs"].split())
        self._size = int(facts["documents"])
        self._documents = StoredDocuments(reader)

    @classmethod
    def build(cls, path: Path, documents: Iterable[Document]) -> None:
        """Write a complete index: the file `path`, and one of arrays beside it.

        Raises Conflict where something is at `path` already, Unavailable where it cannot be
        written (disk full, no such folder); what is there then is refused by `open`.
        """
        if path.exists():
            raise Conflict(f"{path} exists already")
        beside = path.with_suffix(ARRAYS_SUFFIX)
        try:
            with closing(sqlite3.connect(path)) as connection:
                db = Database(connection)
                arrays = write_index(db, documents)
                complete(db, arrays_bytes=arrays.save(beside))
            for written in (path, beside):
                with written.open("rb") as file:
                    os.fsync(file.fileno())
        except (sqlite3.OperationalError, OSError) as error:
            raise Unavailable(f"index file {path} cannot be written: {error}") from error

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open an index file; raises Unavailable where it is missing, torn or of another schema."""
        reader = IndexReader(path=path)
        reader.check()
        size = int(reader.facts()["arrays_bytes"])
        return cls(reader, LexicalArrays.open(path.with_suffix(ARRAYS_SUFFIX), size=size))

    @classmethod
    def in_memory(cls, documents: Iterable[Document]) -> Self:
        """Return an index that lives in this process only."""
        connection = sqlite3.connect(":memory:", check_same_thread=False)
        arrays = write_index(Database(connection), documents)
        return cls(IndexReader(memory=connection), arrays)

    def __len__(self) -> int:
        return self._size

    @property
    def langs(self) -> tuple[str, ...]:
        """The languages of the documents, the most frequent first."""
        return self._langs

    @property
    def counted(self) -> int:
        """How many documents the statistics are of: the public ones, all where none is."""
        return int(self._arrays.totals[0])

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
        among: NDArray[np.bool_] | None = None,
        exhaustive: bool = False,
    ) -> LexicalMatches:
        """Return what `search` does, as arrays; the `limit` best ones `among` others as well.

        `among`, shape (n,), is for what those that filters leave are compared with.

        Which documents are the best is found under bounds of cost; what is then told of them is
        exact, but for `ngram`, which is that of the best wording that was looked at. Where
        filters leave so few that the bounds would leave some out, there are none.
        `exhaustive` does without them, for measuring what they cost.
        """
        if not self._size or limit <= 0 or not query.words:
            return NONE_FOUND
        allowed = self.narrow(query, allowed)
        among = allowed if among is None else self.narrow(query, among)
        if allowed is not None and not allowed.any() and (among is allowed or not _any(among)):
            return NONE_FOUND
        terms = query.terms
        if terms is None:
            terms = tuple(query_terms(query, lang=lang, langs=self._langs))
        wanted = Wanted(
            terms=terms,
            text=query.free_text,
            allowed=allowed,
            among=among,
            titled=self._rows_titled(query.free_text),
            limit=limit,
        )
        found = None if exhaustive else look(self._arrays, wanted, bounded=True)
        if found is None:
            found = look(self._arrays, wanted, bounded=False)
        return NONE_FOUND if found is None else found

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

    def read(self, row: int) -> ReadDocument:
        """Return one document taken apart for showing."""
        return self._documents.read(row)

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
    def arrays(self) -> LexicalArrays:
        """What is computed with; for measuring."""
        return self._arrays

    @property
    def spelt_terms(self) -> TermVocabulary:
        """The terms of the documents that count, by their spelling; never to be shown."""
        arrays = self._arrays
        return TermVocabulary(
            SpeltTerms(
                arrays.spelt, arrays.spelt_documents, arrays.spelt_backwards, arrays.spelt_order
            )
        )

    def _rows_titled(self, text: str) -> frozenset[int]:
        key = title_key(text)
        titles = self._arrays.titles
        start = np.searchsorted(titles, np.uint64(key), side="left")
        end = np.searchsorted(titles, np.uint64(key), side="right")
        return frozenset(self._arrays.title_rows[start:end].tolist())

    def _has_phrase(self, phrase: str) -> NDArray[np.bool_]:
        # One text of numbers: a row of Python objects each would cost ten times as much.
        rows = self._reader.rows(
            "SELECT json_group_array(rowid) FROM passages WHERE passages MATCH ?",
            [phrase_expression(phrase)],
        )
        found = np.zeros(self._size, dtype=np.bool_)
        found[self._arrays.passage_rows[np.array(orjson.loads(rows[0][0]), dtype=np.intp)]] = True
        return found


def _any(mask: NDArray[np.bool_] | None) -> bool:
    return mask is None or bool(mask.any())
