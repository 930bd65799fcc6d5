"""What changed in the record since a generation was built, kept in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from kb.searches.synonyms import SynonymGroup
from kb.store.changes import Change
from search.documents import Document
from search.generation import Segment, VectorSource, make_segment
from search.metadata import Metadata

DOCUMENT_KINDS = ("entry",)
"""Kinds of change that touch a document; the kind is the document's type."""

SYNONYM_KIND = "synonyms"
"""Kind of change that touches the installation's synonyms."""

Key = tuple[str, int]


class Record(Protocol):
    """What the index reads of the record; each call is one short transaction of its own."""

    def incarnation(self) -> str:
        """The record's incarnation."""
        ...

    def changes_since(self, seq: int) -> Sequence[Change]:
        """The changes after `seq`, oldest first; it may return a first part of them."""
        ...

    def documents(self, type_: str, ids: Sequence[int]) -> Sequence[Document]:
        """The findable documents among these; one that is gone or unpublished is left out."""
        ...

    def vectors(self, fingerprint: str, hashes: Sequence[str]) -> Mapping[str, NDArray[np.float32]]:
        """The stored vectors of text hashes, unit rows; a hash without one is left out."""
        ...

    def synonyms(self) -> Sequence[SynonymGroup]:
        """The installation's synonyms, all of them."""
        ...


@dataclass(frozen=True, slots=True)
class Delta:
    """The changed documents as they are now.

    `changed` names all that differ from the generation, so their rows there are tombstones;
    `documents` are those of them that can still be found. A phrasing whose vector is not
    stored yet is found by its words; its hash is in `without_vector`. `synonyms` are None
    until they were read for the first time, and another object after each change.
    """

    seq: int
    changed: frozenset[Key] = frozenset()
    documents: Mapping[Key, Document] | None = None
    segment: Segment | None = None
    without_vector: frozenset[str] = frozenset()
    synonyms: tuple[SynonymGroup, ...] | None = None


def follow(delta: Delta, record: Record, *, fingerprint: str) -> Delta:
    """The delta brought up to the record's last change; the same object if nothing is new."""
    changes = list(_all_changes(record, delta.seq))
    if delta.synonyms is None or any(change.kind == SYNONYM_KIND for change in changes):
        delta = replace(delta, synonyms=tuple(record.synonyms()))
    if not changes:
        return _with_new_vectors(delta, record, fingerprint)
    touched = {(c.kind, c.id) for c in changes if c.kind in DOCUMENT_KINDS}
    documents = dict(delta.documents or {})
    for key in touched:
        documents.pop(key, None)
    for type_ in sorted({kind for kind, _ in touched}):
        ids = sorted(id_ for kind, id_ in touched if kind == type_)
        documents.update({found.key: found for found in record.documents(type_, ids)})
    seq = changes[-1].seq
    if not touched:
        return replace(delta, seq=seq)
    now = replace(delta, seq=seq, changed=delta.changed | touched, documents=documents)
    return _searchable(now, record, fingerprint)


def alive_rows(metadata: Metadata, changed: frozenset[Key]) -> NDArray[np.bool_] | None:
    """Which of a generation's rows still hold; None where all do."""
    if not changed:
        return None
    alive = np.ones(len(metadata), dtype=np.bool_)
    types = metadata.values["type"]
    for type_ in {kind for kind, _ in changed} & set(types):
        ids = [id_ for kind, id_ in changed if kind == type_]
        of_type = metadata.codes["type"] == types.index(type_)
        alive &= ~(of_type & np.isin(metadata.ids, ids))
    return alive


def _all_changes(record: Record, seq: int) -> list[Change]:
    found: list[Change] = []
    while part := record.changes_since(found[-1].seq if found else seq):
        found.extend(part)
    return found


def _with_new_vectors(delta: Delta, record: Record, fingerprint: str) -> Delta:
    if not delta.without_vector:
        return delta
    if not record.vectors(fingerprint, sorted(delta.without_vector)):
        return delta
    return _searchable(delta, record, fingerprint)


def _searchable(delta: Delta, record: Record, fingerprint: str) -> Delta:
    """The delta with its documents made searchable as they are now."""
    documents = delta.documents or {}
    ordered = [documents[key] for key in sorted(documents)]
    wanted: set[str] = set()
    found: dict[str, NDArray[np.float32]] = {}

    def stored(hashes: Sequence[str]) -> Mapping[str, NDArray[np.float32]]:
        wanted.update(hashes)
        found.update(record.vectors(fingerprint, hashes))
        return found

    source: VectorSource = stored
    segment = make_segment(ordered, source) if ordered else None
    missing = frozenset(wanted - found.keys())
    return replace(delta, documents=dict(documents), segment=segment, without_vector=missing)
