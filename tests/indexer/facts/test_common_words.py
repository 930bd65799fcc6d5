"""Which words enough of a topic's questions say."""

from __future__ import annotations

from indexer.facts.common_words import MAX_TEXTS, READ_CHARS, CommonWords


def test_a_word_is_common_that_more_than_one_question_says_in_any_form():
    common = CommonWords.of(["My cards expired", "The card of Peter", "Where is the parcel"])

    assert "card" in common.stems
    assert common.rare_share("Card") == 0.0
    assert common.rare_share("Card of Peter") == 0.5
    assert common.rare_share("?? 12") == 0.0


def test_in_a_big_topic_two_questions_are_not_enough():
    texts = ["Where is the parcel"] * 58 + ["parcel from Norway"] * 2

    assert CommonWords.of(texts).rare_share("Norway") == 1.0
    assert CommonWords.of([*texts, *["Norway again"] * 3]).rare_share("Norway") == 0.0


def test_of_long_and_many_questions_a_part_is_read():
    late = " " * READ_CHARS + "norway"
    assert CommonWords.of([late, late]).stems == frozenset()

    many = ["parcel"] * (3 * MAX_TEXTS + 1)
    assert CommonWords.of(many).stems == {"parcel"}
    assert CommonWords.of([]).stems == frozenset()
