"""Tells documents about another code of the same family: E-07 does not answer E-15."""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from search.candidates import Candidates
from search.index import IndexSnapshot
from search.lexical.documents import DocumentCodes
from search.meaning.groups import Rows
from search.query import ParsedQuery, code_key

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
        rows = candidates.rows[places].tolist()
        found[places] = [
            _conflicts(part.segment.lexical.codes(row), asked, families) for row in rows
        ]
    return found


def _conflicts(codes: DocumentCodes, asked: set[str], families: set[str]) -> bool:
    if codes.wordings & asked or not _families(codes.wordings) & families:
        return False
    return not codes.answer & asked


def _families(keys: Iterable[str]) -> set[str]:
    return {family.group() for key in keys if (family := _FAMILY.match(key))}
