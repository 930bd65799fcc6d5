"""Which pieces a pack sets, and that English is cut as before."""

from __future__ import annotations

import pytest

from tests.training.sentences import sentence_pairs
from training.base_model import BaseModel, load_base_model
from training.language_profile import LanguageProfile, load_profile
from training.pieces import PieceChoice, choose_pieces

GERMAN = load_profile("de")
ENGLISH = [english for _, english in sentence_pairs()]
FOREIGN = [german for german, _ in sentence_pairs()]


@pytest.fixture(scope="module")
def base() -> BaseModel:
    return load_base_model()


def choose(
    base: BaseModel, foreign: list[str], english: list[str], profile: LanguageProfile = GERMAN
) -> PieceChoice:
    return choose_pieces(base, foreign, english, profile=profile, vocabulary_size=2_000)


def test_frequent_words_become_one_piece_and_umlauts_are_spelled_out(base: BaseModel) -> None:
    tokenizer = choose(base, FOREIGN, ENGLISH).tokenizer

    for text in ("Die Kaffeemühle", "die kaffeemuehle", "die kaffeemu\u0308hle"):
        assert tokenizer.encode(text, add_special_tokens=False).tokens == ["die", "kaffeemuehle"]


def test_english_text_is_cut_as_before(base: BaseModel) -> None:
    new = choose(base, FOREIGN, ENGLISH).tokenizer

    for text in [*ENGLISH[:50], "How do I unsubscribe from your newsletters in Thunderbird?"]:
        assert new.encode(text).ids == base.tokenizer().encode(text).ids


def test_a_piece_that_would_cut_an_english_word_is_left_out(base: BaseModel) -> None:
    word = "frobnizier"

    assert word in choose(base, [*FOREIGN, *[word] * 40], ENGLISH).new
    assert word not in choose(base, [*FOREIGN, *[word] * 40], [*ENGLISH, "frobniziering"]).new


def test_old_pieces_are_re_set_only_where_english_does_not_use_them(base: BaseModel) -> None:
    foreign = [*FOREIGN, *["im den die"] * 60]

    reset = choose(base, foreign, ENGLISH).reset
    with_contractions = choose(base, foreign, [*ENGLISH, *["I'm here"] * 9]).reset

    assert {"im", "den"} <= set(reset)
    assert "die" not in reset
    assert "im" not in with_contractions


def test_a_word_typed_without_its_accents_is_another_spelling_of_it(base: BaseModel) -> None:
    bare = choose(base, FOREIGN, ENGLISH).bare

    assert bare["kaffeemuhle"] == "kaffeemuehle"
    assert bare["zahnburste"] == "zahnbuerste"


def test_a_bare_spelling_that_is_a_word_itself_stays_that_word(base: BaseModel) -> None:
    foreign = [*FOREIGN, *["eine wüstig bratig wustig"] * 40]

    assert "wustig" not in choose(base, foreign, ENGLISH).bare
    assert "wustig" not in choose(base, [*FOREIGN, *["wüstig"] * 40], [*ENGLISH, "wustig"]).bare
