"""Puts candidates in order by one calibrated score."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from search.calibration import Calibration
from search.candidates import Candidates, Request, gather
from search.code_conflicts import conflicting
from search.delta import Key
from search.features import Table
from search.index import IndexSnapshot
from search.meaning.groups import Rows
from search.product_conflicts import named_products, other_products
from search.query import ParsedQuery
from search.wording.analysis import split_words

EXACT_TITLE = 0.95
"""Least score of a document whose title is the query."""

EXACT_WORDING = 0.9
"""Least score of a document that has the query among its wordings, letter by letter."""

SAME_LETTERS = 0.995
"""N-gram cosine from which two wordings differ in case, marks and order only."""

EXACT_CODE = 0.9
"""Least score of a document that holds the error code or part number of the query."""

OTHER_LANGUAGE_LOGIT = -1.0
"""What being in another language than the reader's costs: the own one first, others after."""

OTHER_CODE_LOGIT = -6.0
"""What being about another code of the same family costs: near in words, wrong for sure."""

OTHER_PRODUCT_LOGIT = -3.0
"""What being about another product than the query names costs; people mix names up, too."""

MOST_CONFLICT_CHECKS = 20
"""Documents read to compare codes and products: more than a page of the likeliest ones."""

TYPE_LOGITS = {"thread": -0.5}
"""What it costs to be of a type: what a person wrote and keeps true comes before a discussion."""

SCORE_DECIMALS = 6
"""Cosines of equal texts differ in the eighth digit with their place in memory; that must
neither order documents nor move a page."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """Candidates in order, best first.

    `order` indexes the candidates; `order`, `keys` (type, id) and `scores` are aligned.
    """

    candidates: Candidates
    order: Rows
    keys: tuple[Key, ...]
    scores: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.order)

    def places(self, start: int, end: int) -> list[tuple[int, int]]:
        """(part, row) in the snapshot of the candidates ranked start to end."""
        order = self.order[start:end]
        parts, rows = self.candidates.parts[order], self.candidates.rows[order]
        return list(zip(parts.tolist(), rows.tolist(), strict=True))


def rank(snapshot: IndexSnapshot, request: Request, calibration: Calibration) -> Ranking:
    """Rank what may be found for a request; equal scores fall back to type and id."""
    candidates = gather(snapshot, request)
    if not len(candidates):
        return Ranking(candidates, np.empty(0, dtype=np.int64), (), np.empty(0))
    keys = _keys(snapshot, candidates)
    several = len(snapshot.readable("lang", request.audiences)) > 1
    costs = _known_costs(candidates, keys, lang=request.lang if several else None)
    judged = calibration.judge(candidates, request.query, lang=request.lang)
    logits = judged.logits(costs)
    conflicts = _conflict_costs(snapshot, candidates, request, logits)
    if conflicts is not None:
        logits = judged.logits(costs + conflicts)
    scores = _raised(1.0 / (1.0 + np.exp(-logits)), candidates, request.query)
    scores = scores.round(SCORE_DECIMALS)
    order = np.lexsort((keys.ids, keys.types, -scores)).astype(np.int64, copy=False)
    if not candidates.passing.all():
        order = order[candidates.passing[order]]
    return Ranking(candidates, order, keys.of(order), scores[order])


@dataclass(frozen=True, slots=True)
class _Keys:
    """The key of each candidate: `ids` (n,) and `types` (n,), which index the rising `names`."""

    ids: Rows
    types: Rows
    names: tuple[str, ...]

    def of(self, order: Rows) -> tuple[Key, ...]:
        """The keys in this order."""
        types = [self.names[code] for code in self.types[order].tolist()]
        return tuple(zip(types, self.ids[order].tolist(), strict=True))


def _known_costs(candidates: Candidates, keys: _Keys, *, lang: str | None) -> Table:
    """What language and type add to the log-odds of each candidate, shape (n,).

    `lang` is the reader's, None where there is no choice of languages.
    """
    costs = np.zeros(len(candidates))
    if lang is not None:
        foreign = np.array([name != lang for name in candidates.lang_names])
        costs += OTHER_LANGUAGE_LOGIT * foreign[candidates.lang_codes]
    for type_, logit in TYPE_LOGITS.items():
        if type_ in keys.names:
            costs += logit * (keys.types == keys.names.index(type_))
    return costs


def _conflict_costs(
    snapshot: IndexSnapshot, candidates: Candidates, request: Request, ranks: Table
) -> Table | None:
    """What being about another code or product adds, shape (n,); only the likeliest are read.

    None where the query names neither.
    """
    query = request.query
    named = named_products(snapshot, query, request.audiences)
    if not query.codes and not named:
        return None
    costs = np.zeros(len(candidates))
    likely = np.argsort(-ranks)[:MOST_CONFLICT_CHECKS]
    if query.codes:
        costs += OTHER_CODE_LOGIT * conflicting(snapshot, candidates, query, likely)
    return costs + OTHER_PRODUCT_LOGIT * other_products(snapshot, candidates, named, likely)


def _raised(scores: Table, candidates: Candidates, query: ParsedQuery) -> Table:
    """Lift exact things above everything else, keeping their order among themselves."""
    term_share, letters, exact_title, exact_code = candidates.matches.T[-4:]
    if len(query.words) > sum(len(split_words(code)) for code in query.codes):
        # A model's number beside a question is not what it is about: the rest must be there, too.
        exact_code = exact_code * term_share**2
    least = np.maximum(EXACT_TITLE * exact_title, EXACT_CODE * exact_code)
    least = np.maximum(least, EXACT_WORDING * (letters >= SAME_LETTERS))
    return np.asarray(1.0 - (1.0 - scores) * (1.0 - least))


def _keys(snapshot: IndexSnapshot, candidates: Candidates) -> _Keys:
    held = [part.segment.metadata for part in snapshot.parts]
    names = tuple(sorted({name for metadata in held for name in metadata.values["type"]}))
    ids = np.empty(len(candidates), dtype=np.int64)
    types = np.empty(len(candidates), dtype=np.int64)
    for number, metadata in enumerate(held):
        own = candidates.parts == number
        rows = candidates.rows[own]
        numbers = np.array([names.index(name) for name in metadata.values["type"]])
        ids[own] = metadata.ids[rows]
        types[own] = numbers[metadata.codes["type"][rows]]
    return _Keys(ids, types, names)
