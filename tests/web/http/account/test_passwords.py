"""Asking for a link, and choosing a new password with it."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from kb.people.signing_up import INVITE_LASTS, password_link
from kb.store.engine import reading, transaction
from kb.store.people.accounts import find_account_by_email, get_account
from kb.store.people.sessions import list_sessions
from tests.web.http.account.post_box import link_in, mails

NEW = "seven quiet green doors"


@pytest.fixture
def mara(make_account) -> int:
    return make_account(email="mara@example.com")


@pytest.fixture
def other(client):
    """Another browser on the same site."""
    return TestClient(client.app, follow_redirects=False)


def ask(client, email: str = "mara@example.com"):
    return client.post("/forgotten-password", data={"email": email})


def test_a_link_sets_a_new_password_once_and_ends_every_session(
    client, other, mara, sign_in, site_engine
):
    sign_in(other, mara)
    assert ask(client).status_code == 200
    link = link_in(mails(site_engine)[0], "/new-password/")
    assert 'autocomplete="new-password"' in client.get(link).text
    assert "Mara" in other.get("/").text, "looking at the link changes nothing"

    done = client.post(link, data={"password": NEW})
    assert done.status_code == 303
    assert "Mara" in client.get("/").text
    assert "Mara" not in other.get("/").text
    with reading(site_engine) as conn:
        assert len(list_sessions(conn, mara)) == 1
    assert client.post(link, data={"password": NEW}).status_code == 410
    assert other.get(link).status_code == 410
    assert mails(site_engine)[-1].purpose == "password-changed"
    form = {"email": "mara@example.com", "password": NEW}
    assert other.post("/sign-in", data=form).status_code == 303


def test_the_first_link_that_is_used_ends_the_others(client, mara, site_engine):
    ask(client)
    ask(client)
    first, second = (link_in(mail, "/new-password/") for mail in mails(site_engine))

    assert client.post(first, data={"password": NEW}).status_code == 303
    assert client.post(second, data={"password": NEW}).status_code == 410


def test_the_page_does_not_tell_who_has_an_account(client, mara, site_engine):
    known, unknown = ask(client), ask(client, "nobody@example.com")

    assert known.status_code == unknown.status_code == 200
    assert known.text.replace("mara@", "nobody@") == unknown.text
    to_mara, to_nobody = mails(site_engine)
    assert "/new-password/" in to_mara.body_text
    assert "/new-password/" not in to_nobody.body_text
    assert "/sign-up" in to_nobody.body_text


def test_a_weak_password_is_refused_and_the_link_stays_good(client, mara, site_engine):
    ask(client)
    link = link_in(mails(site_engine)[0], "/new-password/")

    weak = client.post(link, data={"password": "mara12345678"})
    assert weak.status_code == 422
    assert "mara12345678" not in weak.text
    assert client.post(link, data={"password": NEW}).status_code == 303


def test_an_address_that_is_none_is_refused_with_what_was_typed(client, site_engine):
    wrong = ask(client, "mara at home")

    assert wrong.status_code == 422
    assert 'value="mara at home"' in wrong.text
    assert mails(site_engine) == []


def test_strangers_cannot_use_up_the_links_of_the_owners_browser(client, other, mara, site_engine):
    ask(client)
    client.post(link_in(mails(site_engine)[0], "/new-password/"), data={"password": NEW})
    client.post("/sign-out")
    for _ in range(4):
        ask(other)
    before = len(mails(site_engine))

    ask(client)
    assert len(mails(site_engine)) == before + 1


def test_a_link_of_an_address_that_changed_since_works_no_more(client, mara, site_engine):
    from sqlalchemy import update

    from kb.store.schema import accounts

    ask(client)
    link = link_in(mails(site_engine)[0], "/new-password/")
    with transaction(site_engine) as conn:
        conn.execute(update(accounts).values(email="mara@new.example"))

    assert client.post(link, data={"password": NEW}).status_code == 410


def test_an_invitation_confirms_the_address(client, site_engine):
    from kb.access import Role
    from kb.store.people.accounts import add_account

    with transaction(site_engine) as conn:
        account_id = add_account(conn, "Ada", role=Role.AGENT, email="ada@example.com")
        secret = password_link(conn, get_account(conn, account_id), lasts=INVITE_LASTS)
    assert "Choose a password" in client.get(f"/new-password/{secret}").text

    done = client.post(f"/new-password/{secret}", data={"password": NEW})
    assert done.headers["location"] == "/desk/topics?done=password-set"
    with reading(site_engine) as conn:
        account = find_account_by_email(conn, "ada@example.com")
    assert account is not None
    assert account.email_confirmed_at is not None
