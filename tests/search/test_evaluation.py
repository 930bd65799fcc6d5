import math

import pytest

from search.evaluation import (
    auroc,
    bootstrap,
    false_answers,
    hit,
    ndcg,
    paired_bootstrap,
    recall,
    reciprocal_rank,
)


def test_a_right_first_document_scores_full_marks_everywhere():
    ranking, relevant = ["a", "b", "c"], {"a": 1.0}

    assert recall(ranking, relevant, k=1) == 1.0
    assert reciprocal_rank(ranking, relevant) == 1.0
    assert ndcg(ranking, relevant) == 1.0
    assert hit(ranking, relevant) == 1.0


def test_a_right_third_document_is_discounted():
    ranking, relevant = ["b", "c", "a"], {"a": 1.0}

    assert recall(ranking, relevant, k=2) == 0.0
    assert reciprocal_rank(ranking, relevant) == pytest.approx(1 / 3)
    assert ndcg(ranking, relevant) == pytest.approx(1 / math.log2(4))
    assert hit(ranking, relevant) == 0.0


def test_ndcg_prefers_the_document_with_the_higher_gain():
    relevant = {"a": 2.0, "b": 1.0}

    assert ndcg(["a", "b"], relevant) == 1.0
    assert ndcg(["b", "a"], relevant) < 1.0


def test_nothing_found_or_nothing_relevant_scores_nothing():
    assert ndcg([], {"a": 1.0}) == hit([], {"a": 1.0}) == 0.0
    assert recall(["a"], {}, k=5) == ndcg(["a"], {}) == 0.0


def test_auroc_is_one_when_separated_and_a_half_for_ties():
    assert auroc([0.8, 0.9], [0.1, 0.2]) == 1.0
    assert auroc([0.5, 0.5], [0.5]) == 0.5
    assert auroc([0.1], [0.9]) == 0.0
    assert math.isnan(auroc([], [0.5]))


def test_false_answers_counts_what_passes_the_bound_that_keeps_the_right_ones():
    right = [0.1, *(0.5 + index / 100 for index in range(9))]

    assert false_answers(right, [0.2, 0.3]) == 0.0
    assert false_answers(right, [0.2, 0.55]) == 0.5
    assert false_answers(right, [0.2, 0.55], answered=1.0) == 1.0


def test_a_paired_bootstrap_sees_a_steady_gain_through_noisy_queries():
    theirs = [index % 7 / 7 for index in range(200)]
    ours = [value + 0.05 for value in theirs]

    found = paired_bootstrap(ours, theirs)

    assert found.low == pytest.approx(0.05)
    assert found.mean == pytest.approx(0.05)


def test_a_paired_bootstrap_refuses_figures_of_different_queries():
    with pytest.raises(ValueError, match="same queries"):
        paired_bootstrap([0.1, 0.2], [0.1])


def test_a_bootstrap_interval_holds_its_mean_and_refuses_nothing_at_all():
    found = bootstrap([0.0, 1.0] * 50)

    assert found.low < found.mean == 0.5 < found.high
    with pytest.raises(ValueError, match="at least one"):
        bootstrap([])
