"""What is learned must be better on entries that it was not learned from, or it is not taken."""

from __future__ import annotations

import numpy as np
import pytest

from search.calibration import Bounds, Judge, Logistic
from search.learning.examples import OwnExamples
from search.learning.fitting import Examples
from search.learning.held_out import FOLDS, folds_of, gain_of, held_out
from search.learning.judges import Incumbent, has_enough, refit_judge

NAMES = ["meaning_best", "words_share"]
WELL = Judge(
    Logistic(-2.0, {"meaning_best": 4.0}), Logistic(-2.0, {"meaning_best": 4.0}), Bounds(0.5, 0.2)
)
BADLY = Judge(
    Logistic(-2.0, {"words_share": 1.0}), Logistic(0.0, {"words_share": 1.0}), Bounds(0.5, 0.2)
)


def examples(*, questions: int = 180, entries: int = 30, told: float = 2.0) -> OwnExamples:
    """Questions with five candidates each; a third has no answer. `told`: how much is told."""
    random = np.random.default_rng(1)
    tables, labels = [], []
    for number in range(questions):
        table = random.uniform(0.0, 0.6, size=(5, 2))
        label = np.zeros(5)
        if number % 3:
            label[0] = 1.0
            table[0, 0] += 0.4 * told
        tables.append(table)
        labels.append(label)
    answered = np.arange(questions) % 3 > 0
    rows = np.repeat(np.arange(questions), 5)
    return OwnExamples(
        Examples(np.concatenate(tables), np.concatenate(labels), np.ones(len(rows)), rows),
        groups=np.arange(questions) % entries,
        right=answered.astype(np.int64),
        ordered=answered,
        foreign=~answered,
    )


def test_a_judge_that_is_misled_is_replaced_by_one_that_learned():
    found = refit_judge(examples(), NAMES, incumbent=Incumbent(BADLY, BADLY))

    assert found.order
    assert found.confidence
    assert found.after.ndcg_at_10 > found.before.ndcg_at_10 + 0.1
    assert found.after.log_loss < found.before.log_loss
    assert found.after.auroc > found.before.auroc
    assert found.judge.order.weights["meaning_best"] > found.judge.order.weights["words_share"]


def test_where_the_questions_tell_nothing_the_judge_in_use_stays():
    found = refit_judge(examples(told=0.0), NAMES, incumbent=Incumbent(WELL, WELL))

    assert not found.order
    assert found.judge.order == WELL.order


def test_what_is_no_better_than_the_judge_in_use_is_not_taken():
    good = refit_judge(examples(), NAMES, incumbent=Incumbent(BADLY, BADLY)).judge

    again = refit_judge(examples(), NAMES, incumbent=Incumbent(good, good))

    assert not again.order
    assert again.judge.order == good.order


def test_a_judge_that_learned_from_these_questions_is_kept_unless_it_does_worse():
    good = refit_judge(examples(), NAMES, incumbent=Incumbent(BADLY, BADLY)).judge

    seen = refit_judge(examples(), NAMES, incumbent=Incumbent(good, BADLY, has_seen=True))
    bad = refit_judge(examples(), NAMES, incumbent=Incumbent(BADLY, BADLY, has_seen=True))

    assert seen.after.ndcg_at_10 >= seen.before.ndcg_at_10 - 0.01
    assert bad.order


def test_without_a_question_known_to_be_foreign_the_confidence_is_left_alone():
    own = examples()
    no_foreign = OwnExamples(
        own.examples, own.groups, own.right, own.ordered, np.zeros(len(own), dtype=np.bool_)
    )

    found = refit_judge(no_foreign, NAMES, incumbent=Incumbent(BADLY, BADLY))

    assert not found.confidence
    assert found.judge.confidence == BADLY.confidence
    assert found.judge.bounds == BADLY.bounds


def test_an_answer_never_gets_cheaper_and_the_floor_never_rises():
    found = refit_judge(examples(told=4.0), NAMES, incumbent=Incumbent(BADLY, BADLY))

    assert found.confidence
    assert found.judge.bounds.answer == 0.5
    assert found.judge.bounds.floor <= 0.2


def test_few_questions_or_few_entries_are_not_enough():
    assert has_enough(examples())
    assert not has_enough(examples(questions=30))
    assert not has_enough(examples(entries=5))


def test_all_questions_about_an_entry_are_in_one_fold():
    groups = np.array([4, 7, 4, 9, 7, 4])

    folds = folds_of(groups)

    assert len({*folds[groups == 4]}) == len({*folds[groups == 7]}) == 1
    assert len(set(folds_of(np.arange(50)))) == FOLDS


def test_a_question_is_judged_by_the_judge_of_its_own_fold():
    own = examples()
    folds = folds_of(own.groups)

    held = held_out(own, NAMES, lambda fold: WELL if fold == 0 else BADLY)

    well = held_out(own, NAMES, lambda _: WELL)
    assert np.array_equal(held.logits[folds == 0], well.logits[folds == 0])
    assert not np.array_equal(held.logits[folds == 1], well.logits[folds == 1])


def test_questions_about_one_entry_count_as_one_draw():
    ours, theirs = np.ones(40), np.zeros(40)
    ours[:20] = -1.0

    spread = gain_of(ours, theirs, np.arange(40))
    lumped = gain_of(ours, theirs, np.arange(40) // 20)

    assert spread.mean == pytest.approx(0.0) == pytest.approx(lumped.mean)
    assert lumped.high - lumped.low > 2 * (spread.high - spread.low)
