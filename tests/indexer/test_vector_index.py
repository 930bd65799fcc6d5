import numpy as np
import pytest

from indexer.vector_index import AllowedRows, VectorIndex, sample_size
from kb.errors import InvalidInput, Unavailable
from tests.indexer.sphere import clusters


def index_of(rows):
    index = VectorIndex.trained(rows, rows=len(rows))
    for start in range(0, len(rows), 150):
        index.add(rows[start : start + 150])
    return index


def test_a_saved_index_answers_as_before_and_filters_before_the_top_k(tmp_path):
    rows, cluster = clusters(10, 40)
    index_of(rows).save(tmp_path / "vectors.faiss")
    index = VectorIndex.open(tmp_path / "vectors.faiss")

    found, cosines = index.search(rows[7], 5)
    assert found[0] == 7
    assert cosines[0] == pytest.approx(1.0, abs=0.005)
    others, _ = index.search(rows[7], 5, AllowedRows.of(cluster != 0))
    assert len(others) == 5
    assert not set(cluster[others]) & {0}
    assert len(index.search(rows[7], 5, AllowedRows.of(np.zeros(400, dtype=bool)))[0]) == 0
    assert (len(index), index.dim) == (400, 64)


def test_vectors_are_kept_nearly_as_they_were(tmp_path):
    rows, _ = clusters(10, 40)
    index_of(rows).save(tmp_path / "vectors.faiss")
    index = VectorIndex.open(tmp_path / "vectors.faiss")

    kept = index.vectors(np.array([399, 0, 399]))

    np.testing.assert_allclose(kept, rows[[399, 0, 399]], atol=0.005)
    assert index.vectors(np.array([], dtype=np.int64)).shape == (0, 64)


def test_nearly_all_true_neighbours_are_found():
    rows, _ = clusters(40, 50, spread=0.9)
    index = index_of(rows)

    shared = []
    for query in rows[::20]:
        true = np.argsort(-(rows @ query), kind="stable")[:10]
        shared.append(len(set(true) & set(index.search(query, 10)[0])))
    assert np.mean(shared) / 10 > 0.95


def test_allowed_rows_are_those_of_their_mask():
    mask = np.random.default_rng(3).random(77) < 0.3

    allowed = AllowedRows.of(mask)

    assert allowed.rows().tolist() == np.flatnonzero(mask).tolist()
    assert (allowed.kept, allowed.size) == (mask.sum(), 77)


def test_a_sample_is_never_larger_than_the_store():
    assert sample_size(10) == 10
    assert 50_000 < sample_size(1_000_000) < 100_000


def test_a_broken_index_file_and_a_wrong_filter_are_refused(tmp_path):
    (tmp_path / "broken").write_bytes(b"no index")
    with pytest.raises(Unavailable, match="not a readable"):
        VectorIndex.open(tmp_path / "broken")
    rows, _ = clusters(2, 3)
    with pytest.raises(InvalidInput, match="expected 6"):
        index_of(rows).search(rows[0], 2, AllowedRows.of(np.ones(5, dtype=bool)))
    with pytest.raises(InvalidInput, match="shape"):
        index_of(rows).search(rows[0, :3], 2)
