"""Compares the index on disk with the record, entry by entry."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np
from sqlalchemy import Connection, Engine

from indexer.progress import Progress
from kb.store.changes import changes_since, last_seq
from kb.store.embeddings import missing_hashes
from kb.store.engine import reading
from kb.store.entries.reading import published_ids
from kb.store.instance import get_incarnation
from search.delta import DOCUMENT_KINDS, Key
from search.documents import Document
from search.generation import Generation
from search.metadata import COLUMNS
from search.record_documents import documents_from_record

BATCH_DOCUMENTS = 500
"""Documents of record and index that are in memory at a time."""

KEYS_AND_WORDINGS = ("type", "id", "phrasings")
COMPARED = tuple(one.name for one in fields(Document) if one.name not in KEYS_AND_WORDINGS)
"""Facts of a document that must be the same in both, in the order in which they are told."""

OnProgress = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class Difference:
    """One way in which index and record differ; `key` names the document, None for the whole."""

    what: str
    key: Key | None = None

    def __str__(self) -> str:
        return self.what if self.key is None else f"{self.key[0]} {self.key[1]}: {self.what}"


def compare_index(
    engine: Engine, generation: Generation, *, on_progress: OnProgress | None = None
) -> Iterator[Difference]:
    """Yield every difference between a generation and one state of the record, by entry id.

    What the log of changes names since the generation was built is served from memory, as the
    record has it, and is not compared. A few hundred documents are held at a time, so that a
    record of any size can be compared; the record is read in one transaction.
    """
    with reading(engine) as conn:
        if get_incarnation(conn) != generation.manifest.incarnation:
            yield Difference("the index was built from another record")
            return
        known = last_seq(conn)
        if generation.manifest.seq > known:
            yield Difference(
                f"the index knows changes up to {generation.manifest.seq}, the record has {known}: "
                "an older state of the record was put in place"
            )
            return
        yield from _compare_documents(conn, generation, on_progress)


def _compare_documents(
    conn: Connection, generation: Generation, on_progress: OnProgress | None
) -> Iterator[Difference]:
    rows, twice = _rows_by_key(generation)
    for key in twice:
        yield Difference("it is in the index more than once", key)
    changed = _changed_since(conn, generation.manifest.seq)
    wanted = published_ids(conn)
    for start in range(0, len(wanted), BATCH_DOCUMENTS):
        part = wanted[start : start + BATCH_DOCUMENTS]
        expected = [
            document
            for document in documents_from_record(conn, part)
            if document.key not in changed
        ]
        yield from _compare_part(conn, generation, expected, rows)
        if on_progress is not None:
            done = min(start + BATCH_DOCUMENTS, len(wanted))
            on_progress(Progress("compare", done, len(wanted)))
    published = {("entry", id_) for id_ in wanted}
    for key in sorted(rows.keys() - published - changed):
        yield Difference("it is in the index and not published", key)


def _compare_part(
    conn: Connection,
    generation: Generation,
    expected: Sequence[Document],
    rows: Mapping[Key, int],
) -> Iterator[Difference]:
    places = {one.key: rows[one.key] for one in expected if one.key in rows}
    found = generation.segment.lexical.documents(list(places.values()))
    indexed = dict(zip(places, found, strict=True))
    without = _without_vector(conn, generation.manifest.fingerprint, expected)
    for document in expected:
        if document.key not in places:
            yield Difference("it is published and not in the index", document.key)
            continue
        row = places[document.key]
        told = [
            *_facts_that_differ(document, indexed[document.key]),
            *_masks_that_differ(document, generation, row),
            *_wordings_that_differ(document, indexed[document.key]),
        ]
        if generation.manifest.fingerprint:
            told += _vectors_that_differ(document, generation, row, without)
        for what in told:
            yield Difference(what, document.key)


def _without_vector(
    conn: Connection, fingerprint: str, documents: Sequence[Document]
) -> frozenset[str]:
    """Return the text hashes of wordings and passages for which the record has no vector."""
    if not fingerprint:
        return frozenset()
    hashes = [key for one in documents for key in (*one.phrasing_hashes, *one.passage_hashes)]
    return frozenset(missing_hashes(conn, fingerprint, hashes))


def _facts_that_differ(expected: Document, found: Document) -> Iterator[str]:
    for name in COMPARED:
        if getattr(expected, name) != getattr(found, name):
            yield f"its {name} is another one in the index"


def _masks_that_differ(expected: Document, generation: Generation, row: int) -> Iterator[str]:
    metadata = generation.segment.metadata
    for name in COLUMNS:
        code = int(metadata.codes[name][row])
        if getattr(expected, name) != (metadata.values[name][code] if code >= 0 else None):
            yield f"it is filtered by another {name} in the index"


def _wordings_that_differ(expected: Document, found: Document) -> Iterator[str]:
    wanted = {one.text_hash: one.shown for one in expected.phrasings}
    there = {one.text_hash: one.shown for one in found.phrasings}
    if missing := len(wanted.keys() - there.keys()):
        yield f"{missing:,} of its wordings are not in the index"
    if extra := len(there.keys() - wanted.keys()):
        yield f"{extra:,} wordings in the index are not its own"
    both = wanted.keys() & there.keys()
    if other := sum(wanted[key] != there[key] for key in both):
        yield f"{other:,} of its wordings are shown in one and hidden in the other"


def _vectors_that_differ(
    expected: Document, generation: Generation, row: int, without: frozenset[str]
) -> Iterator[str]:
    segment = generation.segment
    for name, hashes, vectors in (
        ("wordings", expected.phrasing_hashes, segment.meaning),
        ("passages", expected.passage_hashes, segment.passages),
    ):
        stored = len(set(hashes) - without)
        if stored < len(set(hashes)):
            yield f"{len(set(hashes)) - stored:,} of its {name} have no vector yet"
        indexed = int(vectors.counts(np.array([row], dtype=np.int64))[0])
        if indexed != stored:
            yield f"the index has {indexed:,} vectors of its {name} and the record {stored:,}"


def _rows_by_key(generation: Generation) -> tuple[dict[Key, int], list[Key]]:
    """Return the row of each document, and the keys that more than one row has."""
    metadata = generation.segment.metadata
    all_rows = np.arange(len(metadata), dtype=np.int64)
    keys = list(zip(metadata.types_of(all_rows), metadata.ids.tolist(), strict=True))
    rows = {key: row for row, key in enumerate(keys)}
    if len(rows) == len(keys):
        return rows, []
    return rows, sorted({key for row, key in enumerate(keys) if rows[key] != row})


def _changed_since(conn: Connection, seq: int) -> set[Key]:
    changed: set[Key] = set()
    while page := changes_since(conn, seq):
        changed |= {(one.kind, one.id) for one in page if one.kind in DOCUMENT_KINDS}
        seq = page[-1].seq
    return changed
