"""The shipped weights, learned from several public sets by `benchmarks.fusion`."""

from __future__ import annotations

from search.calibration import Bounds, Calibration, Judge, Logistic, Origin, Trust
from search.features import CosineScale

HYBRID = Judge(
    order=Logistic(
        -3.150,
        {
            "words_share": 0.237,
            "words_strength": 1.757,
            "words_mass": 0.815,
            "words_phrasings": 0.484,
            "words_answer": 0.57,
            "letters_gap": 1.434,
            "short_query": -1.22,
            "meaning_agree": 1.958,
            "meaning_lead": 2.597,
            "meaning_crowding": -1.084,
            "meaning_nearest": 1.178,
            "answer_best": 0.25,
            "answer_lead": 1.155,
            "answer_known": 0.32,
            "meaning_best_doubted": -1.102,
            "meaning_agree_doubted": -1.037,
            "meaning_gap_doubted": -0.99,
            "meaning_lead_doubted": -1.824,
            "letters_doubted": 1.998,
            "distrust": 1.568,
        },
    ),
    confidence=Logistic(
        -3.235,
        {
            "words_share": 0.434,
            "words_mass": 1.026,
            "words_answer": 0.405,
            "letters_gap": 1.341,
            "short_query": -0.82,
            "meaning_best": 1.155,
            "meaning_agree": 0.727,
            "meaning_crowding": -0.609,
            "meaning_nearest": 0.751,
        },
    ),
    bounds=Bounds(answer=0.500, floor=0.144),
)

KEYWORD = Judge(
    order=Logistic(
        -4.495,
        {
            "words_strength": 2.284,
            "words_mass": 1.741,
            "words_title": 0.348,
            "words_phrasings": 0.772,
            "words_answer": 0.704,
            "letters": 0.047,
            "letters_gap": 4.629,
            "short_query": -1.315,
        },
    ),
    confidence=Logistic(
        -3.589,
        {
            "words_share": 0.915,
            "words_mass": 1.958,
            "words_answer": 0.467,
            "letters": 3.192,
            "letters_gap": 2.112,
            "short_query": -2.108,
        },
    ),
    bounds=Bounds(answer=0.500, floor=0.121),
)

ACROSS = Judge(
    order=Logistic(
        -2.715,
        {
            "short_query": -0.794,
            "meaning_agree": 2.314,
            "meaning_lead": 3.366,
            "meaning_crowding": -1.42,
            "meaning_nearest": 1.93,
            "answer_best": 0.324,
            "answer_lead": 1.674,
            "answer_known": 0.44,
            "meaning_best_doubted": -0.639,
            "meaning_agree_doubted": -0.95,
            "meaning_gap_doubted": -0.435,
            "meaning_lead_doubted": -2.695,
            "distrust": 0.717,
        },
    ),
    confidence=Logistic(
        -3.025,
        {
            "short_query": -1.27,
            "meaning_best": 1.244,
            "meaning_agree": 0.695,
            "meaning_crowding": -0.994,
            "meaning_nearest": 1.497,
        },
    ),
    bounds=Bounds(answer=0.500, floor=0.133),
)

SHIPPED = Calibration(
    fingerprint="",
    origin=Origin.SHIPPED,
    languages={
        "en": Trust(CosineScale(0.177, 0.478), 0.066),
        "de": Trust(CosineScale(0.194, 0.438), 0.476),
    },
    elsewhere=Trust(CosineScale(0.194, 0.438), 0.476),
    hybrid=HYBRID,
    keyword=KEYWORD,
    across=ACROSS,
)
