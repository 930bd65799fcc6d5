"""Gathers the documents worth ranking for a query, by words and by meaning."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from search.index import IndexSnapshot, Mask, Part
from search.lexical_matches import MATCH_COLUMNS
from search.meaning import TOP_PHRASINGS, Rows
from search.query import ParsedQuery
from search.results import Filters

LEXICAL_CANDIDATES = 60
"""Candidates by words in each part of the index; recall rises no further beyond it."""

MEANING_CANDIDATES = 60
"""Candidates by meaning in each part of the index."""

CROWD = 16
"""How many of the best documents describe what else the store holds for a query."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """n documents to rank; all sequences are aligned.

    `parts` and `rows` say where a document is in the snapshot. `matches` has the columns of
    `MATCH_COLUMNS`, all 0 where the words did not find it. `cosines` has shape
    (n, TOP_PHRASINGS), best phrasing first, NaN where there is no vector; `wordings` (n,) says
    of how many phrasings they are the best. `crowd` holds the best cosines of up to `CROWD`
    different documents that the viewer may read, falling, whether they pass the filters or not.
    """

    parts: Rows
    rows: Rows
    matches: NDArray[np.float64]
    cosines: NDArray[np.float32]
    wordings: Rows
    crowd: NDArray[np.float32]
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
    allowed = snapshot.allowed(request.audiences, request.filters)
    readable = snapshot.allowed(request.audiences, Filters())
    found = [
        _gather_part(number, part, request, allowed[number], readable[number])
        for number, part in enumerate(snapshot.parts)
    ]
    crowd = np.concatenate([one.crowd for one in found])
    return Candidates(
        parts=np.concatenate([one.parts for one in found]),
        rows=np.concatenate([one.rows for one in found]),
        matches=np.concatenate([one.matches for one in found]),
        cosines=np.concatenate([one.cosines for one in found]),
        wordings=np.concatenate([one.wordings for one in found]),
        crowd=np.sort(crowd)[::-1][:CROWD],
        langs=tuple(lang for one in found for lang in one.langs),
    )


def _gather_part(
    number: int, part: Part, request: Request, allowed: Mask, readable: Mask
) -> Candidates:
    segment = part.segment
    narrowed = segment.lexical.narrow(request.query, allowed)
    allowed = allowed if narrowed is None else narrowed
    found = segment.lexical.find(
        request.query,
        allowed=None if allowed.all() else allowed,
        limit=LEXICAL_CANDIDATES,
        lang=request.lang,
    )
    if request.vector is None:
        rows, crowd = np.sort(found.rows), np.empty(0, dtype=np.float32)
        cosines = np.full((len(rows), TOP_PHRASINGS), np.nan, dtype=np.float32)
    else:
        all_cosines = segment.meaning.cosines(request.vector)
        best = segment.meaning.best(all_cosines, len(segment.metadata))
        crowd = _largest(best[readable & ~np.isnan(best)], CROWD)
        near = _nearest_rows(best, allowed)
        rows = np.union1d(found.rows, near)
        cosines = segment.meaning.nearest(all_cosines, rows)
    matches = np.zeros((len(rows), len(MATCH_COLUMNS)))
    matches[np.searchsorted(rows, found.rows)] = found.table
    langs = segment.metadata.values["lang"]
    codes = segment.metadata.codes["lang"]
    return Candidates(
        parts=np.full(len(rows), number, dtype=np.int64),
        rows=rows,
        matches=matches,
        cosines=cosines,
        wordings=segment.meaning.counts(rows),
        crowd=crowd,
        langs=tuple(langs[code] for code in codes[rows].tolist()),
    )


def _nearest_rows(best: NDArray[np.float32], allowed: Mask) -> Rows:
    rows = np.flatnonzero(allowed & ~np.isnan(best))
    if len(rows) <= MEANING_CANDIDATES:
        return rows
    nearest = np.argpartition(-best[rows], MEANING_CANDIDATES)[:MEANING_CANDIDATES]
    return rows[nearest]


def _largest(values: NDArray[np.float32], count: int) -> NDArray[np.float32]:
    if len(values) <= count:
        return values
    return np.partition(values, len(values) - count)[-count:]
