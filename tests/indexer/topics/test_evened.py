import numpy as np
import pytest

from indexer.topics.evened import evened_vectors
from tests.indexer.sphere import clusters, unit


def test_what_all_questions_share_is_taken_off():
    rows, _ = clusters(20, 10, spread=0.5)
    style = np.zeros(64)
    style[0] = 2.0
    evened = evened_vectors(unit(rows + style), strength=0.5)
    assert np.linalg.norm(evened, axis=1) == pytest.approx(np.ones(200), abs=1e-4)
    assert np.linalg.norm(evened.mean(axis=0)) < 0.1


def test_how_people_ask_hides_what_they_ask_about_less():
    rows, gold = clusters(40, 20, spread=1.6)
    manner = np.zeros((800, 64))
    manner[:, :3] = np.random.default_rng(1).normal(size=(800, 3)) * 1.2
    styled = unit(rows + manner)

    def share_right(vectors):
        cosines = vectors @ vectors.T
        np.fill_diagonal(cosines, -2)
        return (gold[cosines.argmax(axis=1)] == gold).mean()

    assert share_right(evened_vectors(styled, strength=0.5)) > share_right(styled) + 0.05


def test_rows_equal_to_the_mean_become_zeros_and_one_row_stays():
    same = np.repeat(clusters(1, 1)[0], 4, axis=0)
    assert not evened_vectors(same, strength=0.5).any()
    assert evened_vectors(same[:1], strength=0.5).tolist() == same[:1].tolist()
