"""A correction comes from what its reader may read, and never touches numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.documents import Document, DocumentPhrasing
from search.lexical.index import LexicalIndex
from search.query import parse_query
from search.wording.spelling import ReadableWords, Vocabulary, did_you_mean

WORDS = {
    "password": 9,
    "passport": 2,
    "printer": 5,
    "reset": 4,
    "überweisung": 3,
    "drucker": 4,
    "patrone": 2,
    "rechnung": 6,
    "receive": 3,
}


@pytest.fixture(scope="module")
def vocabulary():
    return Vocabulary([ReadableWords(WORDS)], langs=("en", "de"))


@pytest.mark.parametrize(
    ("text", "corrected"),
    [
        ("Pasword reset", "Password reset"),
        ("reset pasword!", "reset password!"),
        ("recieve", "receive"),
        ("ueberweisnug", "überweisung"),
        ("Druckerpatrne", "Druckerpatrone"),
    ],
)
def test_an_unknown_word_is_corrected_in_its_place(vocabulary, text, corrected):
    assert did_you_mean(parse_query(text), vocabulary) == corrected


@pytest.mark.parametrize(
    "text",
    [
        "password reset",
        "printers",
        "ueberweisung",
        "uberweisung",
        "Druckerpatrone",
        "Rechnungsdrucker",
        "would",
        "pas",
        "xylophone",
        "",
        "日本語",
        "passw0rd",
        "E-07 4711123",
        '"pasword reset"',
        "-pasword",
        "tag:pasword",
        "pasword " * 40,
    ],
)
def test_what_is_known_short_foreign_or_exact_is_left_alone(vocabulary, text):
    assert did_you_mean(parse_query(text), vocabulary) is None


def test_the_nearer_word_wins_then_the_more_frequent_one(vocabulary):
    assert did_you_mean(parse_query("passpord"), vocabulary) == "password"
    assert did_you_mean(parse_query("passporte"), vocabulary) in (None, "passport")


def test_filters_stay_where_they_are(vocabulary):
    text = "lang:de pasword product:pasword1"

    assert did_you_mean(parse_query(text), vocabulary) == "lang:de password product:pasword1"


def test_a_word_that_the_reader_may_not_read_is_never_offered():
    def entry(number, title, audience):
        return Document(
            type="entry",
            id=number,
            source_id=None,
            title=title,
            answer="",
            lang="en",
            audience=audience,
            url=f"/faq/{number}",
            phrasings=(
                DocumentPhrasing(title, shown=True),
                DocumentPhrasing("Featherstonehaugh asked", shown=False),
            ),
        )

    index = LexicalIndex.in_memory(
        [entry(1, "Pump noise", "public"), entry(2, "Acquisition plan", "internal")]
    )

    def corrected(text, *audiences):
        counts = index.vocabulary(frozenset(audiences))
        return did_you_mean(
            parse_query(text), Vocabulary([ReadableWords(counts)], langs=index.langs)
        )

    assert corrected("aquisition", "public") is None
    assert corrected("featherstonehaug", "public", "internal") is None
    assert corrected("aquisition", "public", "internal") == "acquisition"
    index.close()


def test_several_indexes_are_one_vocabulary():
    merged = Vocabulary(
        [ReadableWords({"pump": 1}), ReadableWords({"pump": 2, "filter": 1})], langs=("en",)
    )

    assert "filter" in merged
    assert merged.correct("fitler") == "filter"


@given(st.text(max_size=60))
def test_any_query_may_be_corrected(text):
    did_you_mean(parse_query(text), Vocabulary([ReadableWords(WORDS)], langs=("de",)))
