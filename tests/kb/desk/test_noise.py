"""People say what is a question, over the rules, and every word can be taken back."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from kb.access import GUEST, OPERATOR, Role, Viewer
from kb.desk.noise import REASONS, say_noise, undo_noise
from kb.errors import Conflict, InvalidInput, NotFound, NotPermitted
from kb.intake.cleaning import CLEANING_VERSION
from kb.questions import CleanedQuestion
from kb.store.changes import changes_since
from kb.store.grouping.assignments import find_assignment
from kb.store.jobs import has_work
from kb.store.questions.cleaned import save_cleaned
from kb.store.questions.noise import (
    QUESTION,
    list_set_aside,
    noise_counts,
    set_other_language,
)
from kb.store.questions.reading import groupable
from kb.store.schema import questions
from kb.store.topics.record import get_topic
from tests.kb.questions_given import give_question, give_topic

AGENT = Viewer(role=Role.AGENT, account_id=None, name="Ann")
CUSTOMER = Viewer(role=Role.CUSTOMER, account_id=None, name="Cus")


def clean_as(conn, question_id, noise):
    """Let cleaning find this in a question."""
    cleaned = CleanedQuestion(question_id, "s", "b", "en", noise, {}, "0" * 64, {})
    save_cleaned(conn, [cleaned], version=CLEANING_VERSION)


def stands(conn, question_id):
    row = conn.execute(
        select(questions.c.noise, questions.c.noise_said).where(questions.c.id == question_id)
    ).one()
    return tuple(row)


@pytest.fixture
def asked(conn):
    return [give_question(conn, f"q{n}", f"the pump drips, case {n}") for n in range(3)]


def test_what_is_no_question_leaves_its_topic_at_once(conn, asked):
    topic = give_topic(conn, "pump", asked)
    seq = changes_since(conn, 0)[-1].seq if changes_since(conn, 0) else 0

    say_noise(conn, [asked[0]], "spam", viewer=AGENT)

    assert stands(conn, asked[0]) == ("spam", "spam")
    assert find_assignment(conn, asked[0]) is None
    assert get_topic(conn, topic, viewer=OPERATOR).size == 2
    assert [one.id for one in groupable(conn)] == asked[1:]
    assert [(one.kind, one.id) for one in changes_since(conn, seq)] == [("question", asked[0])]
    assert has_work(conn)


def test_what_the_rules_took_out_becomes_a_question_for_good(conn, asked):
    clean_as(conn, asked[0], "thanks")
    assert asked[0] not in [one.id for one in groupable(conn)]

    say_noise(conn, [asked[0]], QUESTION, viewer=AGENT)
    clean_as(conn, asked[0], "thanks")

    assert stands(conn, asked[0]) == (None, QUESTION)
    assert asked[0] in [one.id for one in groupable(conn)]


def test_cleaning_keeps_what_a_person_called_noise(conn, asked):
    say_noise(conn, [asked[0]], "no_question", viewer=AGENT)

    clean_as(conn, asked[0], None)

    assert stands(conn, asked[0]) == ("no_question", "no_question")


def test_the_rules_decide_again_when_nobody_says_anything(conn, asked):
    say_noise(conn, [asked[0]], "no_question", viewer=AGENT)
    say_noise(conn, [asked[0]], None, viewer=AGENT)

    clean_as(conn, asked[0], None)

    assert stands(conn, asked[0]) == (None, None)


def test_a_word_is_taken_back_whole_and_only_where_it_still_stands(conn, asked):
    clean_as(conn, asked[0], "greeting")
    batch = say_noise(conn, asked, "spam", viewer=AGENT)
    say_noise(conn, [asked[2]], QUESTION, viewer=OPERATOR)

    assert undo_noise(conn, batch, viewer=AGENT) == 2

    assert [stands(conn, one) for one in asked] == [
        ("greeting", None),
        (None, None),
        (None, QUESTION),
    ]
    with pytest.raises(Conflict):
        undo_noise(conn, batch, viewer=AGENT)
    with pytest.raises(NotFound):
        undo_noise(conn, "0" * 32, viewer=AGENT)


def test_the_list_names_the_reason_and_who_said_it(conn, asked):
    clean_as(conn, asked[0], "auto_reply")
    say_noise(conn, [asked[1]], "spam", viewer=AGENT)
    clean_as(conn, asked[2], "thanks")
    say_noise(conn, [asked[2]], QUESTION, viewer=OPERATOR)

    listed = list_set_aside(conn, viewer=AGENT)

    assert {(one.question.id, one.question.noise, one.said_by) for one in listed} == {
        (asked[0], "auto_reply", ""),
        (asked[1], "spam", "Ann"),
    }
    (back,) = list_set_aside(conn, viewer=AGENT, reason=QUESTION)
    assert (back.question.id, back.question.noise) == (asked[2], None)
    assert noise_counts(conn, viewer=AGENT) == {"auto_reply": 1, "spam": 1, QUESTION: 1}


def test_a_word_that_was_taken_back_is_nobodys(conn, asked):
    say_noise(conn, [asked[0]], "spam", viewer=AGENT)
    batch = say_noise(conn, [asked[0]], "thanks", viewer=OPERATOR)
    undo_noise(conn, batch, viewer=OPERATOR)

    (one,) = list_set_aside(conn, viewer=AGENT)

    assert (one.said, one.said_by) == ("spam", "Ann")


@pytest.mark.parametrize("viewer", [GUEST, CUSTOMER])
def test_only_staff_says_and_reads_it(conn, asked, viewer):
    for refused in (
        lambda: say_noise(conn, asked, "spam", viewer=viewer),
        lambda: undo_noise(conn, "0" * 32, viewer=viewer),
        lambda: list_set_aside(conn, viewer=viewer),
        lambda: noise_counts(conn, viewer=viewer),
    ):
        with pytest.raises(NotPermitted):
            refused()


def test_unknown_reasons_and_questions_are_refused(conn, asked):
    with pytest.raises(InvalidInput, match="boring"):
        say_noise(conn, asked, "boring", viewer=AGENT)
    with pytest.raises(NotFound):
        say_noise(conn, [*asked, 999], "spam", viewer=AGENT)
    with pytest.raises(InvalidInput):
        say_noise(conn, [], "spam", viewer=AGENT)
    with pytest.raises(Conflict):
        say_noise(conn, asked, QUESTION, viewer=AGENT)
    assert all(stands(conn, one) == (None, None) for one in asked)


@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_fits_the_record(conn, asked, reason):
    say_noise(conn, asked[:1], reason, viewer=AGENT)

    assert stands(conn, asked[0]) == (reason, reason)


def test_what_a_person_said_while_languages_were_told_stands_above_them(conn, asked):
    first, second, _ = asked
    say_noise(conn, [first], "spam", viewer=AGENT)
    say_noise(conn, [first], QUESTION, viewer=AGENT)

    set_other_language(conn, [first, second])

    assert stands(conn, first) == (None, "question")
    assert stands(conn, second) == ("other_language", None)
