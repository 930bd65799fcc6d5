"""Reads the documents of an index file, and keeps those that are read again and again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import orjson

from search.documents import Document, DocumentPhrasing
from search.lexical.readable import ReadDocument, read_document
from search.lexical.reader import IndexReader
from search.query import code_key, find_codes

CACHED_DOCUMENTS = 1_024
"""Decoded documents kept of each index, a few kilobytes each: most hits are of the same few."""

CACHED_READ = 1_024
"""Documents of each index that are kept taken apart for showing, about five times their text."""

CACHED_CODES = 16_384
"""Documents of each index whose codes are kept, a few short words each."""


@dataclass(frozen=True, slots=True)
class DocumentCodes:
    """The keys of the error codes and part numbers that a document names."""

    wordings: frozenset[str]
    answer: frozenset[str]


class StoredDocuments:
    """The documents of one index file by row; thread-safe."""

    def __init__(self, reader: IndexReader) -> None:
        self._reader = reader
        self.document = lru_cache(CACHED_DOCUMENTS)(self._document)
        self.read = lru_cache(CACHED_READ)(self._read)
        self.codes = lru_cache(CACHED_CODES)(self._codes)

    def _document(self, row: int) -> Document:
        found = self._reader.rows("SELECT document FROM documents WHERE row = ?", [row])
        if not found:
            raise IndexError(f"no document in row {row}")
        fields = orjson.loads(found[0][0])
        fields["tags"] = tuple(fields["tags"])
        fields["phrasings"] = tuple(DocumentPhrasing(**each) for each in fields["phrasings"])
        return Document(**fields)

    def _read(self, row: int) -> ReadDocument:
        return read_document(self.document(row))

    def _codes(self, row: int) -> DocumentCodes:
        document = self.document(row)
        wordings = (phrasing.text for phrasing in document.phrasings)
        return DocumentCodes(_keys(wordings), _keys([document.answer]))


def _keys(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(code_key(code) for text in texts for code in find_codes(text))
