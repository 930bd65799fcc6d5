import pytest

from indexer.topics.scores import evaluate_grouping
from kb.errors import InvalidInput


def test_a_perfect_grouping_scores_one_whatever_its_numbers():
    scores = evaluate_grouping(["a", "a", "b", "c"], [7, 7, 3, 5])
    assert (scores.nmi, scores.ari, scores.acc, scores.pairwise_f1) == pytest.approx((1, 1, 1, 1))


def test_one_topic_for_all_scores_only_the_biggest_label():
    scores = evaluate_grouping(["a", "a", "b", "c"], [0, 0, 0, 0])
    assert scores.acc == 0.5
    assert scores.ari == pytest.approx(0)
    assert scores.pairwise_f1 == pytest.approx(2 / 7)


def test_lengths_that_differ_and_nothing_at_all_are_refused():
    with pytest.raises(InvalidInput, match="2 labels do not fit 1 topics"):
        evaluate_grouping(["a", "b"], [0])
    with pytest.raises(InvalidInput, match="nothing to compare"):
        evaluate_grouping([], [])
