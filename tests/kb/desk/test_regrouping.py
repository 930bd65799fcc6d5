from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import update

from kb.access import GUEST, OPERATOR
from kb.desk.promotion import Promotion, promote_topic
from kb.desk.regrouping import (
    dismiss_topic,
    merge_topics,
    move_question,
    move_questions,
    restore_topic,
    say_not_same,
    say_same,
    split_topic,
    take_out,
)
from kb.errors import Conflict, InvalidInput, NotFound, NotPermitted
from kb.store.audit import Subject, audit_of
from kb.store.engine import transaction
from kb.store.grouping.assignments import find_assignment
from kb.store.grouping.decisions import active_decisions
from kb.store.jobs import has_work
from kb.store.schema import topics
from kb.store.topics.record import get_topic, list_topics
from tests.kb.questions_given import give_question, give_topic
from tests.waiting import PATIENCE_S


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
    assert merge_topics(conn, pairing, descaling, viewer=OPERATOR).topic_id == pairing

    assert {topic_of(conn, one) for one in questions} == {pairing}
    assert get_topic(conn, descaling, viewer=OPERATOR).id == pairing
    assert get_topic(conn, pairing, viewer=OPERATOR).size == 6
    decisions = active_decisions(conn)
    assert [(one.kind, one.question_a, one.question_b) for one in decisions] == [
        ("same", questions[0], questions[3])
    ]


def test_a_promoted_topic_stays_whichever_way_it_is_merged(conn, pairing, descaling):
    promote_topic(conn, descaling, Promotion(answer="Use the descaler."), viewer=OPERATOR)

    assert merge_topics(conn, pairing, descaling, viewer=OPERATOR).topic_id == descaling


def test_two_promoted_topics_are_not_merged(conn, pairing, descaling):
    for topic in (pairing, descaling):
        promote_topic(conn, topic, Promotion(answer="Read the manual."), viewer=OPERATOR)

    with pytest.raises(Conflict, match="both promoted"):
        merge_topics(conn, pairing, descaling, viewer=OPERATOR)


def test_a_topic_is_not_merged_with_itself(conn, pairing):
    with pytest.raises(Conflict, match="are one already"):
        merge_topics(conn, pairing, pairing, viewer=OPERATOR)


def test_a_split_makes_a_new_topic_and_says_what_is_not_the_same(conn, questions, pairing):
    new = split_topic(conn, pairing, questions[1:3], viewer=OPERATOR).new_id

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


def test_several_questions_are_moved_as_one(conn, questions, pairing, descaling):
    done = move_questions(conn, questions[:2], descaling, viewer=OPERATOR)

    assert [topic_of(conn, one) for one in questions[:2]] == [descaling] * 2
    assert {one.batch for one in active_decisions(conn)} == {done.batch}
    assert ("not same", questions[0], questions[1]) not in {
        (one.kind, one.question_a, one.question_b) for one in active_decisions(conn)
    }
    with pytest.raises(InvalidInput, match="at least one"):
        move_questions(conn, [], descaling, viewer=OPERATOR)
    with pytest.raises(Conflict, match="already"):
        move_questions(conn, [questions[2], questions[3]], descaling, viewer=OPERATOR)


def test_a_question_is_not_moved_where_it_is(conn, questions, pairing):
    with pytest.raises(Conflict, match="already"):
        move_question(conn, questions[0], pairing, viewer=OPERATOR)


def test_a_question_that_is_not_there_is_not_moved(conn, pairing):
    with pytest.raises(NotFound, match="question 4711"):
        move_question(conn, 4711, pairing, viewer=OPERATOR)


def test_a_question_leaves_the_topic_it_does_not_belong_to(conn, questions, pairing):
    done = take_out(conn, questions[1], viewer=OPERATOR)

    assert (done.topic_id, topic_of(conn, questions[1])) == (pairing, None)
    said = [(one.kind, one.question_a, one.question_b) for one in active_decisions(conn)]
    assert said == [
        ("not same", questions[0], questions[1]),
        ("not same", questions[1], questions[2]),
    ]
    with pytest.raises(Conflict, match="is in no topic"):
        take_out(conn, questions[1], viewer=OPERATOR)


def test_a_question_is_not_taken_out_of_a_topic_of_its_own_words(conn):
    alike = [give_question(conn, f"copy{n}", "how do I pair it") for n in range(3)]
    give_topic(conn, "pairing", alike)

    with pytest.raises(Conflict, match="nothing but question"):
        take_out(conn, alike[0], viewer=OPERATOR)
    assert active_decisions(conn) == []


def test_what_is_taken_out_is_not_set_against_its_own_copies(conn, questions):
    copy = give_question(conn, "copy", "question number 0")
    give_topic(conn, "pairing", [questions[0], copy, questions[1]])

    take_out(conn, questions[0], viewer=OPERATOR)

    assert [(one.question_a, one.question_b) for one in active_decisions(conn)] == [
        (questions[0], questions[1])
    ]


def test_of_two_questions_that_are_the_same_one_joins_the_larger_topic(conn, questions):
    small = give_topic(conn, "pairing", questions[:2])
    large = give_topic(conn, "descaling", questions[2:])

    done = say_same(conn, questions[3], questions[0], viewer=OPERATOR)

    assert (done.topic_id, topic_of(conn, questions[0])) == (large, large)
    assert get_topic(conn, small, viewer=OPERATOR).size == 1
    assert [one.kind for one in active_decisions(conn)] == ["same"]
    with pytest.raises(InvalidInput, match="two different questions"):
        say_same(conn, questions[0], questions[0], viewer=OPERATOR)


def test_two_questions_without_a_topic_are_the_same_as_of_the_next_run(conn, questions):
    done = say_same(conn, questions[0], questions[1], viewer=OPERATOR)

    assert (done.topic_id, find_assignment(conn, questions[0])) == (None, None)


def test_two_questions_that_are_not_the_same_do_not_stay_together(conn, questions, pairing):
    done = say_not_same(conn, questions[2], questions[0], viewer=OPERATOR)

    assert (done.topic_id, topic_of(conn, questions[2])) == (pairing, None)
    assert topic_of(conn, questions[0]) == pairing
    with pytest.raises(NotFound, match="question 4711"):
        say_not_same(conn, questions[0], 4711, viewer=OPERATOR)


def test_two_questions_in_the_same_words_cannot_differ(conn, questions, pairing):
    copy = give_question(conn, "copy", "question number 0")

    with pytest.raises(InvalidInput, match="same words"):
        say_not_same(conn, questions[0], copy, viewer=OPERATOR)
    assert active_decisions(conn) == []


def test_two_questions_of_two_topics_stay_where_they_are(conn, questions, pairing, descaling):
    say_not_same(conn, questions[0], questions[3], viewer=OPERATOR)

    assert [topic_of(conn, questions[n]) for n in (0, 3)] == [pairing, descaling]


def test_a_move_contradicts_what_was_said_before(conn, questions, pairing, descaling):
    say_not_same(conn, questions[1], questions[5], viewer=OPERATOR)
    say_same(conn, questions[1], questions[2], viewer=OPERATOR)

    move_question(conn, questions[1], descaling, viewer=OPERATOR)

    said = {(d.kind, d.question_a, d.question_b) for d in active_decisions(conn)[2:]}
    assert ("same", questions[1], questions[5]) in said
    assert ("not same", questions[1], questions[2]) in said


def test_every_action_leaves_a_line_in_the_log_and_a_job(conn, questions, pairing, descaling):
    say_same(conn, questions[0], questions[1], viewer=OPERATOR)
    dismiss_topic(conn, pairing, viewer=OPERATOR)
    restore_topic(conn, pairing, viewer=OPERATOR)

    log = audit_of(conn, Subject("topic", pairing))
    assert [one.action for one in log] == ["restore", "dismiss"]
    assert [one.action for one in audit_of(conn, Subject("question", questions[0]))] == ["same"]
    assert has_work(conn)


def test_a_dismissed_topic_leaves_the_queue(conn, pairing, descaling):
    dismiss_topic(conn, pairing, viewer=OPERATOR)

    assert [topic.id for topic in list_topics(conn, viewer=OPERATOR)] == [descaling]
    with pytest.raises(Conflict, match="only a candidate"):
        dismiss_topic(conn, pairing, viewer=OPERATOR)


def test_a_dismissed_topic_comes_back_into_the_queue(conn, pairing):
    dismiss_topic(conn, pairing, viewer=OPERATOR)

    assert restore_topic(conn, pairing, viewer=OPERATOR).topic_id == pairing

    assert [topic.id for topic in list_topics(conn, viewer=OPERATOR)] == [pairing]
    with pytest.raises(Conflict, match="only a dismissed one"):
        restore_topic(conn, pairing, viewer=OPERATOR)


def test_a_guest_regroups_nothing(conn, questions, pairing, descaling):
    first, second = questions[0], questions[3]
    for act in (
        lambda: merge_topics(conn, pairing, descaling, viewer=GUEST),
        lambda: split_topic(conn, pairing, [first], viewer=GUEST),
        lambda: move_question(conn, first, descaling, viewer=GUEST),
        lambda: take_out(conn, first, viewer=GUEST),
        lambda: say_same(conn, first, second, viewer=GUEST),
        lambda: say_not_same(conn, first, second, viewer=GUEST),
        lambda: dismiss_topic(conn, pairing, viewer=GUEST),
        lambda: restore_topic(conn, pairing, viewer=GUEST),
    ):
        with pytest.raises(NotPermitted):
            act()

    assert active_decisions(conn) == []


def test_what_stays_after_a_split_was_asked_by_somebody(conn, questions, pairing):
    with_one_asker = update(topics).where(topics.c.id == pairing).values(askers=1)
    conn.execute(with_one_asker)

    split_topic(conn, pairing, questions[1:3], viewer=OPERATOR)

    stays = get_topic(conn, pairing, viewer=OPERATOR)
    assert (stays.size, stays.askers) == (1, 1)


def test_a_question_moved_into_a_topic_that_is_being_merged_ends_in_one_that_stands(engine):
    with transaction(engine) as conn:
        first, second, lone = (give_question(conn, f"r{n}", f"race number {n}") for n in range(3))
        stays, goes = give_topic(conn, "stays", [first]), give_topic(conn, "goes", [second])
    begin = Barrier(2)

    def act(what, *ids):
        begin.wait(PATIENCE_S)
        with transaction(engine) as conn:
            what(conn, *ids, viewer=OPERATOR)

    with ThreadPoolExecutor(2) as threads:
        for done in (
            threads.submit(act, merge_topics, stays, goes),
            threads.submit(act, move_question, lone, goes),
        ):
            done.result()

    with transaction(engine) as conn:
        assert topic_of(conn, lone) == stays
        assert get_topic(conn, goes, viewer=OPERATOR).id == stays
