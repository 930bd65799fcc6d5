"""Who got hold of a session, a link or an address for a while cannot keep the account."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fastapi.testclient import TestClient

from kb.access import Role, Scope
from kb.mail import Delivery
from kb.people.passwords import Passwords
from kb.people.signing_up import SignUp, confirmation_link, password_link, sign_up
from kb.store.engine import reading, transaction
from kb.store.people.accounts import add_account, find_account_named, get_account, set_password_hash
from tests.web.http.account.post_box import link_in, mails
from tests.web.http.conftest import bearer, browser
from web.http.app import create_app

PASSWORD = "correct horse battery"
NEW = "a staple of other words"
EMAIL = "mara@example.com"
THIEF = "thief@example.com"


@pytest.fixture
def mara(make_account, site_engine) -> int:
    """An account with a password."""
    account_id = make_account(email=EMAIL)
    with transaction(site_engine) as conn:
        set_password_hash(conn, account_id, Passwords().hash(PASSWORD))
    return account_id


@pytest.fixture
def other(client):
    """Another browser."""
    return browser(client.app)


def last(engine, purpose: str) -> Delivery:
    return [mail for mail in mails(engine) if mail.purpose == purpose][-1]


def asked_change(client, engine) -> str:
    """The link that a thief had sent to their own address from the owner's browser."""
    assert client.post("/account/email", data={"email": THIEF}).status_code == 200
    return link_in(last(engine, "change-address"), "/account/email/")


def email_of(engine, account_id: int) -> str | None:
    with reading(engine) as conn:
        return get_account(conn, account_id).email


def reset(client, engine) -> None:
    client.post("/forgotten-password", data={"email": EMAIL})
    link = link_in(last(engine, "reset-password"), "/new-password/")
    assert client.post(link, data={"password": NEW}).status_code == 303


def change(client, engine) -> None:
    form = {"present": PASSWORD, "password": NEW}
    assert client.post("/account/password", data=form).status_code == 303


def everywhere(client, engine) -> None:
    client.post("/sign-out-everywhere")
    client.post("/sign-in", data={"email": EMAIL, "password": PASSWORD})


@pytest.mark.parametrize("recover", [reset, change, everywhere])
def test_a_new_password_ends_a_change_of_address_that_somebody_else_began(
    client, mara, sign_in, site_engine, recover
):
    sign_in(client, mara)
    link = asked_change(client, site_engine)
    recover(client, site_engine)

    assert client.post(link).status_code == 410
    assert email_of(site_engine, mara) == EMAIL
    # One that is begun afterwards works.
    assert client.post(asked_change(client, site_engine)).status_code == 303
    assert email_of(site_engine, mara) == THIEF


def test_only_who_is_signed_in_to_it_gives_an_account_another_address(
    client, other, mara, make_account, sign_in, site_engine
):
    sign_in(client, mara)
    link = asked_change(client, site_engine)

    for send in (other.get, other.post):
        led = send(link)
        assert (led.status_code, led.headers["location"][:8]) == (303, "/sign-in")
    sign_in(other, make_account(name="Ed", email="ed@example.com"))
    assert (other.get(link).status_code, other.post(link).status_code) == (410, 410)
    assert email_of(site_engine, mara) == EMAIL
    assert client.get(link).status_code == 200
    assert client.post(link).status_code == 303


def test_a_link_is_good_for_what_it_was_made_for_alone(client, mara, sign_in, site_engine):
    sign_in(client, mara)
    with transaction(site_engine) as conn:
        account = get_account(conn, mara)
        made = {
            "/new-password/": password_link(conn, account),
            "/confirm/": confirmation_link(conn, account),
        }
    made["/account/email/"] = asked_change(client, site_engine).rpartition("/")[2]
    places = (*made, "/account/confirm/", "/account/consents/confirm/", "/watch/confirm/")

    for place in places:
        for own, secret in made.items():
            if own != place:
                reply = client.post(place + secret, data={"password": NEW})
                assert reply.status_code in (404, 410), (place, own)
    assert email_of(site_engine, mara) == EMAIL
    assert client.post("/confirm/" + made["/confirm/"], data={"password": PASSWORD}).is_redirect


def test_a_mail_to_an_address_that_nobody_proved_repeats_no_name(
    client, other, mara, sign_in, site_engine
):
    bait = "You won: visit evil.example now"
    sign_in(client, mara)
    client.post("/account/name", data={"name": bait})
    asked_change(client, site_engine)
    with transaction(site_engine) as conn:
        sign_up(conn, SignUp(bait, "vera@example.com", "a hash", "en"))
    other.post("/forgotten-password", data={"email": "vera@example.com"})
    other.post("/forgotten-password", data={"email": EMAIL})

    told = {mail.recipient: mail for mail in mails(site_engine)}
    for recipient in (THIEF, "vera@example.com"):
        for part in (told[recipient].subject, told[recipient].body_text, told[recipient].body_html):
            assert "evil" not in part
    assert bait in told[EMAIL].body_text


def test_a_name_that_is_somebodys_address_is_not_taken_for_them(conn):
    thief = add_account(conn, "ada@example.com", role=Role.CUSTOMER)
    namesake = add_account(conn, "Ada", role=Role.CUSTOMER)
    ada = add_account(conn, "Ada", role=Role.AGENT, email="ada@example.com")

    assert find_account_named(conn, "Ada@example.com") == ada
    assert find_account_named(conn, "Ada") == ada
    assert ada not in (thief, namesake)
    assert find_account_named(conn, "nobody") is None


@pytest.mark.parametrize("scopes", [(Scope.READ, Scope.ADMIN), tuple(Scope)], ids=["some", "all"])
def test_a_key_or_its_session_never_takes_its_account_over(client, make_key, scopes):
    key = make_key(Role.ADMIN, *scopes)
    assert client.post("/sign-in", data={"key": key}).status_code == 303

    for path in ("/account/password", "/account/email", "/account/data/erase", "/account/name"):
        for headers in ({}, bearer(key)):
            assert client.get(path, headers=headers).status_code == 403, path
            assert client.post(path, headers=headers).status_code == 403, path
    assert client.post("/account/data/export").status_code == 403


def test_an_administrators_key_opens_nothing_that_outlives_it(client, make_key, mara):
    header = bearer(make_key(Role.ADMIN))

    for path, form in (
        (f"/admin/accounts/{mara}/link", {}),
        (f"/admin/accounts/{mara}", {"role": "admin"}),
        ("/admin/accounts/new", {"name": "Eve", "email": "eve@example.com", "role": "admin"}),
        ("/admin/keys", {"account": "Mara", "name": "mine", "scopes": "admin"}),
    ):
        refused = client.post(path, data=form, headers={**header, "accept": "text/html"})
        assert refused.status_code == 403, path
        assert "a key cannot do this" in refused.text
    assert client.get("/admin/accounts", headers=header).status_code == 200
    assert client.get("/admin/outbox/1", headers=header).status_code == 403


def test_who_was_signed_in_before_an_attack_is_given_another_session(client, mara):
    client.cookies.set("kb_session", "a secret that the attacker chose and knows")
    signed = client.post("/sign-in", data={"email": EMAIL, "password": PASSWORD})

    assert signed.status_code == 303
    assert "attacker" not in signed.headers["set-cookie"]
    assert "HttpOnly" in signed.headers["set-cookie"]
    assert "samesite=lax" in signed.headers["set-cookie"].lower()


def test_a_link_in_a_mail_never_leads_to_the_host_that_a_request_named(settings, site_engine, mara):
    forged = {"host": "evil.example", "x-forwarded-host": "evil.example", "forwarded": "host=evil"}
    with browser(create_app(settings)) as client:
        sent = client.post("/forgotten-password", data={"email": EMAIL}, headers=forged)
        assert sent.status_code == 200
    public = replace(settings, public_url="https://help.example.com", trusted_proxies="127.0.0.1")
    with TestClient(create_app(public), client=("127.0.0.1", 50_000)) as client:
        form = {"email": EMAIL}
        assert client.post("/forgotten-password", data=form, headers=forged).status_code == 400
        forged["host"] = "help.example.com"
        assert client.post("/forgotten-password", data=form, headers=forged).status_code == 200

    first, second = mails(site_engine)
    assert "evil" not in first.body_text + second.body_text
    assert "https://help.example.com/new-password/" in second.body_text
