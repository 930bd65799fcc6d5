"""The record as the index reads it: each call is one short read transaction of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Engine

from kb.searches.synonyms import SynonymGroup
from kb.store.changes import Change, changes_since, last_seq
from kb.store.engine import reading
from kb.store.instance import get_incarnation
from kb.store.searches.synonyms import all_synonyms
from search.documents import Document
from search.generation import RecordState
from search.record_documents import documents_from_record, vectors_from_record

CHANGES_PAGE = 5_000


class RecordSource:
    """Reads changes, documents and vectors of one record (see `search.delta.Record`)."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def incarnation(self) -> str:
        """The record's incarnation."""
        with reading(self._engine) as conn:
            return get_incarnation(conn)

    def changes_since(self, seq: int) -> Sequence[Change]:
        """The changes after `seq`, oldest first, a first part where there are many."""
        with reading(self._engine) as conn:
            return changes_since(conn, seq, limit=CHANGES_PAGE)

    def documents(self, type_: str, ids: Sequence[int]) -> Sequence[Document]:
        """The published ones among these, as documents."""
        if type_ != "entry":
            return []
        with reading(self._engine) as conn:
            return list(documents_from_record(conn, ids))

    def all_documents(self, *, fingerprint: str) -> tuple[RecordState, Iterator[Document]]:
        """All documents and the state of the record they are from, read as one state.

        They are read while they are asked for, in a transaction that ends with the last one.
        """
        transaction = ExitStack()
        conn = transaction.enter_context(reading(self._engine))
        state = RecordState(get_incarnation(conn), last_seq(conn), fingerprint)

        def documents() -> Iterator[Document]:
            with transaction:
                yield from documents_from_record(conn)

        return state, documents()

    def vectors(self, fingerprint: str, hashes: Sequence[str]) -> Mapping[str, NDArray[np.float32]]:
        """The stored vectors of text hashes; a hash without one is left out."""
        with reading(self._engine) as conn:
            return vectors_from_record(conn, fingerprint, hashes)

    def synonyms(self) -> Sequence[SynonymGroup]:
        """The installation's synonyms."""
        with reading(self._engine) as conn:
            return all_synonyms(conn)
