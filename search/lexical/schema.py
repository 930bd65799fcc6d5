"""The tables of the index file: what each holds and in which bytes."""

from __future__ import annotations

import sqlite3
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray
from sqlite_utils import Database

SCHEMA_VERSION = "3"
"""Goes up whenever a file or the analysis changes; another version is rebuilt, never read."""

ARRAYS_SUFFIX = ".arrays"
"""Of the file beside the tables that holds what is computed with (`lexical_arrays`)."""


class Field(IntEnum):
    """Where a word stands in a document; the order of the columns of every per-field array."""

    TITLE = 0
    PHRASINGS = 1
    ANSWER = 2
    LABELS = 3


FIELD_WEIGHTS = np.array([1.5, 1.0, 1.0, 1.0], dtype=np.float32)
"""Weight of title, phrasings, answer and labels (tags, product, category) in BM25F.

The weights of a term in its documents are stored: a change here is a new SCHEMA_VERSION.
"""

K1 = 1.5
B = 0.75
"""Saturation and length normalisation of BM25, as bm25s ships them; stored likewise."""

CODE_MARK = "#"
"""Goes before a code among the terms, so that it never meets a stem of the same letters."""


def create_tables(db: Database) -> None:
    """Create the empty tables.

    `documents` are numbered from 0 in the order of building. The full-text table `passages`
    finds phrases in the passages of `lexical_arrays`. `facts` has the key `complete` only
    after everything else was written.
    """
    db.table("documents").create({"row": int, "document": bytes}, pk="row")
    db.table("vocabulary").create({"word": str, "audience": str, "lang": str, "documents": int})
    db.table("facts").create({"name": str, "value": str}, pk="name")
    db.execute(
        "CREATE VIRTUAL TABLE passages USING fts5(words, content='', columnsize=0,"
        " tokenize=\"unicode61 remove_diacritics 0 tokenchars '+#'\")"
    )


def configure_for_building(connection: sqlite3.Connection) -> None:
    """Write without a journal: an incomplete file is thrown away, never repaired."""
    connection.execute("PRAGMA journal_mode = OFF")
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("PRAGMA secure_delete = ON")


def ngram_weights(counts: NDArray[np.integer], passages: int) -> NDArray[np.float64]:
    """Return the rarity of n-grams found in so many of all passages, 1 for one in every passage.

    Source: scikit-learn, TfidfTransformer with smooth_idf.
    """
    weights: NDArray[np.float64] = np.log((1.0 + passages) / (1.0 + counts)) + 1.0
    return weights


def weighted(counts: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the sum over fields of normalised term frequencies, shape (k,)."""
    # Not `@`: BLAS would wake threads for this, and other searches need the cores.
    return np.asarray(np.einsum("ij,j->i", counts, FIELD_WEIGHTS), dtype=np.float32)


def saturated(frequency: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return what a term frequency is worth in BM25, 0 to K1 + 1."""
    return frequency * (K1 + 1) / (frequency + K1)
