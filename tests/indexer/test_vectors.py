import numpy as np
import pytest

from indexer import vectors as vectors_module
from indexer.vectors import nearest_neighbours
from kb.errors import InvalidInput
from tests.indexer.sphere import clusters


def test_neighbours_are_exact_and_leave_the_row_itself_out():
    rows, _ = clusters(5, 20)
    found = nearest_neighbours(rows, k=7)

    cosines = rows @ rows.T
    np.fill_diagonal(cosines, -9)
    assert (found.indices == np.argsort(-cosines, axis=1)[:, :7]).mean() > 0.99
    assert not (found.indices == np.arange(100)[:, None]).any()
    assert found.indices.dtype == np.int64
    assert found.cosines.dtype == np.float32


def test_identical_rows_are_neighbours_of_each_other_and_not_of_themselves():
    rows = np.repeat(clusters(1, 1)[0], 5, axis=0)
    found = nearest_neighbours(rows, k=4)

    assert [sorted(row) for row in found.indices.tolist()] == [
        [other for other in range(5) if other != row] for row in range(5)
    ]


@pytest.mark.parametrize("count", [0, 1])
def test_too_few_rows_give_no_neighbours(count):
    assert nearest_neighbours(clusters(1, 3)[0][:count], k=5).indices.shape == (count, 0)


def test_queries_find_rows_including_equal_ones():
    rows, _ = clusters(3, 10)
    assert nearest_neighbours(rows, k=1, queries=rows[4:6]).indices.tolist() == [[4], [5]]


def test_the_approximate_search_finds_nearly_all_exact_neighbours(monkeypatch):
    rows, _ = clusters(40, 50, spread=0.9)
    exact = nearest_neighbours(rows, k=10)
    monkeypatch.setattr(vectors_module, "EXACT_ROWS", 100)
    near = nearest_neighbours(rows, k=10)

    shared = [len(set(a) & set(b)) for a, b in zip(exact.indices, near.indices, strict=True)]
    assert np.mean(shared) / 10 > 0.9


def test_rows_that_are_not_numbers_are_refused():
    with pytest.raises(InvalidInput, match="not finite"):
        nearest_neighbours(np.full((3, 4), np.nan, dtype=np.float32), k=1)
