import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.topics.constraints import PairDecision
from indexer.topics.grouping import UNGROUPED, group_questions
from indexer.topics.scores import evaluate_grouping
from kb.errors import InvalidInput
from tests.indexer.sphere import clusters

ROWS, GOLD = clusters(6, 15, spread=0.8)


def test_topics_and_their_number_are_found():
    vectors, gold = clusters(30, 30, spread=0.9)
    grouping = group_questions(vectors)
    scores = evaluate_grouping(gold.tolist(), grouping.nearest_topic)

    assert grouping.topic_count == 30
    assert scores.acc > 0.98
    assert grouping.ungrouped_share <= 0.25


def test_the_same_input_gives_the_same_topics():
    first, second = group_questions(ROWS, seed=3), group_questions(ROWS, seed=3)
    assert first.topic_of.tolist() == second.topic_of.tolist()
    assert first.confidence.tolist() == second.confidence.tolist()


def test_topics_are_numbered_biggest_first():
    kept = np.flatnonzero((GOLD != 2) | (np.arange(len(ROWS)) % 2 == 0))
    sizes = np.bincount(group_questions(ROWS[kept]).topic_of + 1)[1:].tolist()
    assert sizes == sorted(sizes, reverse=True)
    assert len(sizes) == 6


def test_a_question_that_resembles_no_other_is_ungrouped_with_a_nearest_topic():
    stray = clusters(1, 1, seed=99)[0]
    grouping = group_questions(np.concatenate([ROWS, stray]))
    assert grouping.topic_of[-1] == UNGROUPED
    assert 0 <= grouping.nearest_topic[-1] < grouping.topic_count
    assert grouping.confidence[-1] < grouping.confidence[:-1].min()


def test_at_most_a_quarter_is_left_out_with_the_rest_of_topics_that_fall_apart():
    vectors, _ = clusters(150, 3, spread=1.9)
    assert 0.2 < group_questions(vectors).ungrouped_share <= 0.25


def test_no_question_and_one_question_make_no_topic():
    assert group_questions(ROWS[:0]).topic_count == 0
    alone = group_questions(ROWS[:1])
    assert (alone.topic_of.tolist(), alone.nearest_topic.tolist()) == ([UNGROUPED], [UNGROUPED])


def test_two_like_questions_make_a_topic_and_two_unlike_ones_do_not():
    assert group_questions(ROWS[:2]).topic_of.tolist() == [0, 0]
    assert group_questions(ROWS[[0, 20]]).topic_of.tolist() == [UNGROUPED, UNGROUPED]


def test_identical_rows_are_one_topic():
    grouping = group_questions(np.repeat(ROWS[:1], 5, axis=0), texts=["Where is it?"] * 5)
    assert grouping.topic_of.tolist() == [0] * 5


def test_rows_that_all_differ_are_all_ungrouped():
    vectors = np.eye(20, dtype=np.float32)
    grouping = group_questions(vectors)
    assert (grouping.topic_count, grouping.ungrouped_share) == (0, 1.0)


def test_equal_texts_share_a_topic_whatever_their_vectors_say():
    texts = [f"question {row}" for row in range(len(ROWS))]
    texts[0], texts[50] = "It is  BROKEN", "it is broken"
    grouping = group_questions(ROWS, texts=texts)
    assert grouping.topic_of[0] == grouping.topic_of[50]


def test_a_decision_on_equal_texts_is_overridden_and_named():
    texts = ["same"] * 2 + [f"question {row}" for row in range(2, len(ROWS))]
    grouping = group_questions(ROWS, texts=texts, decisions=[PairDecision(0, 1, same=False)])
    assert grouping.overridden == (0,)
    assert grouping.topic_of[0] == grouping.topic_of[1]


def test_texts_and_decisions_that_do_not_fit_are_refused():
    with pytest.raises(InvalidInput, match="1 texts do not fit"):
        group_questions(ROWS, texts=["one"])
    with pytest.raises(InvalidInput, match="decision 1 names a row"):
        group_questions(ROWS, decisions=[PairDecision(0, 900, same=True)])


def test_progress_ends_at_one():
    seen: list[tuple[str, float]] = []
    group_questions(ROWS, on_progress=lambda stage, share: seen.append((stage, share)))
    assert seen[0] == ("neighbours", 0.0)
    assert seen[-1] == ("topics", 1.0)


def test_rows_that_are_all_zero_are_ungrouped():
    grouping = group_questions(
        np.zeros((30, 64), dtype=np.float32), texts=[f"question {row}" for row in range(30)]
    )
    assert (grouping.topic_count, grouping.ungrouped_share) == (0, 1.0)


def test_many_texts_that_the_encoder_cannot_tell_apart_are_one_topic():
    vectors = np.repeat(ROWS[:1], 2_000, axis=0)
    grouping = group_questions(vectors, texts=[f"question {row}" for row in range(2_000)])
    assert grouping.topic_count == 1
    assert grouping.ungrouped_share <= 0.25


def test_what_may_not_found_a_topic_joins_that_of_its_neighbours():
    may_found = np.arange(len(ROWS)) % 15 != 7
    grouping = group_questions(ROWS, may_found=may_found)
    assert grouping.topic_count == 6
    for row in np.flatnonzero(~may_found):
        assert grouping.nearest_topic[row] == grouping.topic_of[row - 1]
    assert (grouping.topic_of[~may_found] != UNGROUPED).mean() > 0.5


def test_what_may_not_found_a_topic_makes_none_alone():
    grouping = group_questions(ROWS, may_found=GOLD != 4)
    assert grouping.topic_count == 5
    assert (grouping.topic_of[GOLD == 4] == UNGROUPED).all()
    nobody = group_questions(ROWS, may_found=np.zeros(len(ROWS), dtype=np.bool_))
    assert (nobody.topic_count, nobody.ungrouped_share) == (0, 1.0)


def test_a_decision_or_an_equal_text_lets_a_question_found_a_topic():
    may_found = np.ones(len(ROWS), dtype=np.bool_)
    may_found[[0, 40]] = False
    texts = [f"question {row}" for row in range(len(ROWS))]
    texts[40] = texts[80]
    decisions = [PairDecision(0, 20, same=True)]
    topic_of = group_questions(ROWS, texts=texts, may_found=may_found, decisions=decisions).topic_of
    assert topic_of[0] == topic_of[20] != UNGROUPED
    assert topic_of[40] == topic_of[80]


def test_the_share_exchanged_with_other_topics_adds_up_to_one_at_most():
    grouping = group_questions(ROWS)
    assert grouping.exchanged is not None
    assert grouping.exchanged.shape == (6, 6)
    sums = np.asarray(grouping.exchanged.sum(axis=1)).ravel()
    assert (sums <= 1 + 1e-9).all()
    assert grouping.exchanged.diagonal().min() > 0.5


PAIRS = st.tuples(st.integers(0, 89), st.integers(0, 89), st.booleans())


@settings(max_examples=30, deadline=None)
@given(st.lists(PAIRS, max_size=25))
def test_no_decision_is_violated_in_the_result(pairs):
    decisions = [PairDecision(*pair) for pair in pairs]
    grouping = group_questions(ROWS, decisions=decisions)

    for position, decision in enumerate(decisions):
        if position in grouping.overridden or decision.first == decision.second:
            continue
        one, two = grouping.topic_of[[decision.first, decision.second]]
        assert (one == two and one != UNGROUPED) if decision.same else (one != two or one < 0)


def test_languages_that_do_not_fit_are_refused():
    with pytest.raises(InvalidInput, match="1 languages do not fit"):
        group_questions(ROWS, langs=["en"])


def test_two_questions_alone_make_a_topic_only_where_they_say_nearly_the_same():
    def pair(cosine):
        return np.array([[1, 0], [cosine, np.sqrt(1 - cosine**2)]], dtype=np.float32)

    assert group_questions(pair(0.45)).topic_count == 0
    assert group_questions(pair(0.8)).topic_of.tolist() == [0, 0]


@pytest.mark.parametrize("count", [2, 3, 5, 8])
def test_a_handful_of_unrelated_questions_makes_no_topic(count):
    # All as near to each other as questions to one company are: cosine 0.3 to 0.4.
    shared = np.ones((count, 1)) * np.sqrt(0.35)
    rows = np.hstack([shared, np.eye(count) * np.sqrt(0.65)]).astype(np.float32)
    assert group_questions(rows).topic_count == 0


def three_subjects_of_twelve():
    return clusters(3, 12, spread=0.5)


def test_merging_two_topics_of_three_leaves_the_third_as_it_was():
    rows, gold = three_subjects_of_twelve()
    merged = [PairDecision(0, row, same=True) for row in np.flatnonzero(gold < 2).tolist()]
    found = group_questions(rows, decisions=merged).topic_of
    assert set(found[gold < 2].tolist()) == {0}
    assert set(found[gold == 2].tolist()) == {1}


def test_a_question_moved_to_another_topic_takes_none_of_its_fellows_along():
    rows, gold = three_subjects_of_twelve()
    moved = int(np.flatnonzero(gold == 2)[3])
    told = [PairDecision(row, moved, same=True) for row in np.flatnonzero(gold == 1).tolist()]
    found = group_questions(rows, decisions=told).topic_of
    assert found[moved] == found[gold == 1][0]
    others = found[np.setdiff1d(np.flatnonzero(gold == 2), [moved])]
    assert len(set(others.tolist())) == 1
    assert others[0] not in (UNGROUPED, found[moved])
