"""Adding up a few of very many numbers gives the same whichever way is taken for speed."""

from __future__ import annotations

import numpy as np
import pytest

from search.spans import chained, distinct, greatest, highest, summed

ROWS = np.array([7, 3, 7, 0, 3, 7])
VALUES = np.array([0.5, 2.0, 1.5, 0.25, 1.0, 0.125])

DENSE, SPARSE = 8, 10_000


@pytest.mark.parametrize("size", [DENSE, SPARSE])
def test_values_of_the_same_row_are_added_up(size):
    rows, sums = summed(ROWS, VALUES, size)

    assert dict(zip(rows.tolist(), sums.tolist(), strict=True)) == {0: 0.25, 3: 3.0, 7: 2.125}


@pytest.mark.parametrize("size", [DENSE, SPARSE])
def test_of_values_of_the_same_row_the_greatest_counts(size):
    rows, most = greatest(ROWS, VALUES, size)

    assert dict(zip(rows.tolist(), most.tolist(), strict=True)) == {0: 0.25, 3: 2.0, 7: 1.5}


@pytest.mark.parametrize("size", [DENSE, SPARSE])
def test_nothing_adds_up_to_nothing(size):
    nothing = np.empty(0, dtype=np.intp)

    assert len(summed(nothing, np.empty(0), size)[0]) == 0
    assert len(greatest(nothing, np.empty(0), size)[0]) == 0


def test_equal_scores_at_the_limit_go_to_the_first_rows():
    rows, scores = np.array([9, 4, 6, 2]), np.array([1.0, 1.0, 2.0, 1.0])

    assert sorted(rows[highest(rows, scores, 3)].tolist()) == [2, 4, 6]


def test_different_values_come_once_and_rising():
    assert distinct(ROWS.copy()).tolist() == [0, 3, 7]
    assert distinct(np.empty(0, dtype=np.intp)).tolist() == []


def test_arrays_follow_one_another_and_empty_ones_change_nothing():
    nothing = np.empty(0, dtype=np.intp)

    assert chained(nothing, ROWS[:2], ROWS[3:4]).tolist() == [7, 3, 0]
    assert chained(nothing, ROWS) is ROWS
    assert chained(nothing, nothing).tolist() == []
