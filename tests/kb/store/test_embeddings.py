"""Vectors come back byte for byte, and never from another encoder."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from sqlalchemy import Connection, select

from kb.store.embeddings import (
    forget_vectors,
    missing_hashes,
    save_vectors,
    vector_counts,
    vector_matrix,
    vectors_by_hash,
)
from kb.store.schema import embeddings

DIM = 384


@pytest.fixture
def vectors() -> dict[str, NDArray[np.float32]]:
    rows = np.random.default_rng(5).standard_normal((1_000, DIM)).astype(np.float32)
    rows[0, :4] = [np.nextafter(np.float32(0), np.float32(1)), -0.0, 1e38, -1e-38]
    return {f"{number:064x}": row for number, row in enumerate(rows)}


def test_vectors_come_back_byte_for_byte(
    conn: Connection, vectors: dict[str, NDArray[np.float32]]
) -> None:
    save_vectors(conn, "f", vectors)

    found = vectors_by_hash(conn, "f", list(vectors))

    assert {key: one.tobytes() for key, one in found.items()} == {
        key: one.tobytes() for key, one in vectors.items()
    }
    assert vectors_by_hash(conn, "other encoder", list(vectors)) == {}


def test_vectors_are_stored_little_endian_whatever_the_machine_holds(conn: Connection) -> None:
    save_vectors(conn, "f", {"a": np.array([1.0, 2.0], dtype=">f4")})  # type: ignore[dict-item]

    stored = bytes(conn.execute(select(embeddings.c.vector)).scalar_one())
    assert stored == b"\x00\x00\x80\x3f\x00\x00\x00\x40"


def test_a_stored_vector_stays_when_its_text_comes_again(conn: Connection) -> None:
    save_vectors(conn, "f", {"a": np.ones(2, dtype=np.float32)})
    save_vectors(conn, "f", {"a": np.zeros(2, dtype=np.float32)})
    save_vectors(conn, "f", {})

    assert vectors_by_hash(conn, "f", ["a"])["a"].tolist() == [1.0, 1.0]


def test_missing_texts_are_named_once_in_their_order(
    conn: Connection, vectors: dict[str, NDArray[np.float32]]
) -> None:
    save_vectors(conn, "f", vectors)
    known = list(vectors)

    assert missing_hashes(conn, "f", ["x", *known, "y", "x"]) == ["x", "y"]
    assert missing_hashes(conn, "g", known[:2]) == known[:2]


def test_a_matrix_has_the_rows_in_the_order_asked_for(conn: Connection) -> None:
    save_vectors(conn, "f", {key: np.full(2, n, np.float32) for n, key in enumerate("abc")})

    matrix = vector_matrix(conn, "f", ["c", "a", "c"], dim=2)

    assert matrix.dtype == np.float32
    assert matrix.tolist() == [[2.0, 2.0], [0.0, 0.0], [2.0, 2.0]]
    assert vector_matrix(conn, "f", [], dim=2).shape == (0, 2)
    with pytest.raises(KeyError):
        vector_matrix(conn, "f", ["a", "z"], dim=2)


def test_a_forgotten_text_loses_its_vectors_of_every_encoder(conn: Connection) -> None:
    for fingerprint in ("f", "g"):
        save_vectors(conn, fingerprint, {key: np.ones(2, np.float32) for key in "ab"})

    forget_vectors(conn, ["a"])

    assert vector_counts(conn) == {"f": 1, "g": 1}
    assert missing_hashes(conn, "g", ["a", "b"]) == ["a"]
