"""Vectors of texts, kept per encoder fingerprint so that two encoders never mix."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, delete, func, select

from kb.store.engine import chunks, upsert
from kb.store.schema import embeddings

STORED = np.dtype("<f4")
"""Vectors are stored as little-endian float32."""


def save_vectors(
    conn: Connection, fingerprint: str, vectors: Mapping[str, NDArray[np.float32]]
) -> None:
    """Store vectors by text hash; a hash that is already there keeps its vector."""
    if not vectors:
        return
    rows = [
        {"fingerprint": fingerprint, "text_hash": key, "vector": vector.astype(STORED).tobytes()}
        for key, vector in vectors.items()
    ]
    conn.execute(upsert(conn, embeddings).on_conflict_do_nothing(), rows)


def missing_hashes(conn: Connection, fingerprint: str, hashes: Sequence[str]) -> list[str]:
    """The distinct hashes without a stored vector, in the order given."""
    wanted = list(dict.fromkeys(hashes))
    known: set[str] = set()
    for part in chunks(wanted):
        statement = select(embeddings.c.text_hash).where(
            embeddings.c.fingerprint == fingerprint, embeddings.c.text_hash.in_(part)
        )
        known.update(conn.execute(statement).scalars())
    return [one for one in wanted if one not in known]


def vectors_by_hash(
    conn: Connection, fingerprint: str, hashes: Sequence[str]
) -> dict[str, NDArray[np.float32]]:
    """The stored vectors of the hashes, each shape (dim,), float32; missing ones are left out."""
    found: dict[str, NDArray[np.float32]] = {}
    for part in chunks(list(dict.fromkeys(hashes))):
        statement = select(embeddings.c.text_hash, embeddings.c.vector).where(
            embeddings.c.fingerprint == fingerprint, embeddings.c.text_hash.in_(part)
        )
        for row in conn.execute(statement):
            found[row.text_hash] = np.frombuffer(row.vector, dtype=STORED).astype(np.float32)
    return found


def vector_matrix(
    conn: Connection, fingerprint: str, hashes: Sequence[str], *, dim: int
) -> NDArray[np.float32]:
    """The stored vectors in the order of `hashes`, shape (n, dim), float32.

    Raises KeyError if one is missing.
    """
    places: dict[str, list[int]] = {}
    for place, key in enumerate(hashes):
        places.setdefault(key, []).append(place)
    matrix = np.zeros((len(hashes), dim), dtype=np.float32)
    seen = 0
    for part in chunks(list(places)):
        statement = select(embeddings.c.text_hash, embeddings.c.vector).where(
            embeddings.c.fingerprint == fingerprint, embeddings.c.text_hash.in_(part)
        )
        for row in conn.execute(statement):
            matrix[places[row.text_hash]] = np.frombuffer(row.vector, dtype=STORED)
            seen += 1
    if seen != len(places):
        raise KeyError(f"{len(places) - seen} vectors are missing")
    return matrix


def vector_counts(conn: Connection) -> dict[str, int]:
    """How many vectors each fingerprint has."""
    statement = select(embeddings.c.fingerprint, func.count()).group_by(embeddings.c.fingerprint)
    return {row[0]: row[1] for row in conn.execute(statement)}


def forget_vectors(conn: Connection, hashes: Sequence[str]) -> None:
    """Remove the vectors of texts that must not be kept, under every fingerprint."""
    for part in chunks(list(hashes)):
        conn.execute(delete(embeddings).where(embeddings.c.text_hash.in_(part)))
