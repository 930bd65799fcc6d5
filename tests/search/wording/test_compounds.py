"""German compounds are read as known words, and never as nonsense."""

from __future__ import annotations

import pytest

from search.wording.analysis import stem
from search.wording.compounds import compounds_with, split_compound
from search.wording.vocabulary import TermVocabulary, spelt_terms

WORDS = {
    "wasser": 5,
    "filter": 6,
    "wasserfilter": 3,
    "wechsel": 4,
    "staub": 3,
    "stau": 2,
    "ecken": 1,
    "becken": 4,
    "reinigung": 5,
    "tablette": 4,
    "tuer": 3,
    "schloss": 2,
    "uhr": 3,
    "rad": 1,
    "kueche": 4,
    "geraet": 6,
    "garantie": 3,
    "zeit": 4,
    "brief": 2,
    "entkalken": 5,
}


@pytest.fixture(scope="module")
def terms():
    return TermVocabulary(spelt_terms((stem(word, "de"), n) for word, n in WORDS.items()))


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("wasserfilterwechsel", ["wasserfilter", "wechsel"]),
        ("reinigungstabletten", ["reinigung", "tablette"]),
        ("tuerschloss", ["tuer", "schloss"]),
        ("kuechenuhr", ["kueche", "uhr"]),
        ("garantiezeitbrief", ["garantie", "zeit", "brief"]),
        ("staubbecken", ["staub", "becken"]),
    ],
)
def test_a_compound_is_split_into_known_words(terms, word, parts):
    assert list(split_compound(word, terms)) == [stem(part, "de") for part in parts]


@pytest.mark.parametrize(
    "word", ["filter", "fahrrad", "wasserrad", "reinigungen", "xylophon", "oderzeit"]
)
def test_what_is_no_compound_of_known_words_stays_whole(terms, word):
    assert split_compound(word, terms) == ()


def test_the_reading_with_the_more_frequent_words_wins(terms):
    assert split_compound("staubecken", terms) == (stem("stau", "de"), stem("becken", "de"))


def test_known_compounds_of_a_word_are_found(terms):
    assert compounds_with("filter", terms) == [stem("wasserfilter", "de")]
    assert compounds_with("wasser", terms) == [stem("wasserfilter", "de")]
    assert compounds_with("uhr", terms) == []
