"""Suggestions come from what may be read, by word beginnings and in spite of typos."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.documents import Document, DocumentPhrasing
from search.suggest import MAX_SUGGESTIONS, Suggester

PUBLIC = frozenset({"public"})


def entry(number, title, *, shown=(), hidden=(), audience="public"):
    phrasings = [DocumentPhrasing(title, shown=True)]
    phrasings += [DocumentPhrasing(text, shown=True) for text in shown]
    phrasings += [DocumentPhrasing(text, shown=False) for text in hidden]
    return Document(
        type="entry",
        id=number,
        source_id=None,
        title=title,
        answer="",
        lang="en",
        audience=audience,
        url=f"/faq/{number}",
        phrasings=tuple(phrasings),
    )


STORE = [
    entry(1, "How do I reset my password?", shown=["Forgot password"], hidden=["Bob's passkey"]),
    entry(2, "Password rules"),
    entry(3, "Where is my parcel?"),
    entry(4, "Passwörter für Gäste ändern"),
    entry(5, "日本語入力の設定"),
    entry(6, "Passage plan of the merger", audience="internal"),
    entry(7, "Error E-07"),
]


@pytest.fixture(scope="module")
def suggester():
    return Suggester.build(STORE)


def texts(suggester, prefix, audiences=PUBLIC, **options):
    return [each.text for each in suggester.suggest(prefix, audiences=audiences, **options)]


def test_texts_that_begin_with_the_prefix_come_first_then_any_word(suggester):
    assert texts(suggester, "pass") == [
        "Password rules",
        "Passwörter für Gäste ändern",
        "How do I reset my password?",
    ]


def test_every_typed_word_must_begin_a_word(suggester):
    assert texts(suggester, "my pass") == ["How do I reset my password?"]
    assert texts(suggester, "parcel pass") == []


def test_a_document_is_suggested_once_with_the_text_that_fits(suggester):
    assert texts(suggester, "forgot") == ["Forgot password"]


@pytest.mark.parametrize("prefix", ["pasword", "passwrod rul", "parcell", "Pasworter"])
def test_a_typo_is_forgiven(suggester, prefix):
    assert texts(suggester, prefix)


def test_umlauts_may_be_written_either_way(suggester):
    assert texts(suggester, "gaeste") == texts(suggester, "Gäs") == ["Passwörter für Gäste ändern"]


def test_one_letter_is_too_little_and_one_cjk_character_is_not(suggester):
    assert texts(suggester, "p") == []
    assert texts(suggester, "入") == texts(suggester, "入力") == ["日本語入力の設定"]


def test_a_number_has_no_typo(suggester):
    assert texts(suggester, "E-07") == ["Error E-07"]
    assert texts(suggester, "E-08") == []


def test_hidden_wordings_are_never_suggested(suggester):
    assert texts(suggester, "passkey") == []
    assert texts(suggester, "bob") == []


def test_only_what_these_audiences_read_is_suggested(suggester):
    assert texts(suggester, "passage") == []
    assert texts(suggester, "passage", frozenset({"internal"})) == ["Passage plan of the merger"]
    assert texts(suggester, "pass", frozenset()) == []


def test_a_word_that_only_others_may_read_changes_nothing():
    everything = Suggester.build([*STORE, entry(8, "Passwort pasword", audience="internal")])

    assert texts(everything, "pasword") == texts(Suggester.build(STORE), "pasword") != []


def test_marks_show_what_was_typed(suggester):
    [suggestion] = suggester.suggest("gaest", audiences=PUBLIC)
    assert [suggestion.text[a:b] for a, b in suggestion.marks] == ["Gäst"]

    [suggestion] = suggester.suggest("入力", audiences=PUBLIC)
    assert [suggestion.text[a:b] for a, b in suggestion.marks] == ["入力"]
    assert (suggestion.type, suggestion.id, suggestion.url) == ("entry", 5, "/faq/5")


def test_equal_fits_keep_the_order_given_and_at_most_eight_are_shown():
    suggester = Suggester.build(
        [entry(n, f"Pump part {letter}") for n, letter in enumerate("zyxwvutsrq")]
    )

    assert texts(suggester, "pump", limit=99) == [f"Pump part {c}" for c in "zyxwvuts"]
    assert texts(suggester, "pump", limit=2) == ["Pump part z", "Pump part y"]
    assert texts(suggester, "pump", limit=0) == []


def test_an_empty_store_suggests_nothing():
    assert texts(Suggester.build([]), "pump") == []


@given(st.text(max_size=40))
def test_any_text_may_be_typed(text):
    suggester = Suggester.build(STORE)

    for each in suggester.suggest(text, audiences=PUBLIC):
        assert all(0 <= start < end <= len(each.text) for start, end in each.marks)
    assert len(suggester.suggest(text, audiences=PUBLIC)) <= MAX_SUGGESTIONS


def test_suggestions_come_without_the_model():
    program = """
import sys
from search.suggest import Suggester
from tests.search.stores import HELP_DESK
found = Suggester.build(HELP_DESK).suggest("password", audiences=frozenset({"public"}))
assert found
loaded = {"onnxruntime", "tokenizers", "indexer.encoder"} & set(sys.modules)
assert not loaded, loaded
"""
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
