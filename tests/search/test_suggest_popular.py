"""What is popular comes first, and is offered only to who may read all of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from search.suggest import MAX_SUGGESTIONS, Popular, Suggester, SuggestPart
from search.suggest_texts import SuggestTexts
from tests.search.test_suggest import PUBLIC, entry, texts

STORE = [
    entry(1, "Reset the pump"),
    entry(2, "Reset the grinder"),
    entry(3, "Reset the quarzwolke", audience="internal"),
    entry(4, "Clean the pump", shown=["Pump smells"], hidden=["stinky thing"]),
]
STAFF = frozenset({"public", "internal"})


def popular(*searches, **worth):
    by_key = {("entry", int(name[1:])): value for name, value in worth.items()}
    return Popular(by_key, tuple((text, ("entry", number)) for text, number in searches))


def test_what_is_opened_most_comes_first():
    suggester = Suggester.build(STORE, popular(e2=9.0, e4=3.0))

    assert texts(suggester, "reset") == ["Reset the grinder", "Reset the pump"]
    assert texts(suggester, "pump") == ["Pump smells", "Reset the pump"]


def test_a_text_that_begins_so_still_comes_before_a_popular_one():
    suggester = Suggester.build(STORE, popular(e1=99.0))

    assert texts(suggester, "pump") == ["Pump smells", "Reset the pump"]


def test_popular_searches_follow_the_answers():
    suggester = Suggester.build(STORE, popular(("reset pump", 1), ("reset grinder", 2), e1=1.0))

    found = suggester.suggest("rese", audiences=PUBLIC)

    assert [(one.type, one.text) for one in found] == [
        ("entry", "Reset the pump"),
        ("entry", "Reset the grinder"),
        ("search", "reset pump"),
        ("search", "reset grinder"),
    ]
    assert found[2].url == "/search?q=reset+pump"
    assert [one.type for one in suggester.suggest("rese", audiences=PUBLIC, limit=1)] == ["entry"]


@pytest.mark.parametrize(
    ("words", "hit"),
    [("reset quarzwolke", 1), ("reset pump", 3), ("reset stinky pump", 1), ("reset pump", 99)],
)
def test_a_popular_search_is_offered_only_to_who_may_read_its_words_and_its_answer(words, hit):
    suggester = Suggester.build(STORE, popular((words, hit)))

    assert words not in texts(suggester, "reset")
    assert suggester.popular(audiences=PUBLIC, lang="en") == []


def test_who_may_read_it_is_offered_it():
    suggester = Suggester.build(STORE, popular(("reset quarzwolke", 3)))

    assert "reset quarzwolke" in texts(suggester, "reset", STAFF)


def test_before_anything_is_typed_popular_things_are_offered():
    suggester = Suggester.build(STORE, popular(("reset pump", 1), e4=2.0, e3=9.0, e2=5.0))

    found = suggester.popular(audiences=PUBLIC, lang="de")

    assert [one.text for one in found] == ["reset pump", "Reset the grinder", "Clean the pump"]
    assert len(suggester.popular(audiences=PUBLIC, lang="de", limit=2)) == 2
    assert suggester.suggest("", audiences=PUBLIC) == []


def test_what_changed_since_the_generation_replaces_what_it_says():
    base = SuggestPart(SuggestTexts(enumerate(STORE)), np.array([True, False, True, True]))
    delta = SuggestPart(SuggestTexts(enumerate([entry(2, "Reset the mill"), entry(9, "Reset it")])))
    suggester = Suggester([base, delta], popular(e9=1.0))

    assert texts(suggester, "reset") == ["Reset it", "Reset the pump", "Reset the mill"]
    assert texts(suggester, "grinder") == []


def test_a_crowd_of_hidden_words_takes_no_place_of_a_readable_typo():
    crowd = [entry(100 + n, f"grindes{letter}", audience="internal") for n, letter in
             enumerate("abcdefghijklmnopqrstuvwxyz")]  # fmt: skip
    suggester = Suggester.build([*crowd, *STORE])

    assert texts(suggester, "grindesr")[:1] == texts(Suggester.build(STORE), "grindesr")[:1]


def test_never_more_than_eight_are_offered():
    many = [entry(n, f"Pump {n}") for n in range(1, 40)]
    searches = [(f"pump {n}", n) for n in range(1, 20)]
    suggester = Suggester.build(many, popular(*searches, **{f"e{n}": 1.0 for n in range(1, 40)}))

    assert len(suggester.suggest("pump", audiences=PUBLIC)) == MAX_SUGGESTIONS
    assert len(suggester.popular(audiences=PUBLIC, lang="en", limit=99)) == MAX_SUGGESTIONS


def test_popular_searches_are_in_the_language_of_the_page_where_there_are_any():
    german = replace(entry(7, "Pumpe entkalken"), lang="de")
    suggester = Suggester.build([*STORE, german], popular(("reset pump", 1), ("pumpe", 7)))

    def offered(lang):
        return [one.text for one in suggester.popular(audiences=PUBLIC, lang=lang)]

    assert offered("de") == ["pumpe"]
    assert offered("fr") == ["reset pump", "pumpe"]
