"""Signing up, confirming, and what strangers can do with it."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from kb.access import OPERATOR, Role
from kb.people.signing_up import open_sign_up
from kb.store.audit import Subject, audit_of
from kb.store.engine import reading, transaction
from kb.store.people.accounts import find_account_by_email
from tests.web.http.account.post_box import link_in, mails

MARA = {
    "name": "Mara Lind",
    "email": " Mara@Example.com ",
    "password": "four warm brown loaves",
    "locale": "en",
}
OTHERS = "another password of mine"


def sign_up(client: TestClient, **changed: str):
    return client.post("/sign-up", data={**MARA, **changed})


def find_mara(engine):
    with reading(engine) as conn:
        return find_account_by_email(conn, "mara@example.com")


@pytest.fixture
def other(client):
    """Another browser on the same site."""
    return TestClient(client.app, follow_redirects=False)


def test_a_sign_up_is_confirmed_by_the_link_and_signed_in(client, site_engine):
    sent = sign_up(client)
    assert (sent.status_code, sent.headers["location"]) == (303, "/sign-up/sent?locale=en")
    assert "mara@example.com" in client.get("/sign-up/sent").text
    assert find_mara(site_engine).email_confirmed_at is None

    (mail,) = mails(site_engine)
    assert mail.recipient == "mara@example.com"
    link = link_in(mail, "/confirm/")
    shown = client.get(link)
    assert shown.status_code == 200
    assert "current-password" not in shown.text
    assert find_mara(site_engine).email_confirmed_at is None

    confirmed = client.post(link)
    assert confirmed.status_code == 303
    account = find_mara(site_engine)
    assert account.email_confirmed_at
    assert account.role is Role.CUSTOMER
    assert "Mara Lind" in client.get("/").text
    with reading(site_engine) as conn:
        actions = [one.action for one in audit_of(conn, Subject("account", account.id))]
    assert actions == ["confirm address"]


def test_a_link_confirms_once(client, other, site_engine):
    sign_up(client)
    link = link_in(mails(site_engine)[0], "/confirm/")
    assert client.post(link).status_code == 303

    for browser_ in (client, other):
        assert browser_.get(link).status_code == 410
        assert browser_.post(link).status_code == 410
    assert other.get("/confirm/guessed").status_code == 410


def test_another_browser_confirms_with_the_chosen_password_only(client, other, site_engine):
    sign_up(client)
    link = link_in(mails(site_engine)[0], "/confirm/")

    assert "current-password" in other.get(link).text
    assert other.post(link).status_code == 422
    wrong = other.post(link, data={"password": OTHERS})
    assert wrong.status_code == 422
    assert OTHERS not in wrong.text
    assert find_mara(site_engine).email_confirmed_at is None
    assert other.post(link, data={"password": MARA["password"]}).status_code == 303
    assert find_mara(site_engine).email_confirmed_at is not None


def test_a_stranger_cannot_have_their_password_confirmed_by_the_owner(client, other, site_engine):
    sign_up(client)
    sign_up(other, password=OTHERS)
    first, second = (link_in(mail, "/confirm/") for mail in mails(site_engine))

    for link in (first, second):
        assert "current-password" in client.get(link).text
        assert client.post(link, data={"password": MARA["password"]}).status_code == 422
    client.post("/forgotten-password", data={"email": MARA["email"]})
    reset = link_in(mails(site_engine)[-1], "/new-password/")
    assert client.post(reset, data={"password": MARA["password"]}).status_code == 303
    assert find_mara(site_engine).email_confirmed_at is not None
    tried = {"email": "mara@example.com", "password": OTHERS}
    assert other.post("/sign-in", data=tried).status_code == 422


def test_nobody_learns_whether_an_address_has_an_account(client, other, make_account, site_engine):
    make_account(email="mara@example.com", name="Mara")
    taken, free = sign_up(client), sign_up(other, email="nobody@example.com")

    assert taken.status_code == free.status_code
    assert taken.headers["location"] == free.headers["location"]
    assert len(taken.headers["set-cookie"]) == len(free.headers["set-cookie"]) - len(
        "nobody"
    ) + len("mara")
    known, fresh = mails(site_engine)
    assert known.recipient == "mara@example.com"
    assert "account already" in " ".join(known.body_text.split())
    assert "/confirm/" not in known.body_text
    assert "/confirm/" in fresh.body_text
    tried = {"email": "mara@example.com", "password": MARA["password"]}
    assert client.post("/sign-in", data=tried).status_code == 422


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"email": "mara"}, "email"),
        ({"password": ""}, "password"),
        ({"password": "too short"}, "password"),
        ({"password": "x" * 129 + "abc"}, "password"),
        ({"password": "Password123"}, "password"),
        ({"password": "maralind2026"}, "password"),
        ({"password": "helpatalba12"}, "password"),
    ],
)
def test_a_wrong_form_names_the_field_and_keeps_all_but_the_password(
    client, site_engine, changed, field
):
    form = {**MARA, "email": "mara@example.com", **changed}
    wrong = client.post("/sign-up", data=form)

    assert wrong.status_code == 422
    assert f'href="#{field}"' in wrong.text
    assert wrong.text.count('aria-invalid="true"') == 1
    for name in ("name", "email"):
        if form[name].strip():
            assert f'value="{form[name]}"' in wrong.text
    if form["password"]:
        assert form["password"] not in wrong.text
    assert mails(site_engine) == []


def test_the_mail_is_sent_again_to_the_browser_that_asked(client, other, site_engine):
    sign_up(client)
    assert client.post("/sign-up/again").headers["location"] == "/sign-up/sent?done=mail-again"
    assert other.post("/sign-up/again").headers["location"] == "/sign-up"

    _, again = mails(site_engine)
    assert client.post(link_in(again, "/confirm/")).status_code == 303


def test_a_stranger_gets_at_most_three_mails_a_day_and_the_page_stays_the_same(client, site_engine):
    replies = [sign_up(client) for _ in range(5)]

    assert {reply.headers["location"] for reply in replies} == {"/sign-up/sent?locale=en"}
    assert len(mails(site_engine)) == 3


def test_one_address_cannot_send_mails_to_the_world(client, site_engine):
    replies = [sign_up(client, email=f"p{number}@example.com") for number in range(12)]

    assert [reply.status_code for reply in replies[:10]] == [303] * 10
    late = replies[10]
    assert late.status_code == 429
    assert int(late.headers["retry-after"]) > 0
    assert "Please wait 15 minutes" in late.text
    assert len(mails(site_engine)) == 10


def test_an_admin_closes_the_sign_up(client, site_engine):
    with transaction(site_engine) as conn:
        open_sign_up(conn, False, viewer=OPERATOR)

    assert "No account yet?" not in client.get("/sign-in").text
    assert "Nobody can sign up" in client.get("/sign-up").text
    assert sign_up(client).status_code == 403
    assert find_mara(site_engine) is None
    assert mails(site_engine) == []


def test_the_page_and_the_mail_are_german_for_who_chose_german(client, site_engine):
    sign_up(client, locale="de")

    assert "Bestätigen" in mails(site_engine)[0].subject
    assert find_mara(site_engine).locale == "de"
