"""Word alignment: what stands for what in sentence pairs."""

from __future__ import annotations

import numpy as np

from training.alignment import MAX_PIECES, align

HUND, KATZE, DER = 0, 1, 2
DOG, CAT, THE = 0, 1, 2


def test_words_that_change_together_are_translations() -> None:
    foreign = [[DER, HUND], [DER, KATZE], [HUND], [DER, HUND]]
    english = [[THE, DOG], [THE, CAT], [DOG], [THE, DOG]]

    table = align(foreign, english, foreign_pieces=3, english_pieces=3).toarray()

    assert np.argmax(table, axis=1).tolist() == [DOG, CAT, THE]


def test_an_empty_side_gives_no_counts() -> None:
    table = align([[], [HUND]], [[DOG], [DOG]], foreign_pieces=3, english_pieces=3)

    assert table.toarray()[HUND, DOG] == 1.0
    assert table.sum() == 1.0


def test_what_stands_behind_the_longest_sentences_is_not_looked_at() -> None:
    long = [DER] * MAX_PIECES + [HUND]

    table = align([long], [[THE]], foreign_pieces=3, english_pieces=3)

    assert table.toarray()[HUND].sum() == 0.0
