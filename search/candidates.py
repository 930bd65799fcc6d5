"""Gathers the documents worth ranking for a query, by words and by meaning."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from search.crowds import joined_crowds
from search.index import IndexSnapshot, Part
from search.lexical_matches import MATCH_COLUMNS
from search.meaning import TOP_PHRASINGS, Rows, Scope
from search.query import ParsedQuery
from search.results import Filters

LEXICAL_CANDIDATES = 60
"""Candidates by words in each part of the index; recall rises no further beyond it."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """n documents to rank; all sequences are aligned.

    `parts` and `rows` say where a document is in the snapshot. `matches` has the columns of
    `MATCH_COLUMNS`, all 0 where the words did not find it. `cosines` has shape
    (n, TOP_PHRASINGS), best phrasing first, NaN where there is no vector; `wordings` (n,) says
    of how many phrasings they are the best. `crowds` holds, by language, the best cosines of up
    to `CROWD` different documents that the viewer may read, falling, whether they pass the
    filters or not: a translation of the right answer is no rival of it.
    """

    parts: Rows
    rows: Rows
    matches: NDArray[np.float64]
    cosines: NDArray[np.float32]
    wordings: Rows
    crowds: Mapping[str, NDArray[np.float32]]
    langs: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(frozen=True, slots=True)
class Request:
    """What is looked for, by whom.

    `vector` is the query's unit vector, None without a model; `lang` the reader's language.
    """

    query: ParsedQuery
    vector: NDArray[np.float32] | None
    lang: str
    audiences: frozenset[str]
    filters: Filters = field(default_factory=Filters)


def gather(snapshot: IndexSnapshot, request: Request) -> Candidates:
    """Collect the candidates of every part of the index, only from what may be found."""
    allowed = snapshot.scopes(request.audiences, request.filters)
    readable = snapshot.scopes(request.audiences, Filters())
    found = [
        _gather_part(number, part, request, allowed[number], readable[number])
        for number, part in enumerate(snapshot.parts)
    ]
    return Candidates(
        parts=np.concatenate([one.parts for one in found]),
        rows=np.concatenate([one.rows for one in found]),
        matches=np.concatenate([one.matches for one in found]),
        cosines=np.concatenate([one.cosines for one in found]),
        wordings=np.concatenate([one.wordings for one in found]),
        crowds=joined_crowds([one.crowds for one in found]),
        langs=tuple(lang for one in found for lang in one.langs),
    )


def _gather_part(
    number: int, part: Part, request: Request, allowed: Scope, readable: Scope
) -> Candidates:
    segment = part.segment
    narrowed = segment.lexical.narrow(request.query, allowed.documents)
    if narrowed is not None:
        allowed = segment.meaning.scope(narrowed)
    found = segment.lexical.find(
        request.query,
        allowed=None if allowed.documents.all() else allowed.documents,
        limit=LEXICAL_CANDIDATES,
        lang=request.lang,
    )
    langs = segment.metadata.values["lang"]
    codes = segment.metadata.codes["lang"]
    if request.vector is None:
        rows, crowds = np.sort(found.rows), {}
        cosines = np.full((len(rows), TOP_PHRASINGS), np.nan, dtype=np.float32)
    else:
        near = segment.meaning.near(
            request.vector, allowed=allowed, readable=readable, found=found.rows, langs=codes
        )
        rows, cosines = near.rows, near.cosines
        crowds = {langs[code]: crowd for code, crowd in near.crowds.items()}
    matches = np.zeros((len(rows), len(MATCH_COLUMNS)))
    matches[np.searchsorted(rows, found.rows)] = found.table
    return Candidates(
        parts=np.full(len(rows), number, dtype=np.int64),
        rows=rows,
        matches=matches,
        cosines=cosines,
        wordings=segment.meaning.counts(rows),
        crowds=crowds,
        langs=tuple(langs[code] for code in codes[rows].tolist()),
    )
