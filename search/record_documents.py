"""Reads from the record what the index is built from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from kb.access import OPERATOR
from kb.addresses import entry_path
from kb.entries import Entry, Phrasing
from kb.plain_text import markdown_to_text
from kb.store.embeddings import vectors_by_hash
from kb.store.entries.phrasings import phrasings_of
from kb.store.entries.reading import entries_by_id, published_ids
from search.documents import Document, DocumentPhrasing

BATCH_ENTRIES = 500


def documents_from_record(
    conn: Connection, entry_ids: Sequence[int] | None = None
) -> Iterator[Document]:
    """The documents of all published entries, or of those among `entry_ids`, by id.

    Entries of every audience come along; who may find them is asked in each search.
    """
    wanted = published_ids(conn) if entry_ids is None else sorted(set(entry_ids))
    for start in range(0, len(wanted), BATCH_ENTRIES):
        part = wanted[start : start + BATCH_ENTRIES]
        entries = entries_by_id(conn, part, viewer=OPERATOR)
        wordings = phrasings_of(conn, part)
        for entry_id in part:
            entry = entries.get(entry_id)
            if entry is not None and entry.state == "published":
                yield entry_document(entry, wordings.get(entry_id, []))


def entry_document(entry: Entry, wordings: Sequence[Phrasing]) -> Document:
    """What search knows of an entry: its title is the first phrasing, all others follow."""
    ordered = sorted(wordings, key=lambda one: (one.origin != "title", not one.shown, one.id))
    return Document(
        type="entry",
        id=entry.id,
        source_id=entry.source_id,
        title=entry.title,
        answer=markdown_to_text(entry.answer),
        lang=entry.locale,
        audience=entry.audience,
        url=entry_path(entry.id, entry.title),
        product=entry.product,
        category=entry.category,
        tags=entry.tag_slugs,
        phrasings=tuple(DocumentPhrasing(one.text, one.shown) for one in ordered),
        updated_at=(entry.reviewed_at or entry.updated_at).isoformat(),
        translation_group=entry.translation_group,
    )


def vectors_from_record(
    conn: Connection, fingerprint: str, hashes: Sequence[str]
) -> Mapping[str, NDArray[np.float32]]:
    """The stored vectors of wordings by text hash, missing ones left out."""
    return vectors_by_hash(conn, fingerprint, hashes)
