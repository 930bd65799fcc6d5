"""What is said to a question, whose it is, and what waits for its asker."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, select

from kb.access import GUEST, Role, Viewer
from kb.attachments import check_file
from kb.errors import InvalidInput, NotFound
from kb.intake.records import IncomingQuestion
from kb.store.attachments.files import add_attachment, attachments_of
from kb.store.grouping.assignments import save_assignments
from kb.store.people.accounts import add_account
from kb.store.questions.conversation import add_reply, get_conversation, set_state
from kb.store.questions.incoming import Asker, note_asker, set_question_owner, store_question
from kb.store.questions.own_list import count_own_questions, list_own_questions
from kb.store.questions.owned import adopt_questions
from kb.store.questions.reading import get_question
from kb.store.questions.waiting import (
    confirm_question,
    files_ahead,
    forget_unconfirmed,
    hand_over,
)
from kb.store.schema import attachments, questions
from kb.topics import Assignment

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
SOON = NOW + timedelta(days=7)


def ask(conn: Connection, title: str, *, sender: str = "kim@example.org", **asker: object) -> int:
    asked = IncomingQuestion(title, title, "It is loud.", created_at=NOW, sender=sender)
    question_id, _ = store_question(conn, asked, channel="form", source="form")
    note_asker(conn, question_id, Asker("en", **asker))  # type: ignore[arg-type]
    return question_id


def owned_by(conn: Connection, account_id: int) -> list[int]:
    """The ids of the questions of an account."""
    viewer = Viewer(role=Role.CUSTOMER, account_id=account_id)
    return [one.id for one in list_own_questions(conn, viewer=viewer)]


def test_a_conversation_is_read_in_order_by_who_may(conn: Connection, agent: Viewer) -> None:
    question_id = ask(conn, "Loud?")
    token = get_question(conn, question_id, viewer=agent).token
    for author in ("agent", "customer", "agent"):
        add_reply(conn, question_id, f"From {author}.", author=author)
    found = get_conversation(conn, question_id, viewer=GUEST, token=token)

    assert [one.author for one in found.replies] == ["agent", "customer", "agent"]
    assert [one.is_markdown for one in found.replies] == [True, False, True]
    assert found.answered_at == found.replies[0].written_at
    assert found.question.state == "answered"
    for viewer, given in ((GUEST, ""), (GUEST, "x"), (Viewer(Role.CUSTOMER, account_id=9), "")):
        with pytest.raises(NotFound):
            get_conversation(conn, question_id, viewer=viewer, token=given)


def test_the_same_reply_twice_in_a_row_is_one(conn: Connection) -> None:
    question_id = ask(conn, "Loud?")
    first = add_reply(conn, question_id, "Clean it.", author="agent")

    assert add_reply(conn, question_id, "Clean it.", author="agent") == first
    assert add_reply(conn, question_id, "Clean it.", author="customer") != first
    with pytest.raises(InvalidInput):
        add_reply(conn, question_id, "x" * 20_001, author="customer")


def test_a_solved_question_knows_since_when_until_it_is_open_again(
    conn: Connection, agent: Viewer
) -> None:
    question_id = ask(conn, "Loud?")

    assert set_state(conn, question_id, "solved") == "open"
    solved = get_conversation(conn, question_id, viewer=agent).question.solved_at
    assert solved is not None
    set_state(conn, question_id, "hidden")
    set_state(conn, question_id, "solved")
    assert get_conversation(conn, question_id, viewer=agent).question.solved_at == solved
    set_state(conn, question_id, "open")
    assert get_conversation(conn, question_id, viewer=agent).question.solved_at is None
    with pytest.raises(NotFound):
        set_state(conn, 404, "open")


def test_own_questions_are_listed_and_counted_by_state(conn: Connection) -> None:
    mara = add_account(conn, "Mara", role=Role.CUSTOMER)
    ids = [ask(conn, f"Question {n}?", account_id=mara) for n in range(4)]
    add_reply(conn, ids[1], "Clean it.", author="agent")
    set_state(conn, ids[2], "solved")
    set_state(conn, ids[3], "hidden")
    ask(conn, "Somebody else's?")
    viewer = Viewer(Role.CUSTOMER, account_id=mara)

    def shown(show: str) -> list[int]:
        return [one.id for one in list_own_questions(conn, viewer=viewer, show=show)]

    assert shown("") == ids[::-1]
    assert shown("open") == [ids[3], ids[0]]
    assert (shown("answered"), shown("solved")) == ([ids[1]], [ids[2]])
    assert count_own_questions(conn, viewer=viewer) == {
        "": 4,
        "open": 2,
        "answered": 1,
        "solved": 1,
    }
    assert list_own_questions(conn, viewer=GUEST) == []
    assert count_own_questions(conn, viewer=GUEST)[""] == 0


def test_an_account_takes_over_what_its_address_asked_here_and_nothing_else(
    conn: Connection,
) -> None:
    mara = add_account(conn, "Mara", role=Role.CUSTOMER, email="kim@example.org")
    other = add_account(conn, "Other", role=Role.CUSTOMER)
    mine = ask(conn, "Mine?")
    ask(conn, "Not confirmed?", confirm_until=SOON)
    ask(conn, "Owned?", account_id=other)
    ask(conn, "Another address?", sender="jo@example.org")
    ticket = IncomingQuestion("t", "Ticket?", "", sender="kim@example.org")
    store_question(conn, ticket, channel="ticket", source="zendesk")

    assert adopt_questions(conn, mara, "Kim@example.org ") == 1
    assert owned_by(conn, mara) == [mine]


def test_a_question_is_confirmed_once_and_joins_the_account_of_its_address(
    conn: Connection,
) -> None:
    mara = add_account(conn, "Mara", role=Role.CUSTOMER, email="kim@example.org", confirmed=True)
    question_id = ask(conn, "Loud?", confirm_until=SOON)

    assert confirm_question(conn, question_id)
    assert not confirm_question(conn, question_id)
    assert owned_by(conn, mara) == [question_id]


def test_an_account_that_did_not_prove_its_address_gets_nothing(conn: Connection) -> None:
    mara = add_account(conn, "Mara", role=Role.CUSTOMER, email="kim@example.org")
    confirm_question(conn, ask(conn, "Loud?", confirm_until=SOON))

    assert owned_by(conn, mara) == []


def test_what_nobody_confirmed_in_time_is_forgotten_with_its_files(conn: Connection) -> None:
    late = ask(conn, "Late?", confirm_until=NOW)
    ask(conn, "In time?", confirm_until=SOON)
    ask(conn, "Needs none?")
    file = check_file("log.txt", b"log")
    add_attachment(conn, "question", late, file, by_id=None)
    add_attachment(conn, "question", -7, file, by_id=None)
    save_assignments(conn, [Assignment(late, None, None, "near", 0.5)], run_id=None)

    assert forget_unconfirmed(conn, now=NOW) == 0
    assert forget_unconfirmed(conn, now=NOW + timedelta(seconds=1)) == 1
    left = conn.execute(select(questions.c.subject_raw).order_by(questions.c.id)).scalars()
    assert list(left) == ["In time?", "Needs none?"]
    assert conn.execute(select(attachments.c.object_id)).scalars().all() == [-7]
    far = datetime(2200, 1, 1, tzinfo=UTC)
    forget_unconfirmed(conn, now=far)
    assert conn.execute(select(attachments.c.id)).all() == []


def test_files_sent_ahead_go_to_the_question_that_keeps_them(conn: Connection) -> None:
    question_id = ask(conn, "Loud?")
    kept, dropped = (
        add_attachment(conn, "question", -7, check_file(f"{n}.txt", b"log"), by_id=None)
        for n in range(2)
    )
    assert [one.id for one in files_ahead(conn, 7)] == [kept.id, dropped.id]
    hand_over(conn, 7, [kept.id], question_id)

    assert files_ahead(conn, 7) == []
    found = attachments_of(conn, "question", [question_id])[question_id]
    assert [one.id for one in found] == [kept.id]


def test_an_owner_is_set_once(conn: Connection) -> None:
    first, second = (add_account(conn, name, role=Role.CUSTOMER) for name in ("A", "B"))
    question_id = ask(conn, "Loud?")
    for account_id in (first, second):
        set_question_owner(conn, question_id, account_id)

    assert owned_by(conn, first) == [question_id]
    assert owned_by(conn, second) == []
