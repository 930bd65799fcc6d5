"""The shipped weights, learned from several public sets by `benchmarks.fusion`."""

from __future__ import annotations

from search.calibration import Bounds, Calibration, Judge, Logistic, Origin, Trust
from search.features import CosineScale

HYBRID = Judge(
    order=Logistic(
        -3.908,
        {
            "words_share": 1.008,
            "words_strength": 1.477,
            "words_peak": 0.58,
            "words_phrasings": 0.552,
            "words_answer": 1.155,
            "letters": 0.948,
            "letters_gap": 2.533,
            "short_query": -0.96,
            "meaning_best": 0.211,
            "meaning_agree": 2.078,
            "meaning_gap": 0.243,
            "meaning_lead": 2.394,
            "meaning_best_doubted": -0.651,
            "meaning_agree_doubted": -0.34,
            "meaning_gap_doubted": -1.07,
            "meaning_lead_doubted": -2.607,
            "letters_doubted": 2.032,
            "distrust": 0.62,
        },
    ),
    confidence=Logistic(
        -4.425,
        {
            "words_share": 1.332,
            "words_peak": 0.555,
            "words_phrasings": 0.102,
            "words_answer": 0.432,
            "letters": 0.83,
            "letters_gap": 2.318,
            "short_query": -0.141,
            "meaning_best": 1.22,
            "meaning_agree": 2.205,
            "meaning_gap": 0.59,
            "meaning_lead": 2.054,
            "meaning_best_doubted": -0.853,
            "meaning_agree_doubted": -0.269,
            "meaning_gap_doubted": -1.452,
            "meaning_lead_doubted": -1.814,
            "letters_doubted": 2.014,
            "distrust": 2.311,
        },
    ),
    bounds=Bounds(answer=0.500, floor=0.206),
)

KEYWORD = Judge(
    order=Logistic(
        -4.961,
        {
            "words_strength": 2.805,
            "words_peak": 0.962,
            "words_title": 0.759,
            "words_phrasings": 1.226,
            "words_answer": 1.364,
            "letters": 0.766,
            "letters_gap": 5.726,
            "short_query": -1.903,
        },
    ),
    confidence=Logistic(
        -4.243,
        {
            "words_share": 0.515,
            "words_strength": 2.36,
            "words_peak": 1.521,
            "words_title": 0.867,
            "words_phrasings": 0.212,
            "words_answer": 0.759,
            "letters": 1.278,
            "letters_gap": 5.902,
            "short_query": -2.274,
        },
    ),
    bounds=Bounds(answer=0.500, floor=0.207),
)

ACROSS = Judge(
    order=Logistic(
        -3.327,
        {
            "short_query": 0.204,
            "meaning_best": 0.773,
            "meaning_agree": 2.024,
            "meaning_gap": 0.772,
            "meaning_lead": 2.527,
            "meaning_best_doubted": -0.338,
            "meaning_agree_doubted": -1.135,
            "meaning_gap_doubted": -0.805,
            "meaning_lead_doubted": -2.03,
            "distrust": 0.996,
        },
    ),
    confidence=Logistic(
        -4.467,
        {
            "short_query": 0.641,
            "meaning_best": 1.745,
            "meaning_agree": 1.252,
            "meaning_gap": 1.178,
            "meaning_lead": 2.547,
            "meaning_best_doubted": -0.706,
            "meaning_agree_doubted": -0.078,
            "meaning_gap_doubted": -1.394,
            "meaning_lead_doubted": -0.474,
            "distrust": 1.341,
        },
    ),
    bounds=Bounds(answer=0.500, floor=0.160),
)

SHIPPED = Calibration(
    fingerprint="",
    origin=Origin.SHIPPED,
    languages={
        "en": Trust(CosineScale(0.170, 0.490), 0.000),
        "de": Trust(CosineScale(0.376, 0.566), 0.304),
    },
    elsewhere=Trust(CosineScale(0.376, 0.566), 0.304),
    hybrid=HYBRID,
    keyword=KEYWORD,
    across=ACROSS,
)
