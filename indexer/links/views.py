"""The published entries with their wordings and vectors, in the views that links are found in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from indexer.encoder import Encoder
from indexer.links.linking import LinkFinder, LinkPhrasing
from kb.access import OPERATOR, PUBLIC
from kb.embedded_text import text_hash
from kb.entries import Entry, Phrasing
from kb.passages import passage_texts
from kb.plain_text import markdown_to_text
from kb.store.embeddings import missing_hashes, vector_matrix, vectors_by_hash
from kb.store.entries.phrasings import phrasings_of
from kb.store.entries.reading import entries_by_id, published_ids

MAX_WORDINGS = 30
"""Wordings of an entry that are compared, shown ones first, then the most typical."""


@dataclass(frozen=True, slots=True)
class LinkView:
    """What readers of one audience may read in one language.

    `own` are the entries of this audience; the finder holds the public ones beside them, since
    its readers read those, too, never the other way.
    """

    audience: str
    locale: str
    finder: LinkFinder
    own: frozenset[int]

    @property
    def key(self) -> str:
        """Names the view in what is stored about it."""
        return f"{self.audience} {self.locale}"


@dataclass(frozen=True, slots=True)
class ReadEntries:
    """The published entries and those of their wordings that have a vector by now.

    vectors: shape (n, dim), float32, one per wording. passages: the vectors of each answer's
    passages, of those entries whose passages all have one by now.
    """

    entries: Mapping[int, Entry]
    wordings: Sequence[Phrasing]
    vectors: NDArray[np.float32]
    passages: Mapping[int, NDArray[np.float32]]

    @property
    def texts(self) -> dict[int, str]:
        """The text of each wording by its id."""
        return {one.id: one.text for one in self.wordings}


def read_published(conn: Connection, encoder: Encoder) -> ReadEntries:
    """Read what links and the audit compare."""
    ids = published_ids(conn)
    entries = entries_by_id(conn, ids, viewer=OPERATOR)
    wordings = [one for found in phrasings_of(conn, ids).values() for one in found[:MAX_WORDINGS]]
    without = set(missing_hashes(conn, encoder.fingerprint, [one.text_hash for one in wordings]))
    wordings = [one for one in wordings if one.text_hash not in without]
    hashes = [one.text_hash for one in wordings]
    vectors = vector_matrix(conn, encoder.fingerprint, hashes, dim=encoder.dim)
    return ReadEntries(entries, wordings, vectors, _passages(conn, entries, encoder.fingerprint))


def _passages(
    conn: Connection, entries: Mapping[int, Entry], fingerprint: str
) -> dict[int, NDArray[np.float32]]:
    hashes = {
        one.id: [text_hash(text) for text in passage_texts(one.title, markdown_to_text(one.answer))]
        for one in entries.values()
    }
    known = vectors_by_hash(conn, fingerprint, [key for own in hashes.values() for key in own])
    return {
        entry_id: np.stack([known[key] for key in own])
        for entry_id, own in hashes.items()
        if own and all(key in known for key in own)
    }


def views_of(read: ReadEntries) -> list[LinkView]:
    """One view for each audience and language that has entries, in order."""
    entries = read.entries
    own: dict[tuple[str, str], set[int]] = {}
    for one in read.wordings:
        entry = entries[one.entry_id]
        own.setdefault((entry.audience, entry.locale), set()).add(entry.id)
    return [
        LinkView(audience, locale, _finder(read, audience, locale), frozenset(ids))
        for (audience, locale), ids in sorted(own.items())
    ]


def _finder(read: ReadEntries, audience: str, locale: str) -> LinkFinder:
    rows = [
        row
        for row, one in enumerate(read.wordings)
        if read.entries[one.entry_id].locale == locale
        and read.entries[one.entry_id].audience in (audience, PUBLIC)
    ]
    phrasings = [
        LinkPhrasing(one.id, one.entry_id, one.text, locale, one.shown)
        for one in (read.wordings[row] for row in rows)
    ]
    return LinkFinder(phrasings, read.vectors[rows], read.passages)
