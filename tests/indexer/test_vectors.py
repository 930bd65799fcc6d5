import numpy as np
import pytest

from indexer import vectors as vectors_module
from indexer.vectors import VectorIndex, nearest_neighbours
from kb.errors import InvalidInput, Unavailable
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


@pytest.mark.parametrize("exact_rows", [50_000, 50])
def test_a_saved_index_answers_as_before_and_filters_before_the_top_k(
    tmp_path, monkeypatch, exact_rows
):
    monkeypatch.setattr(vectors_module, "EXACT_SERVED_ROWS", exact_rows)
    rows, cluster = clusters(10, 40)
    VectorIndex.build(rows).save(tmp_path / "vectors.faiss")
    index = VectorIndex.open(tmp_path / "vectors.faiss")

    found, cosines = index.search(rows[7], 5)
    assert found[0] == 7
    assert cosines[0] == pytest.approx(1.0, abs=1e-5)
    others, _ = index.search(rows[7], 5, cluster != 0)
    assert len(others) == 5
    assert not set(cluster[others]) & {0}
    assert len(index.search(rows[7], 5, np.zeros(400, dtype=bool))[0]) == 0
    assert (len(index), index.dim) == (400, 64)


def test_a_broken_index_file_and_a_wrong_filter_are_refused(tmp_path):
    (tmp_path / "broken").write_bytes(b"no index")
    with pytest.raises(Unavailable, match="not a readable"):
        VectorIndex.open(tmp_path / "broken")
    rows, _ = clusters(2, 3)
    with pytest.raises(InvalidInput, match="expected 6"):
        VectorIndex.build(rows).search(rows[0], 2, np.ones(5, dtype=bool))
    with pytest.raises(InvalidInput, match="shape"):
        VectorIndex.build(rows).search(rows[0, :3], 2)
