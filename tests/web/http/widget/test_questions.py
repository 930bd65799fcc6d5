"""Questions out of the widget: guarded like the form of the help site, confirmed by mail."""

import time
from functools import partial

import pytest

from kb.access import OPERATOR
from kb.store.engine import reading
from kb.store.mail.deliveries import list_deliveries
from kb.store.questions.reading import get_question
from tests.web.http.widget.conftest import SHOP, allow, from_shop
from web.http.asking import stamps
from web.http.security import MAX_QUESTION_BYTES

ASK = "/api/v1/widget/questions"


@pytest.fixture
def fresh(client, site_engine):
    """A site of its own, on which nobody has asked anything yet."""
    allow(site_engine, SHOP)
    return client


def looked_at(site):
    """The stamp of a form that was looked at for a while, without waiting for it."""
    signer = stamps._signer(site.app.state.site)
    return signer.sign(f"{time.time() - 30:.1f}").decode()


@pytest.fixture
def started(site):
    return looked_at(site)


def mails_to(engine, address):
    with reading(engine) as conn:
        found = list_deliveries(conn, viewer=OPERATOR)
    return [one for one in found if one.recipient == address]


@pytest.fixture
def mails(record):
    return partial(mails_to, record)


def question(**given):
    return {"title": "Why does it hum?", "email": "mara@example.com", **given}


def test_a_guests_question_waits_for_the_confirmation_by_mail(site, record, started, mails):
    sent = question(started=started, email="guest@example.com", product="piazza")
    reply = site.post(ASK, json=sent, headers=from_shop())

    assert reply.status_code == 201
    answer = reply.json()
    assert answer["title"] == "Why does it hum?"
    assert answer["url"].startswith("http://testserver/q/")
    assert "guest@example.com" in answer["steps"][0]
    assert len(mails("guest@example.com")) == 1


def test_a_members_question_is_confirmed_by_the_site_that_vouches(
    site, record, started, mails, sign
):
    token = sign(email="Member@Example.com", name="Mia")
    sent = question(started=started, title="Where is my rebate?", email="other@example.com")
    reply = site.post(ASK, json=sent, headers=from_shop(token))

    assert reply.status_code == 201
    number = int(reply.json()["url"].split("/q/")[1].split("?")[0])
    with reading(record) as conn:
        assert get_question(conn, number, viewer=OPERATOR).state == "open"
    assert not any("confirm" in step for step in reply.json()["steps"])
    assert "member@example.com" in reply.json()["steps"][-1]
    assert mails("other@example.com") == []


def test_a_member_without_an_address_asks_like_a_guest(site, started, mails, sign):
    sent = question(started=started, title="Where is it?", email="typed@example.com")
    reply = site.post(ASK, json=sent, headers=from_shop(sign()))

    assert "typed@example.com" in reply.json()["steps"][0]
    assert len(mails("typed@example.com")) == 1


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"title": " "}, "title"),
        ({"title": "x" * 400}, "title"),
        ({"email": "mara@"}, "email"),
        ({"email": ""}, "email"),
        ({"body": "x" * 20_001}, "body"),
        ({"body": "http://a.example " * 30}, "body"),
        ({"started": "forged"}, "form"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_in_the_readers_language(site, started, wrong, field):
    sent = question(started=started) | wrong
    said = {
        lang: site.post(f"{ASK}?lang={lang}", json=sent, headers=from_shop())
        for lang in ("en", "de")
    }

    assert {reply.status_code for reply in said.values()} == {422}
    errors = {lang: reply.json()["errors"][0] for lang, reply in said.items()}
    assert errors["en"]["field"] == errors["de"]["field"] == field
    assert errors["en"]["message"] != errors["de"]["message"]


def test_a_product_that_the_page_misspells_is_left_out(site, started):
    sent = question(started=started, title="Does it steam?", product="no such product")

    assert site.post(ASK, json=sent, headers=from_shop()).status_code == 201


def test_a_program_that_fills_in_the_hidden_field_is_thanked_and_nothing_is_stored(site, mails):
    sent = question(website="https://spam.example", email="bot@example.com")
    reply = site.post(ASK, json=sent, headers=from_shop())

    assert reply.status_code == 201
    assert reply.json()["url"] is None
    assert mails("bot@example.com") == []


def test_nobody_gets_more_than_three_mails_a_day_that_they_did_not_ask_for(fresh, site_engine):
    started = looked_at(fresh)
    for number in range(5):
        sent = question(started=started, title=f"Question number {number}?", email="a@example.com")
        assert fresh.post(ASK, json=sent, headers=from_shop()).status_code == 201

    assert len(mails_to(site_engine, "a@example.com")) == 3


def test_a_question_is_at_most_64_kb(site):
    body = b'{"title": "' + b"x" * MAX_QUESTION_BYTES + b'"}'
    headers = {**from_shop(), "content-type": "application/json"}
    reply = site.post(ASK, content=body, headers=headers)

    assert reply.status_code == 413


@pytest.mark.usefixtures("standing_clock")
def test_whoever_asks_too_often_is_told_when_to_come_back(fresh):
    started = looked_at(fresh)

    def ask(number):
        sent = question(started=started, title=f"No {number}?", email=f"m{number}@example.com")
        return fresh.post(ASK, json=sent, headers=from_shop())

    replies = [ask(number) for number in range(7)]

    assert replies[0].status_code == 201
    assert replies[-1].status_code == 429
    assert int(replies[-1].headers["retry-after"]) > 0
    assert replies[-1].headers["access-control-expose-headers"] == "Retry-After"
