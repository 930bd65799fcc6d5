"""Describes each candidate by numbers that mean the same in every store and for every model."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from search.candidates import Candidates
from search.query import ParsedQuery

WORD_FEATURES = (
    "words_share",
    "words_strength",
    "words_mass",
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

MEANING_FEATURES = (
    "meaning_best",
    "meaning_agree",
    "meaning_gap",
    "meaning_lead",
    "meaning_crowding",
    "meaning_nearest",
)
"""What the vectors of wordings tell."""

ANSWER_FEATURES = ("answer_best", "answer_lead", "answer_known")
"""What the vectors of the answer's passages tell."""

DOUBTED = ("meaning_best", "meaning_agree", "meaning_gap", "meaning_lead")

DOUBT_FEATURES = (*(f"{name}_doubted" for name in DOUBTED), "letters_doubted", "distrust")
"""The meaning again, times the distrust in it for the document's language."""

HYBRID_FEATURES = WORD_FEATURES + MEANING_FEATURES + ANSWER_FEATURES + DOUBT_FEATURES

ACROSS_FEATURES = (
    "short_query",
    *MEANING_FEATURES,
    *ANSWER_FEATURES,
    *(f"{name}_doubted" for name in DOUBTED),
    "distrust",
)
"""Those of the hybrid ones that count across languages, where words hardly ever agree."""

ACROSS_COLUMNS = tuple(HYBRID_FEATURES.index(name) for name in ACROSS_FEATURES)

CONFIDENCE_FEATURES = frozenset(
    (
        "words_share",
        "words_mass",
        "words_answer",
        "letters",
        "letters_gap",
        "short_query",
        "meaning_best",
        "meaning_agree",
        "meaning_crowding",
        "meaning_nearest",
    )
)
"""What may tell whether a query is known at all. How far a document stands above others is not
among it: that tells which of two answers, and a question between two of them is known as well.
Nor is the distrust: the scale of a language's cosines says enough (measured)."""

CROWD_FIRST = 5
CROWD_LAST = 15
"""Ranks whose mean stands for the rest of the store: behind what may be right itself."""

SHORT_QUERY_WORDS = 2.0
"""A query of this many words is half as short as one of none."""

MOST_LEAD = 1.0
"""A lead beyond this tells nothing more: small stores have large ones by chance."""

MOST_NEAR = 2.5
"""Spans above the background beyond which nothing gets surer: equal texts are 2.7 in English, and
where a model tells little its spans are short."""

MOST_DISTRUST = 0.63
"""The most that the weights were learned with: beyond it meaning would count against a document."""

MIN_SPAN = 0.05
"""Least way between unrelated and right cosines, so that no model divides by nothing."""

LEARNED_WORDINGS = 10
"""Wordings per entry up to which the weights were learned."""

CHANCE_RISE = 0.15
"""How much nearer an unrelated entry comes by chance each time that it has e times as many
wordings, as a share of a scale's span; measured on support tickets, 5 to 300 wordings."""

FULL_TERM = 2.5
"""What BM25 gives a term that stands in a document without end, as a multiple of its rarity."""

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


@dataclass(frozen=True, slots=True)
class Scales:
    """The `CosineScale` and the distrust of each candidate's language, three times shape (n,)."""

    background: Table
    span: Table
    distrust: Table


def word_table(candidates: Candidates, query: ParsedQuery) -> Table:
    """The features of `WORD_FEATURES`, shape (n, 11)."""
    if not len(candidates):
        return np.zeros((0, len(WORD_FEATURES)))
    bm25, strength, title, phrasings, answer, term_share, letters, exact = candidates.matches.T[:8]
    table = np.empty((len(bm25), len(WORD_FEATURES)))
    most = max(float(bm25.max()), 0.0)
    whole = most if most > 0 else 1.0
    table[:, 0] = term_share
    table[:, 1] = strength
    table[:, 2] = bm25 / (FULL_TERM * math.log(2.0 + 2.0 * candidates.documents))
    table[:, 3] = (bm25 - _rest(bm25)) / whole if most > 0 else 0.0
    table[:, 4] = title / whole
    table[:, 5] = phrasings / whole
    table[:, 6] = answer / whole
    table[:, 7] = letters
    table[:, 8] = letters - _rest(letters)
    table[:, 9] = exact
    table[:, 10] = SHORT_QUERY_WORDS / (SHORT_QUERY_WORDS + len(query.words))
    return table


def hybrid_table(words: Table, candidates: Candidates, scales: Scales) -> Table:
    """The features of `HYBRID_FEATURES`, NaN for the meaning of documents without a vector."""
    first = len(WORD_FEATURES)
    distrust = np.minimum(scales.distrust, MOST_DISTRUST)
    table = np.empty((len(words), len(HYBRID_FEATURES)))
    table[:, :first] = words
    after = first + len(MEANING_FEATURES)
    table[:, first:after] = meaning_table(candidates, scales)
    table[:, after : after + len(ANSWER_FEATURES)] = answer_table(candidates, scales)
    after += len(ANSWER_FEATURES)
    end = after + len(DOUBTED)
    table[:, after:end] = table[:, first : first + len(DOUBTED)] * distrust[:, None]
    table[:, end] = words[:, WORD_FEATURES.index("letters")] * distrust
    table[:, end + 1] = distrust
    return table


def meaning_table(candidates: Candidates, scales: Scales) -> Table:
    """The features of `MEANING_FEATURES`, shape (n, 6), NaN for documents without a vector."""
    cosines = candidates.cosines.astype(np.float64)
    best = cosines[:, 0]
    missing = np.isnan(cosines)
    # Not `sum(axis=1)`, which is slow over rows of three.
    mean = np.einsum("ij->i", np.where(missing, 0.0, cosines))
    mean /= np.maximum(cosines.shape[1] - np.einsum("ij->i", missing.astype(np.int64)), 1)
    span = scales.span
    background = scales.background + span * chance_rise(candidates.wordings)
    usual, rival = _rest_and_rival(candidates, best, background)
    table = np.empty((len(best), len(MEANING_FEATURES)))
    table[:, 0] = best - background
    table[:, 1] = mean - best
    table[:, 2] = best - usual
    table[:, 3] = np.minimum(best - rival, MOST_LEAD * span)
    table[:, 4] = candidates.crowding - background
    table[:, :5] /= span[:, None]
    np.minimum(table[:, 0], MOST_NEAR, out=table[:, 0])
    # 0 where the crowding is not known, too: fmax prefers any number to NaN.
    np.fmax(table[:, 4], 0.0, out=table[:, 4])
    table[:, 5] = np.fmax.reduce(table[:, 0]) if len(table) else 0.0
    return table


def answer_table(candidates: Candidates, scales: Scales) -> Table:
    """The features of `ANSWER_FEATURES`, shape (n, 3), 0 for answers without a vector."""
    near = candidates.answers.astype(np.float64)
    known = ~np.isnan(near)
    table = np.zeros((len(near), len(ANSWER_FEATURES)))
    if known.any():
        table[known, 0] = np.maximum((near - scales.background)[known] / scales.span[known], 0.0)
        table[known, 1] = (near[known] - near[known].max()) / scales.span[known]
        table[known, 2] = 1.0
    return table


def chance_rise(wordings: NDArray[np.int64]) -> Table:
    """How far above the background the best of so many unrelated wordings is, in spans."""
    return CHANCE_RISE * np.log(np.maximum(wordings, LEARNED_WORDINGS) / LEARNED_WORDINGS)


def _rest_and_rival(candidates: Candidates, best: Table, background: Table) -> tuple[Table, Table]:
    """The rest of the store in each candidate's language, and the best other one, shape (n,)."""
    usual, rival = np.empty(len(best)), np.empty(len(best))
    for code, lang in enumerate(candidates.lang_names):
        own = candidates.lang_codes == code
        if not own.any():
            continue
        crowd = candidates.crowds.get(lang, np.empty(0)).astype(np.float64)
        rest = crowd[CROWD_FIRST:CROWD_LAST]
        missing = CROWD_LAST - CROWD_FIRST - len(rest)
        usual[own] = (rest.sum() + missing * background[own]) / (CROWD_LAST - CROWD_FIRST)
        first = crowd[0] if len(crowd) else background[own]
        second = crowd[1] if len(crowd) > 1 else background[own]
        rival[own] = np.where(best[own] >= first, second, first)
    return usual, rival


def _rest(values: Table) -> float:
    """Mean of the ranks that stand for the rest of the store, 0 for those it does not have."""
    falling = np.sort(values)[::-1]
    return float(falling[CROWD_FIRST:CROWD_LAST].sum() / (CROWD_LAST - CROWD_FIRST))
