"""Gathers the documents worth ranking for a query, by words and by meaning."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from search.generation import Segment
from search.index import IndexSnapshot, Part
from search.lexical.matches import MATCH_COLUMNS
from search.meaning.crowds import joined_crowds
from search.meaning.groups import Rows
from search.meaning.looking import Scope
from search.meaning.vectors import TOP_PHRASINGS
from search.query import ParsedQuery
from search.results import Filters
from search.spans import chained

NO_FILTERS = Filters()

LEXICAL_CANDIDATES = 60
"""Candidates by words in each part of the index; recall rises no further beyond it."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """n documents to rank; all sequences are aligned.

    `passing` (n,) says which pass the filters. The others are what would be found without them:
    a score tells how a document stands among all, so that filters move none.
    `parts` and `rows` say where a document is in the snapshot. `matches` has the columns of
    `MATCH_COLUMNS`, all 0 where the words did not find it. `cosines` has shape
    (n, TOP_PHRASINGS), best phrasing first, NaN where there is no vector; `wordings` (n,) says
    of how many phrasings they are the best. `crowds` holds, by language, the best cosines of up
    to `CROWD` different documents that the viewer may read, falling, whether they pass the
    filters or not: a translation of the right answer is no rival of it.
    `answers` (n,) is the cosine of the nearest passage of the answer and `crowding` (n,) how
    near the document is to others (`search.meaning.crowding`), both NaN where not known.
    `lang_codes` (n,) indexes `lang_names`. `documents` says how many the statistics of words
    are of.
    """

    parts: Rows
    rows: Rows
    passing: NDArray[np.bool_]
    matches: NDArray[np.float64]
    cosines: NDArray[np.float32]
    answers: NDArray[np.float32]
    crowding: NDArray[np.float32]
    wordings: Rows
    crowds: Mapping[str, NDArray[np.float32]]
    lang_codes: Rows
    lang_names: tuple[str, ...]
    documents: int

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def langs(self) -> tuple[str, ...]:
        """The language of each document."""
        return tuple(self.lang_names[code] for code in self.lang_codes.tolist())


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
    """Collect the candidates of every part of the index, only from what may be read."""
    if request.query.terms is None:
        expanded = snapshot.wording(request.audiences).expand(request.query, lang=request.lang)
        request = replace(request, query=expanded)
    allowed = snapshot.scopes(request.audiences, request.filters)
    readable = snapshot.scopes(request.audiences, NO_FILTERS)
    found = [
        _gather_part(number, part, request, allowed[number], readable[number])
        for number, part in enumerate(snapshot.parts)
    ]
    names = tuple(dict.fromkeys(name for part in snapshot.parts for name in _langs(part)))
    return Candidates(
        parts=np.arange(len(found)).repeat([len(one.rows) for one in found]),
        rows=chained(*(one.rows for one in found)),
        passing=chained(*(one.passing for one in found)),
        matches=chained(*(one.matches for one in found)),
        cosines=chained(*(one.cosines for one in found)),
        answers=chained(*(one.answers for one in found)),
        crowding=_filled_up(chained(*(one.crowding for one in found))),
        wordings=chained(*(one.wordings for one in found)),
        crowds=joined_crowds([one.crowds for one in found]),
        lang_codes=chained(
            *(
                np.array([names.index(name) for name in _langs(part)], dtype=np.int64)[one.langs]
                for part, one in zip(snapshot.parts, found, strict=True)
            )
        ),
        lang_names=names,
        documents=snapshot.documents,
    )


@dataclass(frozen=True, slots=True)
class _PartCandidates:
    """The candidates of one part; `langs` are codes of its own."""

    rows: Rows
    passing: NDArray[np.bool_]
    matches: NDArray[np.float64]
    cosines: NDArray[np.float32]
    answers: NDArray[np.float32]
    crowding: NDArray[np.float32]
    wordings: Rows
    crowds: Mapping[str, NDArray[np.float32]]
    langs: NDArray[np.int32]


def _gather_part(
    number: int, part: Part, request: Request, allowed: Scope, readable: Scope
) -> _PartCandidates:
    segment = part.segment
    compared = _narrowed(segment, request.query, readable)
    allowed = compared if allowed is readable else _narrowed(segment, request.query, allowed)
    found = segment.lexical.find(
        _without_operators(request.query),
        allowed=None if allowed.is_whole else allowed.documents,
        among=None if compared is allowed else compared.documents,
        limit=LEXICAL_CANDIDATES,
        lang=request.lang,
    )
    if request.vector is None:
        rows = np.sort(found.rows).astype(np.int64, copy=False)
        crowds: Mapping[str, NDArray[np.float32]] = {}
        cosines = np.full((len(rows), TOP_PHRASINGS), np.nan, dtype=np.float32)
        answers = np.full(len(rows), np.nan, dtype=np.float32)
    else:
        near = segment.nearness().near(
            request.vector, allowed=allowed, compared=compared, readable=readable, found=found.rows
        )
        rows, cosines, answers = near.rows, near.cosines, near.answers
        langs = _langs(part)
        crowds = {langs[code]: crowd for code, crowd in near.crowds.items()}
    matches = np.zeros((len(rows), len(MATCH_COLUMNS)))
    matches[rows.searchsorted(found.rows)] = found.table
    # The few changed documents of a later part tell nothing of how crowded their place is.
    known = number == 0
    return _PartCandidates(
        rows=rows,
        passing=allowed.documents[rows],
        matches=matches,
        cosines=cosines,
        answers=answers,
        crowding=segment.crowding[rows] if known else np.full(len(rows), np.nan, np.float32),
        wordings=segment.meaning.counts(rows),
        crowds=crowds,
        langs=segment.metadata.codes["lang"][rows],
    )


def _narrowed(segment: Segment, query: ParsedQuery, scope: Scope) -> Scope:
    """Those documents of a scope that have the query's phrases and no word that it excludes."""
    narrowed = segment.lexical.narrow(query, scope.documents)
    return scope if narrowed is None or narrowed is scope.documents else Scope(narrowed)


def _without_operators(query: ParsedQuery) -> ParsedQuery:
    """The query for an index of which only documents that its operators leave are asked for."""
    if not query.phrases and not query.excluded:
        return query
    return replace(query, phrases=(), excluded=())


def _langs(part: Part) -> tuple[str, ...]:
    return part.segment.metadata.values["lang"]


def _filled_up(crowding: NDArray[np.float32]) -> NDArray[np.float32]:
    """Give documents whose crowding is not known the mean of the others'."""
    missing = np.isnan(crowding)
    if not missing.any() or missing.all():
        return crowding
    return np.where(missing, crowding[~missing].mean(), crowding)
