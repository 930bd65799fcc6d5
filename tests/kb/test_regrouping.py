from __future__ import annotations

import pytest
from sqlalchemy import update

from kb.access import GUEST, OPERATOR
from kb.errors import Conflict, InvalidInput, NotFound, NotPermitted
from kb.promotion import Promotion, promote_topic
from kb.regrouping import (
    dismiss_topic,
    merge_topics,
    move_question,
    split_topic,
    undo_regrouping,
)
from kb.store.assignments import find_assignment
from kb.store.decisions import active_decisions
from kb.store.schema import topics
from kb.store.topics import get_topic, list_topics
from tests.kb.questions_given import give_question, give_topic


@pytest.fixture
def questions(conn):
    """Six questions; the first three are about pairing, the others about descaling."""
    return [give_question(conn, f"q{n}", f"question number {n}") for n in range(6)]


@pytest.fixture
def pairing(conn, questions):
    return give_topic(conn, "pairing", questions[:3])


@pytest.fixture
def descaling(conn, questions):
    return give_topic(conn, "descaling", questions[3:])


def topic_of(conn, question_id):
    return find_assignment(conn, question_id).topic_id


def test_merged_topics_are_one_and_the_old_number_leads_to_it(conn, questions, pairing, descaling):
    assert merge_topics(conn, pairing, descaling, viewer=OPERATOR) == pairing

    assert {topic_of(conn, one) for one in questions} == {pairing}
    assert get_topic(conn, descaling, viewer=OPERATOR).id == pairing
    assert get_topic(conn, pairing, viewer=OPERATOR).size == 6
    decisions = active_decisions(conn)
    assert [(one.kind, one.question_a, one.question_b) for one in decisions] == [
        ("same", questions[0], questions[3])
    ]


def test_a_promoted_topic_stays_whichever_way_it_is_merged(conn, pairing, descaling):
    promote_topic(conn, descaling, Promotion(answer="Use the descaler."), viewer=OPERATOR)

    assert merge_topics(conn, pairing, descaling, viewer=OPERATOR) == descaling


def test_two_promoted_topics_are_not_merged(conn, pairing, descaling):
    for topic in (pairing, descaling):
        promote_topic(conn, topic, Promotion(answer="Read the manual."), viewer=OPERATOR)

    with pytest.raises(Conflict, match="both promoted"):
        merge_topics(conn, pairing, descaling, viewer=OPERATOR)


def test_a_topic_is_not_merged_with_itself(conn, pairing):
    with pytest.raises(Conflict, match="are one already"):
        merge_topics(conn, pairing, pairing, viewer=OPERATOR)


def test_a_split_makes_a_new_topic_and_says_what_is_not_the_same(conn, questions, pairing):
    new = split_topic(conn, pairing, questions[1:3], viewer=OPERATOR)

    assert [topic_of(conn, one) for one in questions[:3]] == [pairing, new, new]
    said = {(one.kind, one.question_a, one.question_b) for one in active_decisions(conn)}
    assert said == {
        ("same", questions[1], questions[2]),
        ("not same", questions[0], questions[1]),
    }


@pytest.mark.parametrize(
    ("taken", "line"),
    [([], "at least one"), ([0, 1, 2], "would be empty"), ([4], "is not in topic")],
)
def test_a_split_that_makes_no_sense_is_refused(conn, questions, pairing, descaling, taken, line):
    with pytest.raises(InvalidInput, match=line):
        split_topic(conn, pairing, [questions[n] for n in taken], viewer=OPERATOR)

    assert active_decisions(conn) == []


def test_a_moved_question_says_where_it_belongs_and_where_not(conn, questions, pairing, descaling):
    move_question(conn, questions[0], descaling, viewer=OPERATOR)

    assert topic_of(conn, questions[0]) == descaling
    kinds = [(one.kind, one.question_b) for one in active_decisions(conn)]
    assert kinds == [("same", questions[3]), ("not same", questions[1]), ("not same", questions[2])]
    assert get_topic(conn, pairing, viewer=OPERATOR).size == 2


def test_a_question_is_not_moved_where_it_is(conn, questions, pairing):
    with pytest.raises(Conflict, match="already"):
        move_question(conn, questions[0], pairing, viewer=OPERATOR)


def test_a_question_that_is_not_there_is_not_moved(conn, pairing):
    with pytest.raises(NotFound, match="question 4711"):
        move_question(conn, 4711, pairing, viewer=OPERATOR)


def test_undo_takes_all_decisions_of_one_action_back(conn, questions, pairing):
    split_topic(conn, pairing, questions[1:3], viewer=OPERATOR)
    batch = active_decisions(conn)[0].batch

    undo_regrouping(conn, batch, viewer=OPERATOR)

    assert active_decisions(conn) == []
    with pytest.raises(NotFound):
        undo_regrouping(conn, batch, viewer=OPERATOR)


def test_a_dismissed_topic_leaves_the_queue(conn, pairing, descaling):
    dismiss_topic(conn, pairing, viewer=OPERATOR)

    assert [topic.id for topic in list_topics(conn, viewer=OPERATOR)] == [descaling]
    with pytest.raises(Conflict, match="only a candidate"):
        dismiss_topic(conn, pairing, viewer=OPERATOR)


def test_a_guest_regroups_nothing(conn, questions, pairing, descaling):
    with pytest.raises(NotPermitted):
        merge_topics(conn, pairing, descaling, viewer=GUEST)
    with pytest.raises(NotPermitted):
        move_question(conn, questions[0], descaling, viewer=GUEST)

    assert active_decisions(conn) == []


def test_what_stays_after_a_split_was_asked_by_somebody(conn, questions, pairing):
    with_one_asker = update(topics).where(topics.c.id == pairing).values(askers=1)
    conn.execute(with_one_asker)

    split_topic(conn, pairing, questions[1:3], viewer=OPERATOR)

    stays = get_topic(conn, pairing, viewer=OPERATOR)
    assert (stays.size, stays.askers) == (1, 1)
