import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.passages import MAX_WORDS, MIN_WORDS, passage_texts, split_passages


def sentence(words, number=0):
    return " ".join(f"word{number}x{place}" for place in range(words - 1)) + " ends."


def test_a_short_answer_is_one_passage_and_an_empty_one_none():
    assert split_passages("Hold the button.\nIt blinks twice.") == (
        "Hold the button. It blinks twice.",
    )
    assert split_passages(" \n ") == ()


def test_passages_end_with_sentences_and_hold_everything_in_order():
    text = " ".join(sentence(12, number) for number in range(80))

    passages = split_passages(text)

    assert all(one.endswith(" ends.") for one in passages)
    assert all(MIN_WORDS <= len(one.split()) <= MAX_WORDS for one in passages)
    assert " ".join(passages) == text


def test_a_passage_ends_with_its_paragraph_where_it_holds_enough():
    text = "\n".join([sentence(35, 1), sentence(10, 2), sentence(25, 3)])

    assert split_passages(text) == (sentence(35, 1), f"{sentence(10, 2)} {sentence(25, 3)}")


def test_a_short_last_paragraph_is_not_lost_among_others():
    assert split_passages(f"{sentence(50)}\nPress it twice.") == (sentence(50), "Press it twice.")


@pytest.mark.parametrize(
    "text",
    [
        "no mark at all " * 200,
        "x" * 20_000,
        "水は冷たいです" * 300,
        "Die Nr. 4.2 z. B. hilft nicht weiter. " * 80,
    ],
)
def test_a_text_without_sentences_is_cut_between_words(text):
    passages = split_passages(text)

    assert len(passages) > 1
    assert all(len(one.split()) <= MAX_WORDS for one in passages)


def test_an_abbreviation_or_a_number_ends_no_sentence():
    long = "Die Pumpe z. B. braucht Version 4.2 und mehr " + "Strom " * 30
    head, tail = split_passages(f"{sentence(40)} {long}")

    assert (head, tail.startswith("Die Pumpe z. B. braucht Version 4.2")) == (sentence(40), True)


def test_passages_are_embedded_behind_the_title_and_each_once():
    assert passage_texts("Reset", "Hold the button.") == ("Reset\nHold the button.",)
    assert passage_texts("Reset", "Reset the pump.") == ("Reset the pump.",)
    assert len(passage_texts("Reset", f"{sentence(50)}\n{sentence(50)}")) == 1
    assert passage_texts("Reset", "") == ()


@given(st.text(max_size=2_000))
def test_no_word_of_any_text_is_lost(text):
    passages = split_passages(text)

    squeezed = "".join(text.split())
    assert set("".join("".join(passages).split())) == set(squeezed)
    assert bool(passages) == bool(squeezed)
