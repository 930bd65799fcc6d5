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
from search.meaning import Rows

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

MOST_CODE_CHECKS = 20
"""Documents read to compare codes: more than a page of the likeliest ones."""

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
    logits = calibration.logits(candidates, request.query, lang=request.lang)
    if len(snapshot.langs()) > 1:
        foreign = np.array([lang != request.lang for lang in candidates.langs])
        logits = logits + OTHER_LANGUAGE_LOGIT * foreign
    if request.query.codes:
        likely = np.argsort(-logits)[:MOST_CODE_CHECKS]
        conflicts = conflicting(snapshot, candidates, request.query, likely)
        logits = logits + OTHER_CODE_LOGIT * conflicts
    scores = _raised(1.0 / (1.0 + np.exp(-logits)), candidates).round(SCORE_DECIMALS)
    ids, types = _keys(snapshot, candidates)
    order = np.lexsort((ids, types, -scores))
    keys = zip(types[order].tolist(), ids[order].tolist(), strict=True)
    return Ranking(candidates, order.astype(np.int64), tuple(keys), scores[order])


def _raised(scores: Table, candidates: Candidates) -> Table:
    """Lift exact things above everything else, keeping their order among themselves."""
    letters, exact_title, exact_code = candidates.matches.T[-3:]
    least = np.maximum(EXACT_TITLE * exact_title, EXACT_CODE * exact_code)
    least = np.maximum(least, EXACT_WORDING * (letters >= SAME_LETTERS))
    return np.asarray(1.0 - (1.0 - scores) * (1.0 - least))


def _keys(snapshot: IndexSnapshot, candidates: Candidates) -> tuple[Rows, NDArray[np.str_]]:
    ids = np.empty(len(candidates), dtype=np.int64)
    types = np.empty(len(candidates), dtype="U32")
    for number, part in enumerate(snapshot.parts):
        own = candidates.parts == number
        metadata = part.segment.metadata
        ids[own] = metadata.ids[candidates.rows[own]]
        types[own] = metadata.types_of(candidates.rows[own])
    return ids, types
