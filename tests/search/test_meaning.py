import numpy as np

from search.meaning import PhrasingVectors
from tests.search.stores import entry, vectors_of

STORE = (
    entry(1, "no vector here"),
    entry(2, "reset the password", wordings=("forgot my password", "password", "new password")),
    entry(3, "track the parcel"),
)


def vectors():
    found = vectors_of(STORE)
    del found[STORE[0].phrasings[0].text_hash]
    return found


def test_the_best_wording_speaks_for_its_document():
    held = PhrasingVectors.of(STORE, vectors())
    query = vectors_of([entry(9, "forgot my password")])

    best = held.best(held.cosines(next(iter(query.values()))), len(STORE))

    assert np.isnan(best[0])
    assert best[1] > 0.999
    assert best[2] < 0.5


def test_the_nearest_wordings_come_best_first_and_missing_ones_are_nan():
    held = PhrasingVectors.of(STORE, vectors())
    cosines = np.array([0.1, 0.9, 0.5, 0.7, 0.4], dtype=np.float32)

    nearest = held.nearest(cosines, np.array([0, 1, 2]))

    assert np.isnan(nearest[0]).all()
    np.testing.assert_allclose(nearest[1], [0.9, 0.7, 0.5], rtol=1e-6)
    np.testing.assert_allclose(nearest[2], [0.4, np.nan, np.nan], rtol=1e-6)


def test_a_repeated_wording_votes_once():
    twice = entry(1, "reset the password", wordings=("reset the password",))

    assert len(PhrasingVectors.of([twice], vectors_of([twice])).vectors) == 1


def test_a_store_without_vectors_knows_no_cosines():
    held = PhrasingVectors.of(STORE, {})
    query = np.ones(256, dtype=np.float32)

    assert held.cosines(query).tolist() == []
    assert np.isnan(held.best(held.cosines(query), 3)).all()
    assert np.isnan(held.nearest(held.cosines(query), np.array([0, 2]))).all()


def test_vectors_are_the_same_after_saving(tmp_path):
    held = PhrasingVectors.of(STORE, vectors())
    held.save(tmp_path)

    opened = PhrasingVectors.open(tmp_path)

    assert opened.vectors.tobytes() == held.vectors.tobytes()
    assert opened.documents.tolist() == [1, 2]
    assert opened.starts.tolist() == [0, 4, 5]
