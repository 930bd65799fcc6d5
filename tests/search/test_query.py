"""Whatever somebody types is a query."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.query import (
    MAX_OPERATOR_WORDS,
    MAX_QUERY_CHARS,
    MAX_QUERY_WORDS,
    ParsedQuery,
    code_key,
    find_codes,
    parse_query,
)
from search.results import Filters

OPERATORS = ["NEAR", "AND", "OR", "product:", "tag:", "lang:de", "-x", "can't", "c++", "E-07"]
PIECES = st.sampled_from([*OPERATORS, *"\"„“-:*(^'🎉日خ{\x00\ud800\u202e"])


@given(st.text() | st.lists(PIECES | st.text(max_size=4), max_size=60).map(" ".join))
def test_every_text_is_a_query(text):
    query = parse_query(text)

    assert len(query.text) <= MAX_QUERY_CHARS
    assert len(query.words) <= MAX_QUERY_WORDS
    assert not {unicodedata.category(char) for char in query.text} & {"Cc", "Cs"}
    query.text.encode()
    assert parse_query(query.text) == query


def test_ten_thousand_characters_are_cut_and_keep_their_beginning():
    query = parse_query("printer jam " * 1_000)

    assert len(query.text) <= MAX_QUERY_CHARS
    assert query.words[:2] == ("printer", "jam")


def test_a_query_is_taken_apart():
    query = parse_query(
        'product:X1 reset "paper jam" -wireless tag:"two words" lang:DE type:entry category:ink'
    )

    assert query.free_text == "reset paper jam"
    assert query.words == ("reset", "paper", "jam")
    assert query.phrases == ("paper jam",)
    assert query.excluded == ("wireless",)
    assert query.filters == Filters(
        types=("entry",),
        langs=("de",),
        products=("x1",),
        categories=("ink",),
        tags=("two words",),
    )


@pytest.mark.parametrize(
    "text",
    [
        "tag: red",
        'a "quote alone',
        "http://example.org",
        "self-service",
        "5 - 3",
        "-5 degrees",
        '""',
    ],
)
def test_what_looks_like_an_operator_and_is_none_is_text(text):
    query = parse_query(text)

    assert (query.phrases, query.excluded, query.filters) == ((), (), Filters())
    assert query.free_text.replace('"', "").split() == text.replace('"', "").split()


def test_typographic_quotes_quote():
    assert parse_query("„Konto gesperrt“ hilfe").phrases == ("Konto gesperrt",)
    assert parse_query("«compte bloqué»").phrases == ("compte bloqué",)


def test_an_excluded_phrase_and_word_do_not_reach_the_encoder():
    query = parse_query('sync -"address book" -imap fails')

    assert query.excluded == ("address book", "imap")
    assert query.free_text == "sync fails"


def test_a_pasted_text_has_no_operators():
    pasted = 'It says "cannot connect" since -today ' + "word " * MAX_OPERATOR_WORDS

    query = parse_query(pasted)

    assert (query.phrases, query.excluded) == ((), ())
    assert "connect" in query.words


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("error E-07 on X1", ("E-07", "X1")),
        ("e 07 blinks", ("e 07",)),
        ("0x80070005!", ("0x80070005",)),
        ("part CF-1204-B.", ("CF-1204-B",)),
        ("order 4711123", ("4711123",)),
        ("in 24 hours, 12.05.2024, 100 euro, 2024", ()),
        ("printer", ()),
    ],
)
def test_codes_are_found_as_written(text, codes):
    assert parse_query(text).codes == codes


def test_letters_before_a_number_are_a_code_in_a_query_only():
    assert find_codes("type e 07", spaced=True) == ["e 07"]
    assert find_codes("type e 07") == []


def test_spellings_of_one_code_have_one_key():
    assert {code_key(code) for code in ("E-07", "E07", "e 07", "e_07")} == {"e07"}
    assert code_key("E-7") != code_key("E-07")


def test_an_empty_query_has_nothing():
    assert parse_query(" \t\u200b") == ParsedQuery(text="", free_text="")
