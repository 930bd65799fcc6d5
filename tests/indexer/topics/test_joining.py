import numpy as np

from indexer.topics.grouping import group_questions
from indexer.topics.joining import join_topic, measure_reaches
from indexer.vectors import nearest_neighbours
from tests.indexer.sphere import clusters

REACHES = np.array([0.7, 0.8], dtype=np.float32)


def join(topics: list[int], cosines: list[float]):
    return join_topic(
        np.array(topics, dtype=np.int32), np.array(cosines, dtype=np.float32), reaches=REACHES
    )


def test_a_question_joins_when_its_neighbours_are_near_and_agree():
    found = join([0, 0, 1], [0.85, 0.8, 0.5])
    assert (found.topic, found.nearest) == (0, 0)
    assert found.confidence > 0.8


def test_it_waits_when_they_are_near_but_disagree():
    found = join([0, 1, 1, 0], [0.85, 0.85, 0.84, 0.84])
    assert found.topic is None
    assert found.nearest is not None


def test_it_waits_when_they_agree_but_are_far():
    found = join([1, 1, 1], [0.6, 0.6, 0.6])
    assert (found.topic, found.nearest) == (None, 1)


def test_it_waits_among_the_ungrouped_and_alone():
    assert join([-1, -1, 0], [0.9, 0.9, 0.8]).topic is None
    assert join([-1], [0.9]).nearest is None
    assert join([], []).confidence == 0


def test_left_out_questions_join_the_topic_that_a_full_grouping_gives_them():
    rows, gold = clusters(10, 30, spread=0.8)
    late = np.arange(len(rows)) % 10 == 0
    base, grouping = rows[~late], group_questions(rows[~late])
    reaches = measure_reaches(base, grouping.topic_of, topic_count=grouping.topic_count)
    near = nearest_neighbours(base, k=10, queries=rows[late])
    joins = [
        join_topic(grouping.topic_of[indices], cosines, reaches=reaches)
        for indices, cosines in zip(near.indices, near.cosines, strict=True)
    ]

    joined = [row for row, found in enumerate(joins) if found.topic is not None]
    assert len(joined) > 0.7 * late.sum()
    topic_of_cluster = {
        int(g): int(t) for g, t in zip(gold[~late], grouping.nearest_topic, strict=True)
    }
    assert all(joins[row].topic == topic_of_cluster[int(gold[late][row])] for row in joined)
