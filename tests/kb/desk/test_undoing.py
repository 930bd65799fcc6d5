from __future__ import annotations

import pytest

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
from kb.desk.undoing import redo_regrouping, undo_regrouping
from kb.errors import Conflict, InvalidInput, NotFound, NotPermitted
from kb.store.audit import Subject, audit_of
from kb.store.grouping.assignments import find_assignment, save_assignments
from kb.store.grouping.decisions import active_decisions, set_overridden
from kb.store.grouping.regroupings import (
    Before,
    Places,
    add_regrouping,
    get_regrouping,
    list_regroupings,
    regrouping_counts,
)
from kb.store.redirects import find_redirect
from kb.store.topics.record import get_topic
from kb.topics import Assignment
from tests.kb.questions_given import give_question, give_topic


@pytest.fixture
def questions(conn):
    """Nine questions: three each about pairing, descaling and parcels."""
    return [give_question(conn, f"q{n}", f"question number {n}") for n in range(9)]


@pytest.fixture
def pairing(conn, questions):
    return give_topic(conn, "pairing", questions[:3])


@pytest.fixture
def descaling(conn, questions):
    return give_topic(conn, "descaling", questions[3:6])


@pytest.fixture
def parcels(conn, questions):
    return give_topic(conn, "parcels", questions[6:])


def places(conn, questions):
    """The topic of each question, None where it has none."""
    found = [find_assignment(conn, one) for one in questions]
    return [None if one is None else one.topic_id for one in found]


def states(conn, *topics):
    found = [get_topic(conn, one, viewer=OPERATOR) for one in topics]
    return [(one.id, one.state, one.size) for one in found]


ACTIONS = {
    "merge": lambda conn, q, a, b: merge_topics(conn, a, b, viewer=OPERATOR),
    "split": lambda conn, q, a, b: split_topic(conn, a, q[1:3], viewer=OPERATOR),
    "move": lambda conn, q, a, b: move_question(conn, q[0], b, viewer=OPERATOR),
    "out": lambda conn, q, a, b: take_out(conn, q[0], viewer=OPERATOR),
    "same": lambda conn, q, a, b: say_same(conn, q[0], q[3], viewer=OPERATOR),
    "not same": lambda conn, q, a, b: say_not_same(conn, q[0], q[1], viewer=OPERATOR),
    "dismiss": lambda conn, q, a, b: dismiss_topic(conn, a, viewer=OPERATOR),
}


@pytest.mark.parametrize("action", ACTIONS)
def test_an_action_is_taken_back_whole_and_can_be_done_again(
    conn, questions, pairing, descaling, action
):
    before = places(conn, questions), states(conn, pairing, descaling)
    done = ACTIONS[action](conn, questions, pairing, descaling)
    after = places(conn, questions)
    said = len(active_decisions(conn))
    assert (places(conn, questions), states(conn, pairing, descaling)) != before

    undone = undo_regrouping(conn, done.batch, viewer=OPERATOR)

    assert undone.batch == done.batch
    assert (places(conn, questions), states(conn, pairing, descaling)) == before
    assert active_decisions(conn) == []
    found = get_regrouping(conn, done.batch, viewer=OPERATOR)
    assert (found.action, found.undone_by) == (action, "operator")

    again = redo_regrouping(conn, done.batch, viewer=OPERATOR)
    assert again.batch != done.batch
    assert len(active_decisions(conn)) == said
    if action != "split":
        assert places(conn, questions) == after
    else:
        assert again.new_id in places(conn, questions)


def test_what_was_taken_back_is_not_taken_back_twice(conn, pairing):
    done = dismiss_topic(conn, pairing, viewer=OPERATOR)
    with pytest.raises(Conflict, match="nothing to do again"):
        redo_regrouping(conn, done.batch, viewer=OPERATOR)
    undo_regrouping(conn, done.batch, viewer=OPERATOR)

    with pytest.raises(Conflict, match="was taken back by operator already"):
        undo_regrouping(conn, done.batch, viewer=OPERATOR)


def test_a_restored_topic_is_dismissed_again_by_undo(conn, pairing):
    dismissed = dismiss_topic(conn, pairing, viewer=OPERATOR)
    restored = restore_topic(conn, pairing, viewer=OPERATOR)
    with pytest.raises(Conflict, match=rf"is candidate now.*\({restored.batch[:8]}\)"):
        undo_regrouping(conn, dismissed.batch, viewer=OPERATOR)

    undo_regrouping(conn, restored.batch, viewer=OPERATOR)
    assert get_topic(conn, pairing, viewer=OPERATOR).state == "dismissed"
    undo_regrouping(conn, dismissed.batch, viewer=OPERATOR)
    assert get_topic(conn, pairing, viewer=OPERATOR).state == "candidate"


def test_the_beginning_of_a_batch_names_it(conn, pairing, descaling):
    done = merge_topics(conn, pairing, descaling, viewer=OPERATOR)

    assert undo_regrouping(conn, done.batch[:6], viewer=OPERATOR).topic_id == descaling


@pytest.mark.parametrize("named", ["feedface", "%", "merge 1"])
def test_a_batch_that_does_not_exist_is_not_undone(conn, named):
    with pytest.raises(NotFound):
        undo_regrouping(conn, named, viewer=OPERATOR)


@pytest.mark.parametrize("named", ["", "  "])
def test_a_batch_without_a_name_is_asked_for(conn, named):
    with pytest.raises(InvalidInput, match="by the beginning of its number"):
        undo_regrouping(conn, named, viewer=OPERATOR)


def test_a_beginning_that_names_several_is_refused_with_all_of_them(conn, pairing):
    for batch in ("ab12cd34ef", "ab12ff00ee"):
        add_regrouping(conn, batch, "dismiss", Places(pairing), Before(), viewer=OPERATOR)

    with pytest.raises(InvalidInput, match="ab12cd34, ab12ff00; say more of it"):
        get_regrouping(conn, "AB12", viewer=OPERATOR)


def test_a_merged_topic_comes_back_with_its_state_and_what_led_to_it(
    conn, questions, pairing, descaling, parcels
):
    merge_topics(conn, descaling, parcels, viewer=OPERATOR)
    dismiss_topic(conn, descaling, viewer=OPERATOR)
    done = merge_topics(conn, pairing, descaling, viewer=OPERATOR)
    assert find_redirect(conn, "topic", parcels) == pairing

    undo_regrouping(conn, done.batch, viewer=OPERATOR)

    assert states(conn, pairing, descaling) == [
        (pairing, "candidate", 3),
        (descaling, "dismissed", 6),
    ]
    assert find_redirect(conn, "topic", descaling) is None
    assert find_redirect(conn, "topic", parcels) == descaling


def test_a_question_that_was_moved_since_stays_where_it_is(
    conn, questions, pairing, descaling, parcels
):
    merge = merge_topics(conn, pairing, descaling, viewer=OPERATOR)
    move_question(conn, questions[3], parcels, viewer=OPERATOR)
    save_assignments(conn, [Assignment(questions[4], None, pairing, "graph", 0.2)], run_id=None)

    undo_regrouping(conn, merge.batch, viewer=OPERATOR)

    assert places(conn, questions[3:6]) == [parcels, None, descaling]
    assert places(conn, questions[:3]) == [pairing] * 3


def test_a_merge_with_nothing_left_to_bring_back_is_only_forgotten(
    conn, questions, pairing, descaling, parcels
):
    merge = merge_topics(conn, pairing, descaling, viewer=OPERATOR)
    for one in questions[3:6]:
        move_question(conn, one, parcels, viewer=OPERATOR)

    undo_regrouping(conn, merge.batch, viewer=OPERATOR)

    assert get_topic(conn, descaling, viewer=OPERATOR).id == pairing
    assert "merge" not in {one.action for one in active_decisions(conn)}


def test_the_number_of_a_split_that_was_undone_leads_to_where_its_questions_went(
    conn, questions, pairing
):
    done = split_topic(conn, pairing, questions[:1], viewer=OPERATOR)
    undo_regrouping(conn, done.batch, viewer=OPERATOR)

    assert get_topic(conn, done.new_id, viewer=OPERATOR).id == pairing
    assert places(conn, questions[:3]) == [pairing] * 3


def test_a_merge_of_a_topic_that_was_merged_again_waits_for_the_newer_one(
    conn, questions, pairing, descaling, parcels
):
    older = merge_topics(conn, pairing, descaling, viewer=OPERATOR)
    newer = merge_topics(conn, parcels, pairing, viewer=OPERATOR)
    line = rf"topic {pairing} was merged into topic {parcels} since: .* \({newer.batch[:8]}\)"

    with pytest.raises(Conflict, match=line):
        undo_regrouping(conn, older.batch, viewer=OPERATOR)

    undo_regrouping(conn, newer.batch, viewer=OPERATOR)
    undo_regrouping(conn, older.batch, viewer=OPERATOR)
    assert places(conn, questions) == [pairing] * 3 + [descaling] * 3 + [parcels] * 3


def test_what_a_promotion_was_built_on_is_not_taken_back(conn, questions, pairing, descaling):
    split = split_topic(conn, pairing, questions[:1], viewer=OPERATOR)
    merge = merge_topics(conn, pairing, descaling, viewer=OPERATOR)
    for topic in (split.new_id, pairing):
        promote_topic(conn, topic, Promotion(answer="Read the manual."), viewer=OPERATOR)

    for done in (merge, split):
        with pytest.raises(Conflict, match=r"was promoted to entry .* since"):
            undo_regrouping(conn, done.batch, viewer=OPERATOR)
    assert len({one.batch for one in active_decisions(conn)}) == 2


def test_a_merge_into_a_promoted_topic_can_be_taken_back(conn, questions, pairing, descaling):
    promote_topic(conn, pairing, Promotion(answer="Read the manual."), viewer=OPERATOR)
    done = merge_topics(conn, pairing, descaling, viewer=OPERATOR)

    undo_regrouping(conn, done.batch, viewer=OPERATOR)

    assert states(conn, pairing, descaling) == [
        (pairing, "promoted", 3),
        (descaling, "candidate", 3),
    ]


def test_questions_moved_as_one_go_back_each_to_its_own_topic(
    conn, questions, pairing, descaling, parcels
):
    wanted = [questions[0], questions[3]]
    done = move_questions(conn, wanted, parcels, viewer=OPERATOR)

    undo_regrouping(conn, done.batch, viewer=OPERATOR)
    assert places(conn, wanted) == [pairing, descaling]
    redo_regrouping(conn, done.batch, viewer=OPERATOR)
    assert places(conn, wanted) == [parcels, parcels]


def test_a_question_goes_back_to_what_its_topic_became(conn, questions, pairing, descaling):
    move = move_question(conn, questions[0], descaling, viewer=OPERATOR)
    merge_topics(conn, descaling, pairing, viewer=OPERATOR)

    undo_regrouping(conn, move.batch, viewer=OPERATOR)

    assert places(conn, questions[:1]) == [descaling]


def test_who_undid_it_is_in_the_log(conn, questions, pairing, descaling):
    done = move_question(conn, questions[0], descaling, viewer=OPERATOR)
    undo_regrouping(conn, done.batch, viewer=OPERATOR)

    (line,) = audit_of(conn, Subject("topic", pairing))
    assert (line.actor, line.action, line.facts["action"]) == ("operator", "undo", "move")


def test_a_guest_takes_nothing_back(conn, pairing):
    done = dismiss_topic(conn, pairing, viewer=OPERATOR)

    for act in (undo_regrouping, redo_regrouping):
        with pytest.raises(NotPermitted):
            act(conn, done.batch, viewer=GUEST)
    for read in (list_regroupings, regrouping_counts):
        with pytest.raises(NotPermitted):
            read(conn, viewer=GUEST)


def test_actions_are_listed_newest_first_by_what_became_of_them(
    conn, questions, pairing, descaling
):
    dismissed = dismiss_topic(conn, pairing, viewer=OPERATOR)
    undo_regrouping(conn, dismissed.batch, viewer=OPERATOR)
    same = say_same(conn, questions[0], questions[1], viewer=OPERATOR)
    apart = say_not_same(conn, questions[0], questions[1], viewer=OPERATOR)
    set_overridden(conn, [active_decisions(conn)[0].id])

    def listed(show, **options):
        found = list_regroupings(conn, viewer=OPERATOR, show=show, **options)
        return [one.batch for one in found]

    assert listed("") == [apart.batch, same.batch, dismissed.batch]
    assert listed("stands") == [apart.batch]
    assert listed("overridden") == [same.batch]
    assert listed("undone") == [dismissed.batch]
    second = get_regrouping(conn, same.batch, viewer=OPERATOR).id
    assert listed("", before_id=second, limit=1) == [dismissed.batch]
    assert regrouping_counts(conn, viewer=OPERATOR) == {
        "": 3,
        "stands": 1,
        "overridden": 1,
        "undone": 1,
    }


def test_only_what_lost_last_is_marked_as_overridden(conn, questions):
    for one in (1, 2):
        say_same(conn, questions[0], questions[one], viewer=OPERATOR)
    first, second = (one.id for one in active_decisions(conn))

    for lost in ([first], [first, second], [second], []):
        set_overridden(conn, lost)
        assert [one.id for one in active_decisions(conn) if one.overridden] == lost
