from hypothesis import given
from hypothesis import strategies as st

from indexer.topics.matching import match_topics


def test_topics_keep_their_ids_when_questions_are_added():
    match = match_topics({7: {1, 2, 3}, 9: {4, 5}}, [{4, 5, 6}, {1, 2, 3, 8}])
    assert match.ids == (9, 7)
    assert (match.churn.kept, match.churn.moved, match.churn.kept_share) == (5, 0, 1.0)


def test_a_topic_without_a_past_is_new_and_one_without_a_future_vanishes():
    match = match_topics({7: {1, 2, 3}}, [{10, 11}])
    assert match.ids == (None,)
    assert (match.churn.new_topics, match.churn.vanished) == (1, (7,))
    assert match.churn.kept_share == 1.0


def test_a_split_leaves_the_id_with_the_biggest_part():
    match = match_topics({7: {1, 2, 3, 4, 5}}, [{1, 2}, {3, 4, 5}])
    assert match.ids == (None, 7)
    assert match.churn.split == ((7, (1, 0)),)
    assert match.churn.moved == 2


def test_a_merge_goes_to_the_bigger_and_names_the_other():
    match = match_topics({7: {1, 2, 3}, 9: {4, 5}}, [{1, 2, 3, 4, 5}])
    assert match.ids == (7,)
    assert match.churn.merged == ((9, 7),)


def test_a_promoted_topic_wins_a_merge_against_a_bigger_one():
    match = match_topics({7: {1, 2, 3}, 9: {4, 5}}, [{1, 2, 3, 4, 5}], keep=frozenset({9}))
    assert match.ids == (9,)
    assert match.churn.merged == ((7, 9),)


def test_a_promoted_topic_that_nobody_continues_survives_empty():
    match = match_topics({7: {1}, 9: {2}}, [{1, 2}], keep=frozenset({7, 9}))
    assert match.ids == (7,) or match.ids == (9,)
    assert len(match.emptied) == 1
    assert match.churn.vanished == ()


def test_nothing_old_and_nothing_new_are_fine():
    assert match_topics({}, [{1}]).ids == (None,)
    assert match_topics({3: {1}}, []).churn.vanished == (3,)


ASSIGNMENT = st.lists(st.integers(0, 5), min_size=30, max_size=30)


@given(ASSIGNMENT, ASSIGNMENT, st.frozensets(st.integers(0, 5)))
def test_no_id_is_given_twice_and_every_promoted_one_survives(before, after, keep):
    old = {t: {q for q in range(30) if before[q] == t} for t in set(before)}
    new = [{q for q in range(30) if after[q] == t} for t in sorted(set(after))]
    match = match_topics(old, new, keep=keep)
    given_ids = [topic for topic in match.ids if topic is not None]
    assert len(given_ids) == len(set(given_ids))
    assert keep & old.keys() <= set(given_ids) | set(match.emptied)
    assert match.churn.kept + match.churn.moved == 30


@given(ASSIGNMENT)
def test_an_unchanged_grouping_keeps_every_id(before):
    old = {t: {q for q in range(30) if before[q] == t} for t in set(before)}
    match = match_topics(old, list(old.values()))
    assert match.ids == tuple(old)
    assert match.churn.moved == 0
