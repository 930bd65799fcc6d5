"""The tables of the index file: what each holds and in which bytes."""

from __future__ import annotations

import sqlite3
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray
from sqlite_utils import Database

SCHEMA_VERSION = "1"
"""Goes up whenever the file or the analysis changes; another version is rebuilt, never read."""


class Field(IntEnum):
    """Where a word stands in a document; the order of the columns of every per-field array."""

    TITLE = 0
    PHRASINGS = 1
    ANSWER = 2
    LABELS = 3


POSTING = np.dtype([("row", "<u4"), ("counts", "u1", (len(Field),))])
"""One document of a term: its row and how often the term stands in each field, at most 255."""

PASSAGE = np.dtype("<u4")
"""One wording of an n-gram: its passage number."""

CODE_MARK = "#"
"""Goes before a code among the terms, so that it never meets a stem of the same letters."""


def create_tables(db: Database) -> None:
    """Create the empty tables.

    `documents` are numbered from 0 in the order of building. A passage is one wording or one
    answer, numbered through all documents: the title, the other wordings, the answer. The
    full-text table `passages` finds phrases in them. `arrays` holds whole numpy arrays:
    `lengths` (documents, 4) float32, terms per field; `passage_rows` (passages,) uint32, the
    document of each; `inverse_norms` (passages,) float32, 1 / length of the n-gram vector, 0
    for an answer; `ngrams` and `ngram_counts` uint32, the keys of the table `ngrams`, ascending,
    and how many passages each has. `facts` has the key `complete` only after everything else
    was written.
    """
    db.table("documents").create({"row": int, "title": str, "document": bytes}, pk="row")
    db.table("documents").create_index(["title"])
    db.table("terms").create({"term": str, "postings": bytes}, pk="term")
    db.table("ngrams").create({"ngram": int, "passages": bytes}, pk="ngram")
    db.table("vocabulary").create({"word": str, "audience": str, "lang": str, "documents": int})
    db.table("arrays").create({"name": str, "data": bytes}, pk="name")
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
