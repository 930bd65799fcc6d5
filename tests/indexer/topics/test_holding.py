import numpy as np
import pytest

from indexer.topics.constraints import PairDecision
from indexer.topics.grouping import UNGROUPED, Grouping
from indexer.topics.holding import Hold, hold_topics
from tests.indexer.sphere import clusters

ROWS = 30


def grouping(topic_of, confidence=0.9):
    topics = np.array(topic_of, dtype=np.int32)
    sure = np.full(len(topics), confidence, dtype=np.float32)
    return Grouping(topics, topics.copy(), sure, int(topics.max()) + 1, 1.0)


@pytest.fixture
def vectors():
    """Thirty questions on each of three subjects."""
    rows, gold = clusters(3, ROWS, spread=0.6)
    return rows[np.argsort(gold, kind="stable")]


def ids_of(held):
    names = np.array([-2 if one is None else one for one in held.ids])
    return np.where(held.grouping.topic_of >= 0, names[held.grouping.topic_of], UNGROUPED).tolist()


TRUE = [0] * ROWS + [1] * ROWS + [2] * ROWS
OLD = np.array([7] * ROWS + [8] * ROWS + [9] * ROWS, dtype=np.int64)


def test_what_is_the_same_afresh_keeps_its_ids(vectors):
    held = hold_topics(vectors, grouping(TRUE), OLD, Hold(budget=0.0))
    assert ids_of(held) == OLD.tolist()


def test_a_part_that_lies_elsewhere_moves_as_far_as_the_budget_reaches(vectors):
    previous = OLD.copy()
    previous[ROWS : ROWS + 6] = 7

    stays = hold_topics(vectors, grouping(TRUE), previous, Hold(budget=0.05))
    moves = hold_topics(vectors, grouping(TRUE), previous, Hold(budget=0.07))

    assert ids_of(stays) == previous.tolist()
    assert ids_of(moves) == OLD.tolist()


def test_a_part_that_is_no_nearer_to_where_it_would_go_stays(vectors):
    afresh = list(TRUE)
    afresh[:5] = [1] * 5
    held = hold_topics(vectors, grouping(afresh), OLD, Hold(budget=1.0))
    assert ids_of(held) == OLD.tolist()


def test_what_people_changed_their_mind_about_is_not_held(vectors):
    merged = OLD.copy()
    merged[merged == 8] = 7

    held = hold_topics(vectors, grouping(TRUE), merged, Hold(budget=0.0))
    released = hold_topics(
        vectors, grouping(TRUE), merged, Hold(budget=0.0, release=frozenset({7}))
    )

    assert ids_of(held) == merged.tolist()
    assert len(set(ids_of(released))) == 3
    assert released.ids.count(None) == 1


def test_new_questions_follow_their_nearest_fellows_and_a_new_subject_is_a_new_topic(vectors):
    previous = OLD.copy()
    previous[ROWS - 5 : ROWS] = -1
    previous[2 * ROWS :] = -1

    held = hold_topics(vectors, grouping(TRUE), previous, Hold(budget=0.05))

    assert ids_of(held) == [7] * ROWS + [8] * ROWS + [-2] * ROWS


def test_a_decided_pair_holds_though_the_budget_is_used_up(vectors):
    previous = OLD.copy()
    previous[ROWS] = 7
    apart, together = PairDecision(0, ROWS, False), PairDecision(ROWS, ROWS + 1, True)

    for pair in (apart, together):
        held = hold_topics(vectors, grouping(TRUE), previous, Hold(budget=0.0, pairs=[pair]))
        assert ids_of(held) == OLD.tolist()


def test_the_ids_to_keep_live_on_and_a_rest_too_small_for_a_topic_goes_along(vectors):
    previous = OLD.copy()
    previous[0] = 3

    held = hold_topics(vectors, grouping(TRUE), previous, Hold(0.0))
    kept = hold_topics(vectors, grouping(TRUE), previous, Hold(0.0, keep=frozenset({3})))

    assert ids_of(held)[0] == 7
    assert ids_of(kept)[0] == 3


def test_unsure_questions_wait_but_grouped_ones_not_so_soon(vectors):
    afresh = grouping(TRUE, confidence=0.45)
    afresh.topic_of[:] = UNGROUPED
    previous = OLD.copy()
    previous[ROWS:] = -1

    held = hold_topics(vectors, afresh, previous, Hold(budget=0.5))

    assert ids_of(held)[:ROWS] == [7] * ROWS
    assert ids_of(held)[ROWS:] == [UNGROUPED] * 2 * ROWS


def test_at_most_the_budget_moves_whatever_is_found_afresh():
    random = np.random.default_rng(3)
    rows, gold = clusters(6, 40, spread=0.9)
    for share in (0.0, 0.02, 0.1, 1.0):
        previous = np.where(random.random(len(rows)) < 0.3, random.integers(0, 6, len(rows)), gold)
        previous[random.random(len(rows)) < 0.2] = -1
        held = hold_topics(rows, grouping(gold), previous.astype(np.int64), Hold(budget=share))
        old = previous >= 0
        moved = np.array(ids_of(held))[old] != previous[old]
        assert moved.sum() <= share * old.sum()
        assert (held.grouping.topic_of >= 0).all()
        assert np.bincount(held.grouping.topic_of).tolist() == sorted(
            np.bincount(held.grouping.topic_of).tolist(), reverse=True
        )
