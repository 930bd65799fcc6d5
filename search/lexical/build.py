"""Writes the keyword half of an index: documents in, a complete set of tables and arrays out."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import orjson
from sqlite_utils import Database

from kb.access import PUBLIC
from search.documents import Document
from search.lexical.arrays import LexicalArrays, text_key
from search.lexical.inversion import Collected, inverted
from search.lexical.schema import SCHEMA_VERSION, Field, configure_for_building, create_tables
from search.lexical.terms import terms
from search.wording.analysis import is_cjk, split_words, words_with_places

_BATCH = 1_000
_MOST_COUNTED = 255
"""A posting keeps a count in one byte; BM25 is flat long before."""

ANSWER_CUT = 20_000
"""Characters of an answer that are searched, as many as intake keeps of any text."""


class Numbers(dict[str, int]):
    """Numbers texts from 0 in the order in which they are asked for first."""

    def __missing__(self, text: str) -> int:
        number = self[text] = len(self)
        return number


@dataclass(slots=True)
class _Tables:
    """What is collected while the documents go by, flat: a million wordings fit in memory."""

    terms: Numbers = field(default_factory=Numbers)
    words: Numbers = field(default_factory=Numbers)
    posting_terms: array[int] = field(default_factory=lambda: array("I"))
    posting_rows: array[int] = field(default_factory=lambda: array("I"))
    posting_counts: bytearray = field(default_factory=bytearray)
    lengths: array[int] = field(default_factory=lambda: array("I"))
    passage_rows: array[int] = field(default_factory=lambda: array("I"))
    passage_sizes: array[int] = field(default_factory=lambda: array("I"))
    passage_words: array[int] = field(default_factory=lambda: array("I"))
    titles: array[int] = field(default_factory=lambda: array("Q"))
    public: bytearray = field(default_factory=bytearray)
    langs: Counter[str] = field(default_factory=Counter)
    vocabulary: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    def collected(self) -> Collected:
        """The same as arrays, over the same memory."""
        public = np.frombuffer(self.public, np.bool_)
        return Collected(
            terms=list(self.terms),
            words=list(self.words),
            posting_terms=np.asarray(self.posting_terms),
            posting_rows=np.asarray(self.posting_rows),
            posting_counts=np.frombuffer(self.posting_counts, np.uint8).reshape(-1, len(Field)),
            lengths=np.asarray(self.lengths, dtype=np.float32).reshape(-1, len(Field)),
            passage_rows=np.asarray(self.passage_rows),
            passage_sizes=np.asarray(self.passage_sizes),
            passage_words=np.asarray(self.passage_words),
            titles=np.asarray(self.titles),
            counted=public if public.any() else np.ones(len(public), np.bool_),
        )


def write_index(db: Database, documents: Iterable[Document]) -> LexicalArrays:
    """Fill an empty database with the documents, numbered from 0 in the order given.

    Returns the arrays that belong to it; `complete` has to be called when they are kept.
    """
    configure_for_building(db.conn)
    tables = _Tables()
    with db.atomic():
        create_tables(db)
        db.table("documents").insert_all(_collected(db, documents, tables), batch_size=_BATCH)
        db.table("vocabulary").insert_all(
            {"word": word, "audience": audience, "lang": lang, "documents": count}
            for (word, audience, lang), count in sorted(tables.vocabulary.items())
        )
        db.execute("INSERT INTO passages(passages) VALUES ('optimize')")
        facts = {
            "schema": SCHEMA_VERSION,
            "documents": str(len(tables.titles)),
            "langs": " ".join(lang for lang, _ in tables.langs.most_common()),
        }
        _write_facts(db, facts)
    return inverted(tables.collected())


def complete(db: Database, *, arrays_bytes: int) -> None:
    """Say that everything was written, and how long the file of arrays is."""
    _write_facts(db, {"arrays_bytes": str(arrays_bytes)})
    _write_facts(db, {"complete": "1"})


def title_key(title: str) -> int:
    """Return what two titles share that are the same but for case and punctuation."""
    return text_key(" ".join(split_words(title)))


def _write_facts(db: Database, facts: Mapping[str, str]) -> None:
    db.table("facts").insert_all({"name": n, "value": v} for n, v in facts.items())


def _collected(
    db: Database, documents: Iterable[Document], tables: _Tables
) -> Iterator[dict[str, object]]:
    """Yield the rows of `documents` and collect everything else on the way."""
    for row, document in enumerate(documents):
        _collect_texts(db, document, row, tables)
        _collect_vocabulary(document, tables)
        tables.langs[document.lang] += 1
        tables.titles.append(title_key(document.title))
        tables.public.append(document.audience == PUBLIC)
        yield {"row": row, "document": orjson.dumps(document)}


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
    """Collect the passages' terms and words, and the terms of the labels."""
    counts: dict[int, list[int]] = {}
    lengths = [0] * len(Field)

    def count(place: Field, text: str) -> None:
        for term in terms(text, document.lang):
            number = tables.terms[term]
            if number not in counts:
                counts[number] = [0] * len(Field)
            counts[number][place] += 1
            lengths[place] += 1

    passages: list[tuple[int, str]] = []
    for number, (place, text) in enumerate(_passages(document), len(tables.passage_rows)):
        count(place, text)
        passages.append((number, " ".join(split_words(text))))
        words = set() if place is Field.ANSWER else {w.folded for w in words_with_places(text)}
        tables.passage_words.extend(tables.words[word] for word in sorted(words))
        tables.passage_sizes.append(len(words))
    for label in (*document.tags, document.product, document.category):
        count(Field.LABELS, (label or "").replace("-", " "))
    tables.posting_terms.extend(counts)
    tables.posting_rows.extend([row] * len(counts))
    for per_field in counts.values():
        tables.posting_counts.extend(min(number, _MOST_COUNTED) for number in per_field)
    tables.lengths.extend(lengths)
    tables.passage_rows.extend([row] * len(passages))
    db.conn.executemany("INSERT INTO passages(rowid, words) VALUES (?, ?)", passages)


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
