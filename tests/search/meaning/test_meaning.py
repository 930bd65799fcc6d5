import numpy as np
import pytest

from search.meaning.groups import VectorGroups, largest_of_spans
from search.meaning.looking import Scope
from search.meaning.vectors import PHRASING_FILES, DocumentVectors
from tests.search.stores import entry, vectors_of

STORE = (
    entry(1, "no vector here"),
    entry(2, "reset the password", wordings=("forgot my password", "password", "new password")),
    entry(3, "track the parcel"),
)
EVERY = Scope(np.ones(3, dtype=np.bool_))


def vectors():
    found = vectors_of(STORE)
    del found[STORE[0].phrasings[0].text_hash]
    return found


def held(documents=STORE, known=None):
    known = vectors() if known is None else known
    return DocumentVectors.of([one.phrasing_hashes for one in documents], known)


def query(text):
    return next(iter(vectors_of([entry(9, text)]).values()))


def test_the_best_wording_speaks_for_its_document():
    rows, best = held().look(query("forgot my password")).nearest(EVERY, enough=10)

    assert rows.tolist() == [1, 2]
    assert best[0] > 0.999
    assert best[1] < 0.5


def test_only_documents_of_the_scope_are_near():
    scope = Scope(np.array([True, False, True]))

    assert held().look(query("password")).nearest(scope, enough=10)[0].tolist() == [2]


def test_the_nearest_wordings_come_best_first_and_missing_ones_are_nan():
    cosines = np.array([0.1, 0.9, 0.5, 0.7, 0.4], dtype=np.float32)

    nearest = largest_of_spans(cosines, np.array([0, 4]), np.array([4, 5]), count=3)

    np.testing.assert_allclose(nearest, [[0.9, 0.7, 0.5], [0.4, np.nan, np.nan]], rtol=1e-6)


def test_a_document_without_a_vector_has_no_cosines():
    largest = held().look(query("forgot my password")).largest(np.array([0, 1]), count=3)

    assert np.isnan(largest[0]).all()
    assert largest[1, 0] > 0.999
    assert (np.diff(largest[1]) <= 0).all()


def test_a_repeated_wording_votes_once():
    twice = entry(1, "reset the password", wordings=("reset the password",))

    assert len(held([twice], vectors_of([twice]))) == 1


def test_a_store_without_vectors_knows_no_cosines():
    empty = held(known={})
    look = empty.look(np.ones(256, dtype=np.float32))

    assert len(empty) == 0
    assert look.nearest(EVERY, enough=10)[0].tolist() == []
    assert np.isnan(look.largest(np.array([0, 2]), count=3)).all()
    assert empty.counts(np.array([0, 2])).tolist() == [0, 0]


def test_vectors_are_the_same_after_saving(tmp_path):
    before = held()
    before.save(tmp_path, PHRASING_FILES)

    opened = DocumentVectors.open(tmp_path, PHRASING_FILES)

    assert opened.vectors.tobytes() == before.vectors.tobytes()
    assert opened.groups.documents.tolist() == [1, 2]
    assert opened.groups.starts.tolist() == [0, 4, 5]


@pytest.mark.parametrize(("numbers", "rows"), [([0, 1, 2], [3]), ([5, 3], [5, 7]), ([], [])])
def test_vectors_are_traced_to_their_documents(numbers, rows):
    groups = VectorGroups.of([0, 0, 0, 3, 0, 2, 0, 1])
    cosines = np.linspace(0.1, 0.9, len(numbers), dtype=np.float32)

    found, best = groups.best_of(np.array(numbers, dtype=np.int64), cosines)

    assert found.tolist() == rows
    assert best.max(initial=0.0) == cosines.max(initial=0.0)
