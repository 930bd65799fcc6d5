"""Text becomes the same words whichever way somebody writes it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.wording.analysis import (
    STEMMERS,
    bigrams,
    fold,
    is_stop_word,
    ngrams,
    split_words,
    stem,
    words_with_places,
)
from search.wording.stopwords import STOP_WORDS


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Füße", "fuesse"),
        ("FUESSE", "fuesse"),
        ("Größe", "groesse"),
        ("u\u0308ber", "ueber"),
        ("Café", "cafe"),
        ("İstanbul", "istanbul"),
        ("ёлка", "елка"),
        ("can't", "cant"),
        ("が", "が"),
    ],
)
def test_spellings_of_one_word_fold_to_one_form(written, folded):
    assert fold(written) == folded


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("I can't print!", ["i", "cant", "print"]),
        ("l'imprimante d’abord", ["l", "imprimante", "d", "abord"]),
        ("E-Mail und T-Shirt", ["email", "und", "tshirt"]),
        ("C++, C# or c?", ["c++", "c#", "or", "c"]),
        ("file_name.txt", ["file", "name", "txt"]),
        ("日本語で", ["日本", "本語", "語で"]),
        ("車", ["車"]),
        ("한국어 v2", ["한국", "국어", "v2"]),
        ("हिन्दी में", ["हिन्दी", "में"]),
        ("🎉 … \x00", []),
    ],
)
def test_a_text_is_split_into_folded_words(text, words):
    assert split_words(text) == words


def test_places_point_at_the_word_in_the_text():
    text = "Die Füße tun weh"

    assert [text[word.start : word.end] for word in words_with_places(text)] == text.split()


def test_forms_of_a_word_share_a_stem_in_their_language_only():
    assert stem(fold("Häuser"), "de") == stem("haus", "de")
    assert stem("printing", "en") == stem("printers", "en").removesuffix("er")
    assert stem("printing", "xx") == "printing"
    assert stem("e07", "en") == "e07"


def test_stems_are_right_when_threads_ask_at_once():
    words = [f"{letter}rinting" for letter in "abcdefghijklmnopqrstuvwxyz"] * 20

    with ThreadPoolExecutor(4) as pool:
        stems = list(pool.map(lambda word: stem(word, "en"), words))

    assert stems == [word.removesuffix("ing") for word in words]


def test_a_bigram_needs_two_characters():
    assert bigrams("日本語") == ("日本", "本語")
    assert bigrams("日") == ("日",)


def test_a_typo_and_a_compound_keep_most_ngrams():
    def overlap(one: str, other: str) -> float:
        return len(ngrams(one) & ngrams(other)) / len(ngrams(one))

    assert overlap("Passwort", "Pasword") > 0.25
    assert overlap("Patrone", "Druckerpatrone") > 0.7
    assert overlap("Patrone", "Rechnung") < 0.1


def test_stop_words_belong_to_a_language_and_are_folded():
    assert is_stop_word("fuer", ["de"])
    assert not is_stop_word("fuer", ["en"])
    assert all(fold(word) == word for words in STOP_WORDS.values() for word in words)
    assert STOP_WORDS.keys() <= STEMMERS.keys()


@given(st.text())
def test_any_text_has_words_and_ngrams(text):
    assert all(word.folded and word.start < word.end for word in words_with_places(text))
    assert bool(ngrams(text)) == bool(split_words(text))


def test_an_umlaut_is_its_spelling_and_not_its_bare_letter():
    assert fold("schön") == fold("schoen") != fold("schon")
    # Typed without its dots a word shares most of its letters all the same.
    bare, dotted = ngrams("Bruhgruppe"), ngrams("Brühgruppe")
    assert len(bare & dotted) > len(dotted) / 2
