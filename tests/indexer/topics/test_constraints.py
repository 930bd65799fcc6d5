import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from indexer.topics.constraints import PairDecision, separate, settle_decisions
from kb.errors import InvalidInput

PAIRS = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.booleans()), max_size=30)


def same(first: int, second: int) -> PairDecision:
    return PairDecision(first, second, same=True)


def apart(first: int, second: int) -> PairDecision:
    return PairDecision(first, second, same=False)


def test_same_reaches_through_a_chain():
    settled = settle_decisions([same(0, 1), same(1, 2)], rows=4)
    assert settled.unit_of.tolist() == [0, 0, 0, 1]


def test_of_two_that_conflict_the_newer_wins_and_the_older_is_named():
    split_last = settle_decisions([same(0, 1), apart(0, 1)], rows=2)
    assert (split_last.apart, split_last.overridden) == (((0, 1),), (0,))
    merged_last = settle_decisions([apart(0, 1), same(0, 1)], rows=2)
    assert (merged_last.unit_of.tolist(), merged_last.overridden) == ([0, 0], (0,))


def test_a_conflict_through_a_chain_takes_the_oldest_out():
    settled = settle_decisions([same(0, 1), same(1, 2), apart(0, 2)], rows=3)
    assert settled.overridden == (0,)
    assert settled.unit_of[1] == settled.unit_of[2]


def test_a_row_that_does_not_exist_is_refused():
    with pytest.raises(InvalidInput, match="decision 2"):
        settle_decisions([same(0, 1), same(0, 7)], rows=3)


@given(PAIRS)
def test_what_is_not_overridden_holds_and_the_newest_always_does(pairs):
    decisions = [PairDecision(*pair) for pair in pairs]
    settled = settle_decisions(decisions, rows=10)
    for position, decision in enumerate(decisions):
        if position in settled.overridden:
            continue
        one, two = settled.unit_of[decision.first], settled.unit_of[decision.second]
        assert bool(one == two) is decision.same
    if decisions and decisions[-1].first != decisions[-1].second:
        assert len(decisions) - 1 not in settled.overridden


def test_the_one_with_less_weight_leaves_for_where_its_neighbours_are():
    graph = csr_matrix(
        np.array([[0, 0, 1, 0], [0, 0, 0.1, 2], [1, 0.1, 0, 0], [0, 2, 0, 0]], dtype=float)
    )
    assert separate(np.array([0, 0, 0, 1]), [(0, 1)], graph).tolist() == [0, 1, 0, 1]


def test_it_gets_a_topic_of_its_own_where_all_others_are_closed_or_far():
    graph = csr_matrix(np.array([[0, 1, 1], [1, 0, 0.5], [1, 0.5, 0]], dtype=float))
    found = separate(np.array([0, 0, 0]), [(0, 1), (0, 2), (1, 2)], graph)
    assert len(set(found.tolist())) == 3


def test_without_a_pair_nothing_moves():
    assert separate(np.array([0, 1]), [], csr_matrix((2, 2))).tolist() == [0, 1]


def test_what_lost_names_a_newer_decision_that_it_conflicts_with():
    assert settle_decisions([same(0, 1), apart(0, 1)], rows=2).winners == {0: 1}
    assert settle_decisions([apart(0, 2), same(0, 1), same(1, 2)], rows=3).winners == {0: 2}
    assert settle_decisions([same(0, 1), same(1, 2), apart(0, 2)], rows=3).winners == {0: 2}


@given(PAIRS)
def test_nothing_loses_to_what_is_older(pairs):
    settled = settle_decisions([PairDecision(*pair) for pair in pairs], rows=10)
    assert set(settled.winners) == set(settled.overridden)
    for lost, winner in settled.winners.items():
        itself = pairs[lost][0] == pairs[lost][1]
        assert winner == lost if itself else winner > lost
