"""Queries find what says the same in other words, and exact things are left alone."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.searches.synonyms import parse_group
from search.index import IndexSnapshot
from search.lexical.query import query_terms
from search.query import parse_query
from search.wording.expansion import PART_WORTH, SYNONYM_WORTH, Wording
from search.wording.synonyms import Synonyms
from search.wording.vocabulary import TermVocabulary, spelt_terms

EN = {"password": 9, "reset": 7, "printer": 5, "filter": 6, "paper": 4, "passport": 1}
DE = {"wasserfilt": 3, "filt": 5, "wechsel": 6, "tank": 4, "staub": 3, "beck": 2, "druck": 4}


def wording(counts=None, *, langs=("en",), groups=(), codes=()):
    terms = [*(EN if counts is None else counts).items(), *((code, 1) for code in codes)]
    synonyms = Synonyms([parse_group(line) for line in groups], langs=langs)
    return Wording([TermVocabulary(spelt_terms(terms))], langs=langs, synonyms=synonyms)


def terms_of(words: Wording, text: str, *, lang: str | None = "en"):
    found = words.expand(parse_query(text), lang=lang).terms
    assert found is not None
    return [dict(term.weighted) for term in found]


@pytest.mark.parametrize("typo", ["pasword", "passwrod", "passsword", "pazsword"])
def test_an_unknown_word_finds_the_known_one_that_was_meant(typo):
    (word,) = terms_of(wording(), typo)

    assert word[typo] == 1.0
    assert 0.5 < word["password"] < 1.0
    assert "passport" not in word


@pytest.mark.parametrize(
    "text",
    ["password", "passwords", '"pasword"', "E-0756", "0x80070005", "471112", "xylophone", "papr3"],
)
def test_known_words_quoted_words_and_numbers_are_left_alone(text):
    parsed = parse_query(text)

    expanded = wording().expand(parsed, lang="en")

    assert list(expanded.terms) == query_terms(parsed, lang="en", langs=("en",))


def test_beside_a_code_that_names_something_no_typo_is_corrected():
    assert terms_of(wording(), "pasword E-99")[1].keys() == {"pasword", "password"}
    assert terms_of(wording(codes=["#e07"]), "pasword E-07")[1].keys() == {"pasword"}


def test_an_expanded_query_stays_as_it_is():
    words = wording()
    once = words.expand(parse_query("pasword reset"), lang="en")

    assert words.expand(once, lang="en") is once


def test_a_word_known_in_one_part_of_the_index_is_no_typo_in_another():
    delta = TermVocabulary(spelt_terms([("pasport", 1)]))
    words = Wording([TermVocabulary(spelt_terms(EN.items())), delta], langs=("en",))

    assert terms_of(words, "pasport") == [{"pasport": 1.0}]


def test_a_compound_is_looked_for_by_its_parts():
    parts = terms_of(wording(DE, langs=("de",)), "Wasserfilterwechsel", lang="de")

    assert [set(part) - {"wasserfilterwechsel"} for part in parts] == [{"wasserfilt"}, {"wechsel"}]
    assert all(PART_WORTH in part.values() for part in parts)


def test_a_word_finds_the_compounds_that_are_made_with_it():
    filt, wechseln = terms_of(wording(DE, langs=("de",)), "Filter wechseln", lang="de")

    assert "wasserfilt" not in filt
    assert terms_of(wording({**DE, "wass": 2}, langs=("de",)), "Filter", lang="de")[0].keys() == {
        "filt",
        "wasserfilt",
    }
    assert wechseln.keys() == {"wechsel"}


def test_only_stores_with_german_split_words():
    assert terms_of(wording({"filter": 3, "paper": 4, "paperfilter": 1}), "filter") == [
        {"filter": 1.0}
    ]


def test_a_synonym_counts_slightly_less_than_the_word():
    (word,) = terms_of(wording(groups=["printer, copying machine"]), "copier", lang="en") or [{}]
    assert "printer" not in word

    (word,) = terms_of(wording(groups=["printer, copier"]), "copiers")

    assert word == {"copier": 1.0, "printer": SYNONYM_WORTH}


def test_a_phrase_and_a_word_stand_for_each_other():
    words = wording(groups=["printer, copying machine"])

    first, second = terms_of(words, "my printer")
    assert first == {"printer": 1.0, "copi": SYNONYM_WORTH}
    assert second == {"printer": 1.0, "machin": SYNONYM_WORTH}
    copying, machine, blinks = terms_of(words, "copying machine blinks")
    assert copying == {"copi": 1.0, "printer": SYNONYM_WORTH}
    assert machine == {"machin": 1.0, "printer": SYNONYM_WORTH}
    assert "printer" not in blinks
    assert terms_of(words, "machine") == [{"machin": 1.0}]


def test_a_one_way_synonym_leads_in_one_direction():
    words = wording(groups=["psu => power supply"])

    assert len(terms_of(words, "psu")) == 2
    assert terms_of(words, "power supply") == [{"power": 1.0}, {"suppli": 1.0}]


def test_a_synonym_of_one_language_gives_stems_of_that_language():
    words = wording({}, langs=("en", "de"), groups=["de: Trafo, Netzteilen"])

    (word,) = terms_of(words, "Trafo")

    assert word.keys() == {"trafo", "netzteil"}


@settings(max_examples=80)
@given(st.text(max_size=60), st.sampled_from(["en", "de", "th", None]))
def test_every_text_becomes_terms(text, lang):
    words = wording({**EN, **DE}, langs=("en", "de"), groups=["printer, copier", "c++, cpp"])

    terms = words.expand(parse_query(text), lang=lang).terms

    assert all(0 < worth <= 1 for term in terms for _, worth in term.weighted)
    assert all(term.weight > 0 for term in terms)
    assert bool(terms) == bool(parse_query(text).words)


def test_a_snapshot_makes_its_wording_once():
    snapshot = IndexSnapshot("", "", 0, "", ())

    words = snapshot.wording(frozenset({"public"}))
    assert snapshot.wording(frozenset({"public", "members"})) is words
    assert words.expand(parse_query("anything"), lang="en").terms
