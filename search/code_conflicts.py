"""Tells documents about another code of the same family: E-07 does not answer E-15."""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from search.candidates import Candidates
from search.documents import Document
from search.index import IndexSnapshot
from search.meaning import Rows
from search.query import ParsedQuery, code_key, find_codes

_FAMILY = re.compile(r"^[^\d]+(?=\d)")


def conflicting(
    snapshot: IndexSnapshot, candidates: Candidates, query: ParsedQuery, among: Rows
) -> NDArray[np.bool_]:
    """Which candidates ask about another code of a family of the query's codes, shape (n,).

    Only those `among` are read; the others count as free of conflict.

    A family is the letters before the first digit. A document conflicts when a wording of
    it names a code of the same family and neither wordings nor answer name the query's.
    """
    found = np.zeros(len(candidates), dtype=np.bool_)
    asked = {code_key(code) for code in query.codes}
    families = _families(asked)
    if not families:
        return found
    for number, part in enumerate(snapshot.parts):
        places = among[candidates.parts[among] == number]
        documents = part.segment.lexical.documents(candidates.rows[places].tolist())
        found[places] = [_conflicts(document, asked, families) for document in documents]
    return found


def _conflicts(document: Document, asked: set[str], families: set[str]) -> bool:
    named = _codes(phrasing.text for phrasing in document.phrasings)
    if named & asked or not _families(named) & families:
        return False
    return not _codes([document.answer]) & asked


def _codes(texts: Iterable[str]) -> set[str]:
    return {code_key(code) for text in texts for code in find_codes(text)}


def _families(keys: Iterable[str]) -> set[str]:
    return {family.group() for key in keys if (family := _FAMILY.match(key))}
