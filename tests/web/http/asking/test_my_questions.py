"""The list of one's own questions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from kb.access import Role
from kb.intake.records import IncomingQuestion
from kb.store.engine import transaction
from kb.store.questions.conversation import add_reply, set_state
from kb.store.questions.incoming import set_question_owner, store_question
from tests.web.http.conftest import bearer

MONDAY = datetime(2026, 11, 2, 9, tzinfo=UTC)


@pytest.fixture
def own(site_engine, make_account):
    """Stores a number of questions of an account and returns the account."""

    def store(count: int, *, email: str = "mara@example.com") -> int:
        account_id = make_account(email=email)
        with transaction(site_engine) as conn:
            for number in range(count):
                asked = IncomingQuestion(
                    f"{email} {number}",
                    f"Question {number:03}?",
                    "",
                    created_at=MONDAY + timedelta(hours=number),
                )
                question_id, _ = store_question(conn, asked, channel="form", source="form")
                set_question_owner(conn, question_id, account_id)
                if number % 3 == 1:
                    add_reply(conn, question_id, "Clean it.", author="agent")
                if number % 3 == 2:
                    set_state(conn, question_id, "solved")
        return account_id

    return store


def titles(page: str) -> list[str]:
    return [
        part[:12] for part in page.split('class="own-title"')[1:] for part in [part.split('">')[1]]
    ]


def test_the_newest_stands_first_and_the_rest_on_further_pages(client, own, sign_in):
    sign_in(client, own(23))
    first = client.get("/account/questions").text
    following = first.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0]
    second = client.get(following.replace("&amp;", "&")).text

    assert titles(first) == [f"Question {n:03}" for n in range(22, 2, -1)]
    assert titles(second) == [f"Question {n:03}" for n in range(2, -1, -1)]
    assert 'rel="next"' not in second


def test_questions_are_shown_by_state(client, own, sign_in):
    sign_in(client, own(5))
    for show, shown in (("open", [3, 0]), ("answered", [4, 1]), ("solved", [2])):
        page = client.get("/account/questions", params={"show": show}).text

        assert titles(page) == [f"Question {n:03}" for n in shown]


def test_everybody_sees_their_own_alone(client, own, sign_in):
    own(2)
    sign_in(client, own(0, email="other@example.com"))
    page = client.get("/account/questions").text

    assert titles(page) == []
    assert "You have not asked anything yet" in page


def test_an_empty_list_says_what_will_be_there(client, own, sign_in):
    sign_in(client, own(0))
    for show in ("open", "answered", "solved"):
        page = client.get("/account/questions", params={"show": show}).text

        assert 'class="empty"' in page


def test_a_guest_is_led_to_the_sign_in(client):
    led = client.get("/account/questions?show=open")

    assert led.headers["location"] == "/sign-in?next=%2Faccount%2Fquestions%3Fshow%3Dopen"


def test_the_list_asks_the_record_as_often_for_one_as_for_many(client, own, sign_in, count_queries):
    sign_in(client, own(20))
    engine = client.app.state.site.engine
    client.get("/account/questions")
    with count_queries(engine) as many:
        client.get("/account/questions")
    with count_queries(engine) as few:
        client.get("/account/questions?show=solved")

    assert len(many) == len(few)
    assert len(many) <= 8


def test_the_page_of_a_question_asks_the_record_as_often_however_much_was_said(
    client, own, sign_in, count_queries, site_engine
):
    sign_in(client, own(2))
    engine = client.app.state.site.engine
    client.get("/q/2")
    with count_queries(engine) as few:
        assert client.get("/q/2").status_code == 200
    with transaction(site_engine) as conn:
        for number in range(30):
            add_reply(conn, 2, f"Clean it {number}.", author="agent")
    with count_queries(engine) as many:
        client.get("/q/2")

    assert len(many) == len(few)


def test_a_bad_place_or_state_is_refused(client, make_key):
    headers = bearer(make_key(Role.CUSTOMER))
    for query in ("cursor=x", "show=mine"):
        assert client.get(f"/account/questions?{query}", headers=headers).status_code == 422
