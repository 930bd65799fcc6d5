"""Codes, numbers, quoted phrases and titles come first and are never taken for typos."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.access import GUEST
from search.bootstrap import calibrate_bootstrap
from search.lexical.index import LexicalIndex
from search.query import parse_query
from search.results import Verdict
from search.searcher import Searcher
from tests.search.stores import Shelf, entry, snapshot

STORE = (
    entry(1, "What does error E-07 mean?", "The brew unit is out."),
    entry(2, "What does error E-08 mean?", "The tank is empty."),
    entry(3, "Which part number has the grinder?", "It is CF-1204-B.",
          wordings=("my mill makes blorptastic noises",)),
    entry(4, "Windows says 0x80070005", "The driver is not allowed to start."),
    entry(5, "Which adapter do I need?", "One with 230 V and 1,5 m of cord."),
    entry(6, "How much water fits in?", "The tank holds 1.5 litres, the cup 0,2 l."),
    entry(7, "Wie wechsle ich den Filter?", "Den Wasserfilter herausziehen.", lang="de",
          wordings=("Wasserfilterwechsel",)),
    entry(8, "Wie lange dauert die Entkalkung?", "Etwa 35 Minuten.", lang="de"),
    entry(9, "咖啡机漏水怎么办？", "请检查水箱。", lang="zh"),
    entry(10, "เครื่องชงกาแฟไม่ร้อน", "ตรวจสอบปลั๊ก", lang="th"),
    entry(11, "Does it run programs in C++?", "No, only in C#."),
    entry(12, "How do I clean the filter basket?", "Rinse it with warm water."),
)  # fmt: skip


@pytest.fixture(scope="module")
def searcher():
    return Searcher(Shelf(snapshot(STORE)), None, calibrate_bootstrap(None))


def ids(searcher, text, lang="en"):
    return [hit.id for hit in searcher.search(text, viewer=GUEST, floor=False, lang=lang).hits]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("E-07", 1),
        ("e07 blinks", 1),
        ("E 07", 1),
        ("error e-08", 2),
        ("0x80070005", 4),
        ("cf1204b", 3),
        ("where is CF 1204 B sold", 3),
        ("WHAT DOES ERROR E-08 MEAN", 2),
        ("230V", 5),
        ("adapter for 230 volts", 5),
        ("1,5 l", 6),
        ("1.5 liter", 6),
        ("1,50 Liter", 6),
        ("c++", 11),
        ("c#", 11),
        ('"blorptastic noises"', 3),
        ("漏水", 9),
        ("水", 9),
        ("ไม่ร้อน", 10),
        ("Filter wechseln", 7),
        ("Wasserfilter wechseln", 7),
        ("Entkalkugn dauert", 8),
        ("entkalckung", 8),
    ],
)
def test_the_exact_thing_comes_first_however_it_is_written(searcher, text, first):
    for lang in ("en", "de"):
        assert ids(searcher, text, lang)[0] == first


@pytest.mark.parametrize("text", ["E-09", "0x80070006", "E-O7", "4711124", "231 V"])
def test_a_wrong_number_is_never_taken_for_a_right_one(searcher, text):
    found = searcher.search(text, viewer=GUEST)

    assert found.did_you_mean is None
    assert found.verdict is not Verdict.ANSWER


def test_a_quoted_phrase_finds_by_a_wording_that_nobody_is_shown(searcher):
    found = searcher.search('"makes blorptastic"', viewer=GUEST, floor=False)

    assert [hit.id for hit in found.hits] == [3]
    assert "blorptastic" not in str(found.hits).lower()
    assert not searcher.search('"makes blorptastik"', viewer=GUEST, floor=False).hits


def test_words_of_unshown_wordings_are_found_with_a_typo_and_never_proposed(searcher):
    found = searcher.search("blorptastik", viewer=GUEST, floor=False)

    assert found.hits[0].id == 3
    assert found.did_you_mean is None
    assert "blorptastic" not in str(found.hits).lower()


@pytest.mark.parametrize(
    ("text", "lang"),
    [("how can I", "en"), ("wie kann ich", "de"), ("wie kann ich", "en"), ("what is", "de")],
)
def test_a_query_of_stop_words_alone_still_finds(searcher, text, lang):
    assert ids(searcher, text, lang)


def test_a_german_question_on_an_english_page_is_read_as_german(searcher):
    index = LexicalIndex.in_memory(STORE)

    terms = [
        term.alternatives[0]
        for term in snapshot(STORE)
        .wording(GUEST.audiences)
        .expand(parse_query("wie kann ich den Filter reinigen"), lang="en")
        .terms
    ]

    assert index.langs[0] == "en"
    assert terms == ["filter", "reinigen"]


PIECES = """c++ can't What? 🎉 مرحبا שלום 日本 สวัสดี 1,5 230V E-07 İ ß ﬁ -x => %"""
ODD = st.sampled_from([*PIECES.split(), '"', "\u202e", "e\u0301"])


@settings(max_examples=60, deadline=None)
@given(
    st.lists(ODD | st.text(max_size=6), max_size=8).map(" ".join),
    st.sampled_from(["en", "de", "ar"]),
)
def test_no_text_breaks_a_search(searcher, text, lang):
    found = searcher.search(text, viewer=GUEST, lang=lang)

    assert found.total >= 0


@settings(max_examples=40, deadline=None)
@given(st.lists(ODD | st.text(max_size=6), max_size=8).map(" ".join))
def test_every_text_can_be_indexed_and_is_found_by_itself(text):
    index = LexicalIndex.in_memory([entry(1, text), entry(2, "something else")])

    found = index.search(parse_query(text), allowed=None, limit=2, lang="en")

    if parse_query(text).words and not parse_query(text).excluded:
        assert not found or found[0].row == 0 or parse_query(text).filters
