from pathlib import Path

import numpy as np
import pytest

from kb.errors import Conflict, InvalidInput
from search.bootstrap import calibrate_bootstrap
from search.calibration import KEYWORD_ONLY, Bounds, Calibration, Judge, Logistic, Origin
from search.features import CONFIDENCE_FEATURES, HYBRID_FEATURES, WORD_FEATURES
from search.learning.fitting import (
    Examples,
    Prior,
    choose_bounds,
    first_candidates,
    fit_confidence,
    fit_logistic,
)
from search.results import Mode, Verdict
from search.shipped_weights import SHIPPED
from tests.search.stores import FINGERPRINT, LetterEncoder


class SameVector(LetterEncoder):
    """A model that cannot tell any two texts apart."""

    def encode(self, texts):
        return np.full((len(texts), 4), 0.5, dtype=np.float32)


def test_a_bootstrap_calibration_belongs_to_its_model_and_refuses_another():
    calibration = calibrate_bootstrap(LetterEncoder())

    calibration.check_fits(FINGERPRINT)
    assert calibration.origin is Origin.BOOTSTRAP
    with pytest.raises(Conflict, match="another model"):
        calibration.check_fits("another model")


def test_a_bootstrap_measures_each_language_of_the_judged_corpus():
    calibration = calibrate_bootstrap(LetterEncoder())

    assert set(calibration.languages) >= {"en", "de"}
    for trust in calibration.languages.values():
        assert trust.scale.match > trust.scale.background
        assert 0.0 <= trust.distrust <= 1.0


def test_a_language_that_was_not_measured_is_trusted_as_the_worst_one():
    calibration = calibrate_bootstrap(LetterEncoder())

    worst = max(trust.distrust for trust in calibration.languages.values())

    assert calibration.trust_of("xx").distrust == worst


def test_a_model_that_tells_nothing_apart_is_distrusted_in_full():
    calibration = calibrate_bootstrap(SameVector("same"))

    assert {trust.distrust for trust in calibration.languages.values()} == {1.0}


def test_without_a_model_there_is_a_calibration_of_keyword_search():
    assert calibrate_bootstrap(None).fingerprint == KEYWORD_ONLY


def test_a_judged_corpus_that_is_too_small_is_refused(tmp_path: Path):
    (tmp_path / "faq.jsonl").write_text('{"id": "a", "question": "Why?", "lang": "en"}\n')
    (tmp_path / "queries.jsonl").write_text('{"id": "q", "text": "x", "lang": "en", "none": false}')
    (tmp_path / "qrels.tsv").write_text("query_id\tentry_id\trelevance\nq\ta\t1\n")

    with pytest.raises(InvalidInput, match="too few"):
        calibrate_bootstrap(LetterEncoder(), corpus=tmp_path)


def test_a_calibration_survives_its_json():
    calibration = calibrate_bootstrap(LetterEncoder())

    assert Calibration.from_json(calibration.to_json()) == calibration


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"format": 99}', '{"format": 1}', '{"format": 2}']
)
def test_anything_else_is_no_calibration(text):
    with pytest.raises(InvalidInput, match="calibration"):
        Calibration.from_json(text)


def test_the_shipped_weights_name_only_features_that_exist():
    assert set(SHIPPED.hybrid.order.weights) <= set(HYBRID_FEATURES)
    assert set(SHIPPED.hybrid.confidence.weights) <= set(HYBRID_FEATURES)
    assert set(SHIPPED.keyword.order.weights) <= set(WORD_FEATURES)


@pytest.mark.parametrize("mode", list(Mode))
def test_the_floor_is_never_above_the_answer_bound(mode):
    bounds = SHIPPED.bounds(mode)

    assert 0.0 < bounds.floor <= bounds.answer < 1.0


def test_a_verdict_follows_its_two_bounds():
    bounds = Bounds(answer=0.5, floor=0.2)

    assert bounds.verdict(0.5) is Verdict.ANSWER
    assert bounds.verdict(0.49) is bounds.verdict(0.2) is Verdict.MAYBE
    assert bounds.verdict(0.19) is Verdict.NONE


def test_a_judge_gives_the_first_its_confidence_and_keeps_the_distances_of_the_others():
    judge = Judge(Logistic(0.0, {"a": 2.0}), Logistic(-1.0, {"a": 1.0}), Bounds(0.5, 0.2))

    logits = judge.logits(np.array([[0.5], [3.0], [1.0]]), ["a"])

    assert logits.tolist() == [-3.0, 2.0, -2.0]


def examples():
    """Two queries of three candidates each: the first feature tells, the second misleads."""
    table = np.array([[0.9, 0.1], [0.2, 0.3], [0.1, 0.9], [0.8, 0.0], [0.3, 0.8], [0.1, 0.4]])
    labels = np.array([1.0, 0.0, 0.0, 1.0, 0.0, 0.0])
    return Examples(table, labels, np.full(6, 1 / 6), np.array([0, 0, 0, 1, 1, 1]))


def test_fitting_finds_the_feature_that_tells_and_never_punishes_evidence():
    fitted = fit_logistic(examples(), ["tells", "misleads"], free=(), listwise=0.5)

    assert fitted.weights["tells"] > 1.0
    assert fitted.weights["misleads"] == 0.0
    free = fit_logistic(examples(), ["tells", "misleads"], free=("misleads",), listwise=0.5)
    assert free.weights["misleads"] < 0.0


def test_fitting_without_wrong_candidates_is_refused():
    right = Examples(np.ones((2, 1)), np.ones(2), np.ones(2), np.array([0, 1]))

    with pytest.raises(ValueError, match="right and wrong"):
        fit_logistic(right, ["a"], free=(), listwise=0.0)


def test_the_first_candidate_of_each_query_is_judged():
    firsts = first_candidates(examples(), np.array([3.0, 2.0, 1.0, 1.0, 2.0, 0.0]))

    assert firsts.labels.tolist() == [1.0, 0.0]
    assert firsts.queries.tolist() == [0, 1]


def graded_examples():
    """Queries of one candidate at four distances, each right as often as it is near."""
    near = np.repeat([0.2, 0.4, 0.6, 0.8], 10)
    right = np.concatenate([np.arange(10) < count for count in (2, 4, 6, 8)]).astype(float)
    table = np.column_stack([near, near])
    return Examples(table, right, np.full(40, 1 / 40), np.arange(40))


def test_confidence_is_as_often_right_as_it_says():
    names = ["meaning_best", "meaning_lead"]

    fitted = fit_confidence(graded_examples(), np.zeros(40), names, free=())

    sure = 1.0 / (1.0 + np.exp(-fitted.logits(graded_examples().table, names)))
    for share in (0.2, 0.4, 0.6, 0.8):
        assert sure[graded_examples().table[:, 0] == share].mean() == pytest.approx(share, abs=0.05)


def test_confidence_looks_at_nothing_that_only_tells_which_of_two_answers():
    fitted = fit_confidence(
        graded_examples(), np.zeros(40), ["meaning_best", "meaning_lead"], free=()
    )

    assert set(fitted.weights) == {"meaning_best"}
    assert set(SHIPPED.hybrid.confidence.weights) <= CONFIDENCE_FEATURES


def test_a_prior_is_kept_as_far_as_it_pulls():
    prior = Logistic(-1.0, {"tells": 9.0})

    def fitted(pull):
        pulled = Prior(prior, pull)
        return fit_logistic(examples(), ["tells", "misleads"], free=(), listwise=0.5, prior=pulled)

    assert fitted(1e3).weights["tells"] == pytest.approx(9.0, abs=0.1)
    assert fitted(1e-3).weights["tells"] != pytest.approx(9.0, abs=1.0)
    assert fitted(1e3).bias == pytest.approx(-1.0, abs=0.1)


def test_bounds_keep_nearly_all_right_hits_above_the_floor():
    bounds = choose_bounds(np.linspace(0.1, 0.99, 100))

    assert bounds.answer == 0.5
    assert bounds.floor == pytest.approx(0.1445)
    assert choose_bounds([0.9, 0.95]).floor == 0.5
    with pytest.raises(ValueError, match="right first hits"):
        choose_bounds([])
