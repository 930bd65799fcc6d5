"""Reads the public judged sets as documents, answerable queries and unanswerable ones."""

from __future__ import annotations

import csv
import json
import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.resources import as_file, files
from pathlib import Path
from typing import TypeVar

from kb.access import PUBLIC
from search.documents import Document, DocumentPhrasing
from search.judged_set import read_judged_set

T = TypeVar("T")

SEED = 7
OUT_OF_SCOPE = "oos"
OWN_LANGUAGE_GAIN = 2.0


@dataclass(frozen=True, slots=True)
class JudgedQuery:
    """A query and the gain of each document (by id) that answers it; none where nothing does."""

    text: str
    lang: str
    relevant: Mapping[int, float]


@dataclass(frozen=True, slots=True)
class JudgedSet:
    """One store with queries that it can and cannot answer."""

    name: str
    documents: tuple[Document, ...]
    answerable: tuple[JudgedQuery, ...]
    unanswerable: tuple[JudgedQuery, ...] = ()


def faq_set(folder: Path, *, most: int) -> JudgedSet:
    """A set with one wording per entry; at most `most` queries of each kind."""
    rows = _rows(folder / "faq.jsonl")
    number = {row["id"]: index for index, row in enumerate(rows, start=1)}
    gains: dict[str, dict[int, float]] = defaultdict(dict)
    with (folder / "qrels.tsv").open(encoding="utf-8") as file:
        for query, entry, gain in list(csv.reader(file, delimiter="\t"))[1:]:
            if float(gain) > 0:
                gains[query][number[entry]] = float(gain)
    queries = _rows(folder / "queries.jsonl")
    judged = [JudgedQuery(q["text"], q["lang"], gains.get(q["id"], {})) for q in queries]
    out = {q["text"] for q in queries if q.get("oos")}
    return JudgedSet(
        folder.name,
        tuple(
            make_document(number[r["id"]], [r["question"]], r.get("answer") or "", r["lang"])
            for r in rows
        ),
        _sample([q for q in judged if q.relevant], most),
        _sample([q for q in judged if not q.relevant and q.text in out], most),
    )


def intent_set(folder: Path, *, wordings: int, most: int, in_order: bool = False) -> JudgedSet:
    """A set of intents as entries of some wordings each; the test part asks.

    Wordings are drawn at random, or the first ones of the file `in_order`.
    """
    rows = _rows(folder / "questions.jsonl")
    by_label: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        if row["split"] == "train" and row["label"] != OUT_OF_SCOPE:
            by_label[row["label"]].append(row["text"])
    number = {label: index for index, label in enumerate(sorted(by_label), start=1)}
    lang = rows[0]["lang"]
    asked = [row for row in rows if row["split"] == "test"]
    inside = [row for row in asked if row["label"] in number]
    outside = [row for row in asked if row["label"] == OUT_OF_SCOPE]
    return JudgedSet(
        f"{folder.name} @{wordings}",
        tuple(
            make_document(
                number[label],
                by_label[label][:wordings]
                if in_order
                else list(_sample(by_label[label], wordings)),
                "",
                lang,
            )
            for label in number
        ),
        _sample([JudgedQuery(r["text"], lang, {number[r["label"]]: 1.0}) for r in inside], most),
        _sample([JudgedQuery(r["text"], lang, {}) for r in outside], most),
    )


def demo_set(split: str) -> JudgedSet:
    """The public entries of the demo world and the judged queries of one half."""
    with as_file(files("kb.demo") / "faq.jsonl") as shipped:
        read = read_judged_set(shipped.parent, split=split, name="demo")
    public = [document for document in read.documents if document.audience == PUBLIC]
    number = {str(document.source_id): at for at, document in enumerate(public, start=1)}
    asked = [
        (
            JudgedQuery(
                query.text,
                query.lang,
                {number[key]: gain for key, gain in query.relevant.items() if key in number},
            ),
            query.unanswerable,
        )
        for query in read.queries
    ]
    return JudgedSet(
        "demo",
        tuple(replace(one, id=number[str(one.source_id)]) for one in public),
        tuple(query for query, _ in asked if query.relevant),
        tuple(query for query, unanswerable in asked if unanswerable),
    )


def joined_sets(asked: Path, answering: Path, *, most: int, with_own: bool) -> JudgedSet:
    """Queries of one set to the entries of another that have the same ids.

    `with_own` puts the entries of the queries' own set beside them; one of the own language is
    worth more.
    """
    own, other = (faq_set(folder, most=most) for folder in (asked, answering))
    keys = [row["id"] for row in _rows(asked / "faq.jsonl")]
    number = {row["id"]: at for at, row in enumerate(_rows(answering / "faq.jsonl"), start=1)}
    shift = len(keys) if with_own else 0
    queries = []
    for query in own.answerable:
        found = {number[keys[one - 1]] + shift for one in query.relevant if keys[one - 1] in number}
        gains = dict.fromkeys(found, 1.0)
        if with_own:
            gains |= dict.fromkeys(query.relevant, OWN_LANGUAGE_GAIN)
        if gains:
            queries.append(replace(query, relevant=gains))
    documents = tuple(replace(one, id=one.id + shift) for one in other.documents)
    return JudgedSet(
        f"{own.name} → {other.name}",
        (*own.documents, *documents) if with_own else documents,
        tuple(queries),
        own.unanswerable,
    )


def make_document(id_: int, phrasings: Sequence[str], answer: str, lang: str) -> Document:
    """A public entry whose first phrasing is its title."""
    return Document(
        type="entry",
        id=id_,
        source_id=None,
        title=phrasings[0],
        answer=answer,
        lang=lang,
        audience=PUBLIC,
        url=f"/faq/{id_}",
        phrasings=tuple(DocumentPhrasing(text, shown=i == 0) for i, text in enumerate(phrasings)),
    )


def _sample(items: Sequence[T], most: int) -> tuple[T, ...]:
    mixed = list(items)
    random.Random(SEED).shuffle(mixed)
    return tuple(mixed[:most])


def _rows(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
