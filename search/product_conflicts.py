"""Tells documents about another product than the query names."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from kb.slugs import slugify
from search.candidates import Candidates
from search.documents import Document
from search.index import IndexSnapshot
from search.meaning.groups import Rows
from search.metadata import ABSENT
from search.query import ParsedQuery


def named_products(
    snapshot: IndexSnapshot, query: ParsedQuery, audiences: frozenset[str]
) -> frozenset[str]:
    """The products, as slugs, whose whole name stands in the query; of "alba" and "alba-pro" the
    longer one where both would. Only those of which these audiences may read something.
    """
    known = snapshot.readable("product", audiences)
    if not known:
        return frozenset()
    text = _spaced(query.words)
    found = [name for name in known if _as_words(name) in text]
    return frozenset(
        name
        for name in found
        if not any(_as_words(name) in _as_words(other) for other in found if other != name)
    )


def other_products(
    snapshot: IndexSnapshot, candidates: Candidates, named: frozenset[str], among: Rows
) -> NDArray[np.bool_]:
    """Which candidates are about another product than those named, shape (n,).

    Only those `among` are looked at; the others count as free of conflict, as does a document
    of no product, or one that names the product itself.
    """
    found = np.zeros(len(candidates), dtype=np.bool_)
    if not named:
        return found
    for number, part in enumerate(snapshot.parts):
        places = among[candidates.parts[among] == number]
        metadata = part.segment.metadata
        names = metadata.values["product"]
        own = np.array([ABSENT, *(code for code, name in enumerate(names) if name in named)])
        codes = metadata.codes["product"][candidates.rows[places]]
        places = places[~np.isin(codes, own)]
        documents = part.segment.lexical.documents(candidates.rows[places].tolist())
        found[places] = [not _names(document, named) for document in documents]
    return found


def _names(document: Document, products: frozenset[str]) -> bool:
    texts = (document.answer, *(phrasing.text for phrasing in document.phrasings))
    text = _spaced(word for one in texts for word in one.split())
    return any(_as_words(name) in text for name in products)


def _as_words(slug: str) -> str:
    return f" {slug.replace('-', ' ')} "


def _spaced(words: Iterable[str]) -> str:
    return f" {' '.join(slugify(word).replace('-', ' ') for word in words)} "
