"""Describes each candidate by numbers that mean the same in every store and for every model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from search.candidates import Candidates
from search.query import ParsedQuery

WORD_FEATURES = (
    "words_share",
    "words_strength",
    "words_peak",
    "words_title",
    "words_phrasings",
    "words_answer",
    "letters",
    "letters_gap",
    "exact_title",
    "short_query",
)
"""What the words of a query tell; all that there is without a model."""

MEANING_FEATURES = ("meaning_best", "meaning_agree", "meaning_gap", "meaning_lead")
"""What the vectors tell."""

DOUBT_FEATURES = (
    *(f"{name}_doubted" for name in MEANING_FEATURES),
    "letters_doubted",
    "distrust",
)
"""The meaning again, times the distrust in it for the document's language."""

HYBRID_FEATURES = WORD_FEATURES + MEANING_FEATURES + DOUBT_FEATURES

ACROSS_FEATURES = (
    "short_query",
    *MEANING_FEATURES,
    *(f"{name}_doubted" for name in MEANING_FEATURES),
    "distrust",
)
"""Those of the hybrid ones that count across languages, where words hardly ever agree."""

ACROSS_COLUMNS = tuple(HYBRID_FEATURES.index(name) for name in ACROSS_FEATURES)

CROWD_FIRST = 5
CROWD_LAST = 15
"""Ranks whose mean stands for the rest of the store: behind what may be right itself."""

SHORT_QUERY_WORDS = 2.0
"""A query of this many words is half as short as one of none."""

MOST_LEAD = 1.0
"""A lead beyond this tells nothing more: small stores have large ones by chance."""

MIN_SPAN = 0.05
"""Least way between unrelated and right cosines, so that no model divides by nothing."""

LEARNED_WORDINGS = 10
"""Wordings per entry up to which the weights were learned."""

CHANCE_RISE = 0.15
"""How much nearer an unrelated entry comes by chance each time that it has e times as many
wordings, as a share of a scale's span; measured on support tickets, 5 to 300 wordings."""

Table = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class CosineScale:
    """What cosines of one model mean in one language, measured on the shipped judged corpus.

    `background` is the usual cosine of a question with an unrelated one and `match` with the
    right one. Cosines are read as shares of the way between the two.
    """

    background: float
    match: float

    @property
    def span(self) -> float:
        """The way between the two, never 0."""
        return max(self.match - self.background, MIN_SPAN)


def word_table(candidates: Candidates, query: ParsedQuery) -> Table:
    """The features of `WORD_FEATURES`, shape (n, 10)."""
    if not len(candidates):
        return np.zeros((0, len(WORD_FEATURES)))
    bm25, strength, title, phrasings, answer, term_share, letters, exact = candidates.matches.T[:8]
    short = SHORT_QUERY_WORDS / (SHORT_QUERY_WORDS + len(query.words))
    return np.column_stack(
        [
            term_share,
            strength,
            _peak(bm25),
            _share_of(title, bm25),
            _share_of(phrasings, bm25),
            _share_of(answer, bm25),
            letters,
            letters - _rest(np.sort(letters)[::-1]),
            exact,
            np.full(len(bm25), short),
        ]
    )


def meaning_table(candidates: Candidates, background: Table, span: Table) -> Table:
    """The features of `MEANING_FEATURES`, shape (n, 4), NaN for documents without a vector.

    `background` and `span`, shape (n,), are of the `CosineScale` of each candidate's language.
    """
    cosines = candidates.cosines.astype(np.float64)
    best = cosines[:, 0]
    known = ~np.isnan(cosines)
    counts = np.maximum(known.sum(axis=1), 1)
    mean = np.where(known, cosines, 0.0).sum(axis=1) / counts
    usual, rival = np.empty(len(best)), np.empty(len(best))
    for lang in dict.fromkeys(candidates.langs):
        own = np.array([one == lang for one in candidates.langs])
        crowd = candidates.crowds.get(lang, np.empty(0)).astype(np.float64)
        rest = crowd[CROWD_FIRST:CROWD_LAST]
        missing = CROWD_LAST - CROWD_FIRST - len(rest)
        usual[own] = (rest.sum() + missing * background[own]) / (CROWD_LAST - CROWD_FIRST)
        first = crowd[0] if len(crowd) else background[own]
        second = crowd[1] if len(crowd) > 1 else background[own]
        rival[own] = np.where(best[own] >= first, second, first)
    lead = np.minimum(best - rival, MOST_LEAD * span)
    from_zero = np.column_stack([best - background, mean - best, best - usual, lead])
    return np.asarray(from_zero / span[:, None])


def chance_rise(wordings: NDArray[np.int64]) -> Table:
    """How far above the background the best of so many unrelated wordings is, in spans."""
    return CHANCE_RISE * np.log(np.maximum(wordings, LEARNED_WORDINGS) / LEARNED_WORDINGS)


def hybrid_table(words: Table, meaning: Table, distrust: NDArray[np.float64]) -> Table:
    """The features of `HYBRID_FEATURES`; `distrust` has shape (n,), 0 to 1, per document."""
    letters = words[:, WORD_FEATURES.index("letters")]
    doubted = np.column_stack([meaning, letters]) * distrust[:, None]
    return np.column_stack([words, meaning, doubted, distrust])


def _share_of(values: Table, whole: Table) -> Table:
    """Values as shares of the best whole."""
    most = whole.max()
    return np.asarray(values / most) if most > 0 else np.zeros_like(values)


def _peak(values: Table) -> Table:
    """How far each stands above the rest, as a share of the best; 1 where there is no rest."""
    best = values.max()
    if best <= 0:
        return np.zeros_like(values)
    return np.asarray((values - _rest(np.sort(values)[::-1])) / best)


def _rest(falling: Table) -> float:
    """Mean of the ranks that stand for the rest of the store, 0 for those it does not have."""
    return float(falling[CROWD_FIRST:CROWD_LAST].sum() / (CROWD_LAST - CROWD_FIRST))
