"""Questions: taken in once, cleaned, read by those who may."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, Engine, select, update

from kb.access import Role, Scope, Viewer
from kb.errors import InvalidInput, NotFound
from kb.intake.records import IncomingQuestion, IncomingReply
from kb.questions import CleanedQuestion, Question
from kb.store.changes import changes_since
from kb.store.engine import transaction
from kb.store.people.accounts import add_account
from kb.store.questions.cleaned import (
    html_replies_of,
    questions_to_clean,
    raw_replies_of,
    save_cleaned,
)
from kb.store.questions.conversation import add_reply
from kb.store.questions.incoming import store_question
from kb.store.questions.reading import (
    find_question_by_source,
    get_question,
    groupable,
    questions_by_id,
    questions_named,
    replies_of,
)
from kb.store.schema import questions, replies

ASKED = IncomingQuestion(
    source_id="00123",
    subject="Printer is on fire",
    body="<p>It burns.</p>",
    created_at=datetime(2026, 1, 2, 3, 4, tzinfo=UTC),
    lang="en",
    product="Printer 5",
    sender="carl@example.org",
    sender_name="Carl",
    tags=("fire",),
    replies=(IncomingReply("r1", "Pull the plug.", "agent", "first"),),
    body_is_html=True,
)


def _store(conn: Connection, incoming: IncomingQuestion = ASKED) -> tuple[int, str]:
    return store_question(conn, incoming, channel="ticket", source="desk")


def _clean(conn: Connection, question_id: int, *, noise: str | None = None) -> None:
    raw = [one for one in questions_to_clean(conn, 1) if one.id == question_id]
    bodies = dict(raw_replies_of(conn, [question_id]).get(question_id, []))
    cleaned = CleanedQuestion(
        question_id, raw[0].subject, "It burns.", "en", noise, {"email": 1}, "h" * 64, bodies
    )
    save_cleaned(conn, [cleaned], version=1)


def test_a_question_is_stored_raw_and_cleaned_later(conn: Connection, agent: Viewer) -> None:
    question_id, outcome = _store(conn)
    before = get_question(conn, question_id, viewer=agent)
    _clean(conn, question_id)
    after = get_question(conn, question_id, viewer=agent)

    assert outcome == "new"
    assert (before.subject, before.body, before.cleaned) == ("", "", False)
    assert (after.subject, after.body, after.cleaned) == ("Printer is on fire", "It burns.", True)
    assert (after.source_id, after.product, after.lang) == ("00123", "printer-5", "en")
    assert after.asked_at == ASKED.created_at
    assert [one.body for one in replies_of(conn, [question_id], viewer=agent)] == ["Pull the plug."]
    assert questions_to_clean(conn, 1) == []
    assert [one.id for one in questions_to_clean(conn, 2)] == [question_id]
    assert (changes_since(conn, 0)[-1].kind, changes_since(conn, 0)[-1].id) == (
        "question",
        question_id,
    )


def test_the_same_question_again_changes_nothing(conn: Connection) -> None:
    question_id, _ = _store(conn)
    _clean(conn, question_id)

    assert _store(conn) == (question_id, "unchanged")
    assert questions_to_clean(conn, 1) == []
    assert len(conn.execute(select(replies)).all()) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"subject": "Printer smokes"},
        {"body": "It smokes."},
        {"lang": "de"},
        {"product": "Printer 6"},
        {"tags": ("smoke",)},
        {"body_is_html": False},
        {"state": "solved"},
        {"replies": (*ASKED.replies, IncomingReply("r2", "Is it out?", "agent"))},
        {"replies": (IncomingReply("r1", "Pull the plug at once.", "agent", "first"),)},
    ],
)
def test_other_content_under_the_same_id_updates_the_question(
    conn: Connection, change: dict[str, object]
) -> None:
    question_id, _ = _store(conn)
    _clean(conn, question_id)
    changed = replace(ASKED, **change)  # type: ignore[arg-type]

    assert _store(conn, changed) == (question_id, "updated")
    assert bool(questions_to_clean(conn, 1)) is ("state" not in change)
    _clean_all(conn)
    assert _store(conn, changed) == (question_id, "unchanged")


def _clean_all(conn: Connection) -> None:
    for one in questions_to_clean(conn, 1):
        _clean(conn, one.id)


def test_a_question_moves_on_and_never_back(conn: Connection, agent: Viewer) -> None:
    question_id, _ = _store(conn, replace(ASKED, state="solved"))

    assert _store(conn, replace(ASKED, state="answered"))[1] == "unchanged"
    assert _store(conn, ASKED)[1] == "unchanged"
    assert get_question(conn, question_id, viewer=agent).state == "solved"


def test_a_hidden_question_stays_hidden_when_its_file_comes_again(
    conn: Connection, agent: Viewer
) -> None:
    question_id, _ = _store(conn)
    conn.execute(update(questions).values(state="hidden"))

    _store(conn, replace(ASKED, state="solved"))

    assert get_question(conn, question_id, viewer=agent).state == "hidden"


def test_two_sources_may_use_the_same_id(conn: Connection) -> None:
    first, _ = store_question(conn, ASKED, channel="ticket", source="desk")
    second, outcome = store_question(conn, ASKED, channel="email", source="mail")

    assert outcome == "new"
    assert questions_named(conn, "00123") == [first, second]
    assert find_question_by_source(conn, "mail", "00123") == second
    assert find_question_by_source(conn, "mail", "123") is None


def test_replies_without_ids_are_told_apart_by_their_place(conn: Connection) -> None:
    asked = replace(ASKED, replies=(IncomingReply(None, "One."), IncomingReply(None, "Two.")))
    question_id, _ = _store(conn, asked)

    assert _store(conn, asked)[1] == "unchanged"
    more = replace(asked, replies=(*asked.replies, IncomingReply(None, "Three.")))
    assert _store(conn, more)[1] == "updated"
    bodies = [body for _, body in raw_replies_of(conn, [question_id])[question_id]]
    assert bodies == ["One.", "Two.", "Three."]


def test_two_replies_with_one_id_do_not_break_the_import(conn: Connection) -> None:
    twice = replace(ASKED, replies=(IncomingReply("r1", "One."), IncomingReply("r1", "Two.")))
    question_id, _ = _store(conn, twice)

    assert [body for _, body in raw_replies_of(conn, [question_id])[question_id]] == ["Two."]
    assert _store(conn, twice)[1] == "unchanged"


def test_html_replies_are_known_as_such(conn: Connection) -> None:
    html = IncomingReply("r2", "<b>Pull</b> it.", "agent", body_is_html=True)
    question_id, _ = _store(conn, replace(ASKED, replies=(*ASKED.replies, html)))
    by_body = {body: id_ for id_, body in raw_replies_of(conn, [question_id])[question_id]}

    assert html_replies_of(conn, [question_id]) == {by_body["<b>Pull</b> it."]}


@pytest.mark.parametrize(
    ("change", "channel", "source", "field"),
    [
        ({"source_id": " "}, "ticket", "desk", "source_id"),
        ({"source_id": "x" * 301}, "ticket", "desk", "source_id"),
        ({}, "ticket", "x" * 81, "source"),
        ({}, "ticket", "", "source"),
        ({}, "telepathy", "desk", "channel"),
    ],
)
def test_a_question_without_a_usable_place_is_refused(
    conn: Connection, change: dict[str, str], channel: str, source: str, field: str
) -> None:
    with pytest.raises(InvalidInput) as refusal:
        store_question(conn, replace(ASKED, **change), channel=channel, source=source)

    assert refusal.value.field == field
    assert conn.execute(select(questions)).all() == []


def test_staff_the_owner_and_the_holder_of_the_token_read_a_question(
    conn: Connection, agent: Viewer
) -> None:
    owner_id = add_account(conn, "Carl", role=Role.CUSTOMER)
    question_id, _ = _store(conn)
    conn.execute(update(questions).values(account_id=owner_id))
    token = get_question(conn, question_id, viewer=agent).token

    for viewer, given in (
        (agent, ""),
        (Viewer(role=Role.CUSTOMER, account_id=owner_id), ""),
        (Viewer(), token),
    ):
        found: Question = get_question(conn, question_id, viewer=viewer, token=given)
        assert found.id == question_id


@pytest.mark.parametrize("token", ["", "wrong", "falsch\udce4", "é"])
def test_for_everybody_else_a_question_does_not_exist(conn: Connection, token: str) -> None:
    question_id, _ = _store(conn)
    _clean(conn, question_id)

    for viewer in (
        Viewer(),
        Viewer(role=Role.CUSTOMER, account_id=77),
        Viewer(role=Role.AGENT, account_id=1, scopes=frozenset({Scope.READ, Scope.ASK})),
    ):
        with pytest.raises(NotFound):
            get_question(conn, question_id, viewer=viewer, token=token)
        assert questions_by_id(conn, [question_id], viewer=viewer) == {}
        assert replies_of(conn, [question_id], viewer=viewer) == []


def test_many_questions_are_read_at_once(conn: Connection, agent: Viewer) -> None:
    ids = [_store(conn, replace(ASKED, source_id=str(n)))[0] for n in range(5)]

    assert list(questions_by_id(conn, [*ids, 404], viewer=agent)) == ids
    with pytest.raises(NotFound):
        get_question(conn, 404, viewer=agent)


def test_a_reply_written_here_answers_the_question_and_is_cleaned(
    conn: Connection, agent: Viewer
) -> None:
    question_id, _ = _store(conn)
    for text in ("Use water.", "Or foam."):
        _clean_all(conn)
        add_reply(conn, question_id, text, author="agent")

    assert get_question(conn, question_id, viewer=agent).state == "answered"
    _clean_all(conn)
    bodies = [one.body for one in replies_of(conn, [question_id], viewer=agent)]
    assert bodies == ["Pull the plug.", "Use water.", "Or foam."]


def test_a_reply_needs_a_text_and_a_question(conn: Connection) -> None:
    with pytest.raises(NotFound):
        add_reply(conn, 404, "Use water.", author="agent")
    question_id, _ = _store(conn)
    with pytest.raises(InvalidInput):
        add_reply(conn, question_id, "  ", author="agent")


def test_topics_take_cleaned_questions_that_are_no_noise_nor_hidden(conn: Connection) -> None:
    ids = [_store(conn, replace(ASKED, source_id=str(n)))[0] for n in range(4)]
    _clean(conn, ids[0])
    _clean(conn, ids[1], noise="automatic")
    _clean(conn, ids[2])
    conn.execute(update(questions).where(questions.c.id == ids[2]).values(state="spam"))

    assert [one.id for one in groupable(conn)] == [ids[0]]
    assert groupable(conn, after_id=ids[0]) == []


def test_unstorable_characters_do_not_break_a_question(conn: Connection, agent: Viewer) -> None:
    nasty = "fire\x00 and half \ud83d"
    asked = IncomingQuestion(
        source_id=nasty,
        subject=nasty,
        body=nasty,
        sender=nasty,
        sender_name=nasty,
        product=nasty,
        lang=nasty,
        tags=(nasty,),
        replies=(IncomingReply(nasty, nasty),),
    )

    question_id, _ = _store(conn, asked)

    assert _store(conn, asked) == (question_id, "unchanged")
    assert questions_named(conn, nasty) == [question_id]
    _clean(conn, question_id)
    assert get_question(conn, question_id, viewer=agent).subject == "fire\ufffd and half \ufffd"


def test_a_question_sent_twice_at_once_is_stored_once(engine: Engine) -> None:
    outcomes: list[str] = []

    def send() -> None:
        with transaction(engine) as conn:
            outcomes.append(_store(conn)[1])

    other = threading.Thread(target=send)
    with transaction(engine) as conn:
        outcomes.append(_store(conn)[1])
        other.start()
        other.join(0.1)
    other.join()

    assert outcomes == ["new", "unchanged"]
