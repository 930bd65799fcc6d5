import numpy as np
import pytest

from indexer.topics.propagation import is_near_copy, near_copies


@pytest.mark.parametrize(
    "other",
    [
        "how do i clean the grinder",
        "How do I clean the grinder?!",
        "How do I clean the griner?",
        "How do I claen the grinder",
    ],
)
def test_wordings_that_differ_by_typing_are_copies(other):
    assert is_near_copy("How do I clean the grinder?", other, 0.85)


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("turn the grinder on", "turn the grinder off"),
        ("I can pay by card", "I can't pay by card"),
        ("enable the alarm", "unable the alarm"),
        ("error 103 on the display", "error 108 on the display"),
        ("filter for the X200", "filter for the X300"),
        ("clean the grinder", "clean the grinder now"),
        ("griner claen brken handel", "grinder clean broken handle"),
    ],
)
def test_wordings_with_other_words_are_none(text, other):
    assert not is_near_copy(text, other, 0.96)


def test_wordings_that_are_very_close_by_meaning_are_copies_but_for_their_numbers():
    assert is_near_copy("Where is the PIN of my card?", "where do I find my card's PIN", 0.98)
    assert not is_near_copy("error 103 on the display", "error 108 on the display", 0.999)
    assert not is_near_copy("Where is the PIN of my card?", "where do I find my card's PIN", 0.9)


def test_copies_are_found_among_all_rows_and_a_row_is_no_copy_of_itself():
    vectors = np.eye(6, 4, dtype=np.float32)
    vectors[4] = vectors[5] = vectors[0]
    texts = ["clean it", "descale it", "pair it", "pay it", "Clean it.", "scrub it 2"]

    assert near_copies(vectors, texts, asked=[0, 1]) == {0: (4,)}
    assert near_copies(vectors, texts, asked=[]) == {}


def test_all_rows_are_looked_at_in_blocks(monkeypatch):
    monkeypatch.setattr("indexer.topics.propagation.BLOCK_PAIRS", 8)
    vectors = np.repeat(np.eye(3, dtype=np.float32), 2, axis=0)
    texts = ["a", "A", "b", "B", "c", "C"]

    assert near_copies(vectors, texts, asked=range(6)) == {
        0: (1,), 1: (0,), 2: (3,), 3: (2,), 4: (5,), 5: (4,)
    }  # fmt: skip
