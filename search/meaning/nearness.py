"""What is near a query in meaning: candidates, their cosines, and what else the store holds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from search.meaning.crowds import CROWD, Codes, Crowds, crowds_of
from search.meaning.groups import Cosines, Rows, Vector
from search.meaning.looking import Scope
from search.meaning.vectors import TOP_PHRASINGS, DocumentVectors
from search.spans import distinct, highest

MEANING_CANDIDATES = 60
"""Candidates by their wordings in each part of the index."""

PASSAGE_CANDIDATES = 20
"""Further ones by a passage of their answer."""


@dataclass(frozen=True, slots=True)
class Near:
    """What is near a query: document `rows`, rising, and what is known of them.

    `cosines` has shape (len(rows), TOP_PHRASINGS), best first, NaN where there are fewer.
    `answers` has shape (len(rows),): the cosine of the nearest passage of the answer, NaN where
    none has a vector. `crowds` holds, by language code, the best cosines of up to `CROWD`
    readable documents in that language, in no order.
    """

    rows: Rows
    cosines: Cosines
    answers: Cosines
    crowds: Crowds


@dataclass(frozen=True, slots=True)
class Nearness:
    """The vectors of n documents, and the code of each one's language, shape (n,)."""

    phrasings: DocumentVectors
    passages: DocumentVectors
    langs: Codes

    def near(
        self,
        query: Vector,
        *,
        allowed: Scope,
        readable: Scope,
        found: Rows,
        compared: Scope | None = None,
    ) -> Near:
        """The allowed documents nearest to a unit query vector, and those of `found` anyway.

        Nearest by a wording or by a passage of the answer; and likewise the nearest of those
        `compared`, which filters may have left out. The cosines are exact to six decimals where
        vectors are scanned, and to 0.002 where an index holds them; it finds nearly always the
        true ones.
        """
        wordings, passages = self.phrasings.look(query), self.passages.look(query)
        candidates, crowd = [found], None
        for scope in dict.fromkeys((allowed, compared or allowed)):
            rows, best = wordings.nearest(scope, enough=MEANING_CANDIDATES)
            told, theirs = passages.nearest(scope, enough=PASSAGE_CANDIDATES)
            candidates.append(_nearest(rows, best, MEANING_CANDIDATES))
            candidates.append(_nearest(told, theirs, PASSAGE_CANDIDATES))
            if scope is readable:
                crowd = rows, best
        rows, best = crowd or wordings.nearest(readable, enough=CROWD)
        united = distinct(np.concatenate(candidates).astype(np.int64))
        return Near(
            rows=united,
            cosines=wordings.largest(united, count=TOP_PHRASINGS),
            answers=passages.largest(united, count=1)[:, 0],
            crowds=crowds_of(best, self.langs[rows]),
        )


def _nearest(rows: Rows, best: Cosines, count: int) -> Rows:
    return rows if len(rows) <= count else rows[highest(rows, best, count)]
