import numpy as np
import pytest
from scipy.sparse import csr_matrix

from indexer.topics.near_topics import exchanged_shares, nearest_topics
from kb.errors import InvalidInput

VECTORS = np.array([[1, 0], [1, 0], [0.8, 0.6], [0, 1]], dtype=np.float32)
TOPICS = np.array([0, 0, 1, 2], dtype=np.int32)


def test_the_nearest_topics_come_nearest_first_with_their_cosine():
    near = nearest_topics(VECTORS, TOPICS, 3)
    assert [[one.topic for one in row] for row in near] == [[1, 2], [0, 2], [1, 0]]
    assert near[0][0].cosine == pytest.approx(0.8)
    assert near[0][0].exchanged == 0.0


def test_a_topic_without_questions_is_near_none_and_none_is_near_it():
    near = nearest_topics(VECTORS, TOPICS, 4)
    assert near[3] == ()
    assert all(one.topic != 3 for row in near for one in row)


def test_exchanged_weight_is_a_share_of_the_topics_own():
    graph = csr_matrix(np.array([[0, 2, 1, 0], [2, 0, 0, 0], [1, 0, 0, 1], [0, 0, 1, 0]], float))
    exchanged = exchanged_shares(graph, TOPICS, 3)
    near = nearest_topics(VECTORS, TOPICS, 3, exchanged=exchanged)
    assert near[0][0].exchanged == pytest.approx(1 / 5)
    assert near[1][0].exchanged == pytest.approx(1 / 2)


def test_topics_that_do_not_fit_are_refused():
    with pytest.raises(InvalidInput, match="3 topics do not fit 4 vectors"):
        nearest_topics(VECTORS, TOPICS[:3], 3)
