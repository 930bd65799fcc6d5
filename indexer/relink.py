"""Finds the links between published entries anew."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Engine

from indexer.encoder import Encoder
from indexer.linking import LinkCandidate, LinkPhrasing, find_links
from kb.access import OPERATOR
from kb.entries import Entry, Phrasing
from kb.store.embeddings import missing_hashes, vector_matrix
from kb.store.engine import reading, transaction
from kb.store.entry_queries import entries_by_id, published_ids
from kb.store.instance import find_value, set_value
from kb.store.links import FoundLink, replace_auto_links
from kb.store.phrasings import phrasings_of

MAX_WORDINGS = 30
"""Wordings of an entry that are compared, shown ones first, then the most typical."""

LINKED_FROM = "linked_from"
"""Key in the record: digest of what the links were made from, and how many they are."""


def relink(engine: Engine, encoder: Encoder) -> int:
    """Replace the automatic links between published entries; return how many there are.

    Pinned and blocked links stay. Only shown wordings are quoted in a reason, and only entries
    of one audience are compared, so that a reason never tells of what a reader may not see.
    Where no entry changed nothing is done.
    """
    with reading(engine) as conn:
        entries, wordings = _read(conn, encoder.fingerprint)
        digest = _digest(entries, wordings, encoder.fingerprint)
        known = json.loads(find_value(conn, LINKED_FROM) or "[]")
        if known[:1] == [digest]:
            return int(known[1])
        hashes = [one.text_hash for one in wordings]
        vectors = vector_matrix(conn, encoder.fingerprint, hashes, dim=encoder.dim)
    found = [
        link
        for audience in sorted({entry.audience for entry in entries.values()})
        for link in _links_for(audience, entries, wordings, vectors)
    ]
    with transaction(engine) as conn:
        replace_auto_links(conn, found)
        set_value(conn, LINKED_FROM, json.dumps([digest, len(found)]))
    return len(found)


def _read(conn: Connection, fingerprint: str) -> tuple[dict[int, Entry], list[Phrasing]]:
    """Read the published entries and those of their wordings that have a vector by now."""
    ids = published_ids(conn)
    entries = entries_by_id(conn, ids, viewer=OPERATOR)
    wordings = [one for found in phrasings_of(conn, ids).values() for one in found[:MAX_WORDINGS]]
    without = set(missing_hashes(conn, fingerprint, [one.text_hash for one in wordings]))
    return entries, [one for one in wordings if one.text_hash not in without]


def _digest(entries: Mapping[int, Entry], wordings: Sequence[Phrasing], fingerprint: str) -> str:
    digest = hashlib.sha256(fingerprint.encode())
    for one in wordings:
        entry = entries[one.entry_id]
        facts = (one.id, entry.id, entry.audience, entry.locale, one.text_hash, one.shown)
        digest.update(f"{facts}\n".encode())
    return digest.hexdigest()


def _links_for(
    audience: str,
    entries: Mapping[int, Entry],
    wordings: Sequence[Phrasing],
    vectors: NDArray[np.float32],
) -> list[FoundLink]:
    """Find the links from the entries of one audience.

    Its readers read the public entries, too; never the other way.
    """
    visible = [
        row
        for row, one in enumerate(wordings)
        if entries[one.entry_id].audience in (audience, "public")
    ]
    phrasings = [
        LinkPhrasing(
            wordings[row].id,
            wordings[row].entry_id,
            wordings[row].text,
            entries[wordings[row].entry_id].locale,
            wordings[row].shown,
        )
        for row in visible
    ]
    texts = {one.phrasing_id: one.text for one in phrasings}
    return [
        _found(link, texts)
        for link in find_links(phrasings, vectors[visible])
        if entries[link.from_entry].audience == audience
    ]


def _found(link: LinkCandidate, texts: Mapping[int, str]) -> FoundLink:
    """The link with its fact: the closest pair of shown wordings and the rare words they share."""
    reason = {
        "fact": "wordings",
        "from_wording": texts[link.reason.from_phrasing],
        "to_wording": texts[link.reason.to_phrasing],
        "cosine": round(link.reason.cosine, 3),
        "shared_words": list(link.reason.shared_words),
    }
    return FoundLink(link.from_entry, link.to_entry, round(link.score, 4), reason)
