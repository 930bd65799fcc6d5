"""Writes the keyword half of an index: documents in, a complete set of tables out."""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
import orjson
from sqlite_utils import Database

from search.analysis import bigrams, is_cjk, ngrams, split_words, stem, words_with_places
from search.documents import Document
from search.lexical_schema import (
    CODE_MARK,
    PASSAGE,
    SCHEMA_VERSION,
    Field,
    configure_for_building,
    create_tables,
    ngram_weights,
)
from search.query import code_key, find_codes

_PACKED = "<u8"
"""A `POSTING` as one number: the row below, one byte for each field above."""

_BATCH = 1_000
_MOST_COUNTED = 255
"""A posting keeps a count in one byte; BM25 is flat long before."""

ANSWER_CUT = 20_000
"""Characters of an answer that are searched, as many as intake keeps of any text."""


@dataclass(slots=True)
class _Tables:
    """What is collected while the documents go by."""

    postings: defaultdict[str, array[int]] = field(default_factory=lambda: defaultdict(_numbers))
    ngrams: defaultdict[int, array[int]] = field(default_factory=lambda: defaultdict(_numbers))
    passage_rows: array[int] = field(default_factory=lambda: _numbers())
    lengths: list[tuple[int, ...]] = field(default_factory=list)
    langs: Counter[str] = field(default_factory=Counter)
    vocabulary: Counter[tuple[str, str, str]] = field(default_factory=Counter)


def _numbers() -> array[int]:
    return array("Q")


def write_index(db: Database, documents: Iterable[Document]) -> None:
    """Fill an empty database with the documents, numbered from 0 in the order given."""
    configure_for_building(db.conn)
    tables = _Tables()
    with db.atomic():
        create_tables(db)
        db.table("documents").insert_all(_collected(db, documents, tables), batch_size=_BATCH)
    with db.atomic():
        _write_postings(db, tables)
        _write_ngrams(db, tables)
        db.table("vocabulary").insert_all(
            {"word": word, "audience": audience, "lang": lang, "documents": count}
            for (word, audience, lang), count in sorted(tables.vocabulary.items())
        )
        db.execute("INSERT INTO passages(passages) VALUES ('optimize')")
        facts = {
            "schema": SCHEMA_VERSION,
            "documents": str(len(tables.lengths)),
            "langs": " ".join(lang for lang, _ in tables.langs.most_common()),
        }
        db.table("facts").insert_all({"name": n, "value": v} for n, v in facts.items())
    db.table("facts").insert({"name": "complete", "value": "1"})


def terms(text: str, lang: str) -> list[str]:
    """Return what BM25 counts in a text: stems, CJK characters and their pairs, codes."""
    found: list[str] = []
    for word in words_with_places(text):
        if is_cjk(word.folded):
            found.extend(bigrams(word.folded))
            found.extend(word.folded if len(word.folded) > 1 else ())
        else:
            found.append(stem(word.folded, lang))
    found.extend(CODE_MARK + code_key(code) for code in find_codes(text))
    return found


def title_key(title: str) -> str:
    """Return the form in which two titles are the same."""
    return " ".join(split_words(title))


def _collected(
    db: Database, documents: Iterable[Document], tables: _Tables
) -> Iterator[dict[str, object]]:
    """Yield the rows of `documents` and collect everything else on the way."""
    for row, document in enumerate(documents):
        _collect_texts(db, document, row, tables)
        _collect_vocabulary(document, tables)
        tables.langs[document.lang] += 1
        yield {
            "row": row,
            "title": title_key(document.title),
            "document": orjson.dumps(document),
        }


def _passages(document: Document) -> list[tuple[Field, str]]:
    """Return the texts of a document in the order of its passages, each wording once."""
    others = dict.fromkeys(wording.text for wording in document.phrasings)
    others.pop(document.title, None)
    return [
        (Field.TITLE, document.title),
        *((Field.PHRASINGS, text) for text in others),
        (Field.ANSWER, document.answer[:ANSWER_CUT]),
    ]


def _collect_texts(db: Database, document: Document, row: int, tables: _Tables) -> None:
    """Collect the passages' terms, n-grams and words, and the terms of the labels."""
    counts: defaultdict[str, list[int]] = defaultdict(lambda: [0] * len(Field))
    lengths = [0] * len(Field)

    def count(place: Field, text: str) -> None:
        for term in terms(text, document.lang):
            counts[term][place] += 1
            lengths[place] += 1

    words: list[tuple[int, str]] = []
    for passage, (place, text) in enumerate(_passages(document), len(tables.passage_rows)):
        count(place, text)
        words.append((passage, " ".join(split_words(text))))
        for ngram in () if place is Field.ANSWER else ngrams(text):
            tables.ngrams[ngram].append(passage)
    for label in (*document.tags, document.product, document.category):
        count(Field.LABELS, (label or "").replace("-", " "))
    for term, per_field in counts.items():
        tables.postings[term].append(_packed(row, per_field))
    tables.lengths.append(tuple(lengths))
    tables.passage_rows.extend([row] * len(words))
    db.conn.executemany("INSERT INTO passages(rowid, words) VALUES (?, ?)", words)


def _packed(row: int, counts: Iterable[int]) -> int:
    """Return one `POSTING` as a number."""
    posting = row
    for place, count in enumerate(counts):
        posting |= min(count, _MOST_COUNTED) << (32 + 8 * place)
    return posting


def _collect_vocabulary(document: Document, tables: _Tables) -> None:
    """Count the words that readers of this document see; an unshown wording is not seen."""
    shown = [wording.text for wording in document.phrasings if wording.shown]
    seen = {
        text[word.start : word.end].lower()
        for text in (document.title, *shown, document.answer[:ANSWER_CUT])
        for word in words_with_places(text)
        if word.folded.isalpha() and not is_cjk(word.folded)
    }
    tables.vocabulary.update((word, document.audience, document.lang) for word in seen)


def _write_postings(db: Database, tables: _Tables) -> None:
    db.table("terms").insert_all(
        (
            {"term": term, "postings": np.asarray(postings, dtype=_PACKED).tobytes()}
            for term, postings in sorted(tables.postings.items())
        ),
        batch_size=_BATCH,
    )
    lengths = np.asarray(tables.lengths, dtype="<f4").reshape(-1, len(Field))
    db.table("arrays").insert({"name": "lengths", "data": lengths.tobytes()})


def _write_ngrams(db: Database, tables: _Tables) -> None:
    hashes = sorted(tables.ngrams)
    counts = np.asarray([len(tables.ngrams[ngram]) for ngram in hashes], dtype="<u4")
    squares = np.zeros(len(tables.passage_rows))
    weights = ngram_weights(counts, len(squares))
    for ngram, weight in zip(hashes, weights, strict=True):
        squares[np.asarray(tables.ngrams[ngram], dtype=np.int64)] += weight**2
    norms = np.sqrt(squares)
    inverse_norms = np.divide(1.0, norms, out=np.zeros_like(norms), where=norms > 0)
    db.table("ngrams").insert_all(
        (
            {
                "ngram": ngram,
                "passages": np.asarray(tables.ngrams[ngram], dtype=PASSAGE).tobytes(),
            }
            for ngram in hashes
        ),
        batch_size=_BATCH,
    )
    arrays = {
        "passage_rows": np.asarray(tables.passage_rows, dtype=PASSAGE),
        "inverse_norms": inverse_norms.astype("<f4"),
        "ngrams": np.asarray(hashes, dtype="<u4"),
        "ngram_counts": counts,
    }
    db.table("arrays").insert_all({"name": n, "data": a.tobytes()} for n, a in arrays.items())
