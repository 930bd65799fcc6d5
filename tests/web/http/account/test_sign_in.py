"""Signing in with a password, being slowed down, and signing out."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import update

from kb.access import OPERATOR, Role
from kb.people.passwords import Cost, Passwords
from kb.store.engine import reading, transaction
from kb.store.people.accounts import find_password_hash, set_password_hash
from kb.store.people.directory import disable_account
from kb.store.people.sessions import add_session, list_sessions
from kb.store.schema import sessions

PASSWORD = "four warm brown loaves"
CHEAP = Passwords(Cost(memory_kib=8, passes=1))
HASH = CHEAP.hash(PASSWORD)


@pytest.fixture
def mara(make_account, site_engine) -> int:
    account_id = make_account(email="mara@example.com")
    with transaction(site_engine) as conn:
        set_password_hash(conn, account_id, HASH)
    return account_id


@pytest.fixture
def other(client):
    """Another browser on the same site, elsewhere."""
    return TestClient(client.app, follow_redirects=False, client=("198.51.100.7", 50000))


def sign_in(
    client, password: str = PASSWORD, email: str = "Mara@example.com", *, headers=None, **form: str
):
    typed = {"email": email, "password": password, **form}
    return client.post("/sign-in", data=typed, headers=headers)


def test_address_and_password_sign_in_and_lead_on(client, mara, site_engine):
    signed = sign_in(client, next="/faq/1")

    assert (signed.status_code, signed.headers["location"]) == (303, "/faq/1")
    cookie = next(one for one in signed.headers.get_list("set-cookie") if "session" in one)
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Mara" in client.get("/").text
    assert client.get("/sign-in?next=/ask").headers["location"] == "/ask"
    with reading(site_engine) as conn:
        assert not CHEAP.is_outdated(HASH)
        assert find_password_hash(conn, mara) != HASH, "hashed anew at the cost of today"


def test_the_cookie_is_kept_to_this_host_where_the_site_is_encrypted(settings):
    from dataclasses import replace

    from web.http.app import create_app

    app = create_app(replace(settings, public_url="https://help.example.com"))
    with TestClient(app, base_url="https://help.example.com", follow_redirects=False) as client:
        started = client.app.state.site.sessions
    assert started.cookie_name == "__Host-kb_session"


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("mara@example.com", "another password"),
        ("nobody@example.com", PASSWORD),
        ("mara@example.com", PASSWORD + "x" * 2000),
        ("not an address", PASSWORD),
    ],
)
def test_a_wrong_pair_is_refused_in_the_same_words(client, mara, email, password):
    refused = sign_in(client, password[:2000], email)

    assert refused.status_code == 422
    assert "There is no account with this email address and password" in refused.text
    assert f'value="{email}"' in refused.text
    assert password[:2000] not in refused.text
    assert not any("session" in name for name in refused.cookies)


def test_an_unknown_address_takes_a_hash_as_a_known_one_does(client, mara, monkeypatch):
    site = client.app.state.site
    hashed = []
    spy = type("Spy", (Passwords,), {"fits": lambda _, *given: hashed.append(given) or False})()
    client.app.state.site = type(site)(
        **{name: getattr(site, name) for name in site.__dataclass_fields__} | {"passwords": spy}
    )
    sign_in(client)
    sign_in(client, email="nobody@example.com")

    assert hashed == [(PASSWORD, HASH), (PASSWORD, None)]


def test_a_form_without_a_password_says_so(client):
    wrong = client.post("/sign-in", data={"email": "", "password": ""})

    assert wrong.status_code == 422
    assert 'href="#email"' in wrong.text
    assert 'href="#password"' in wrong.text


def test_a_disabled_account_is_refused_and_signed_out(client, other, mara, site_engine):
    sign_in(client)
    with transaction(site_engine) as conn:
        disable_account(conn, mara, viewer=OPERATOR)

    assert "Mara" not in client.get("/").text
    assert sign_in(other).status_code == 422


def test_who_has_not_confirmed_is_led_to_the_mail(client, other, site_engine):
    form = {"name": "Ada", "email": "ada@example.com", "password": PASSWORD, "locale": "en"}
    client.post("/sign-up", data=form)

    assert sign_in(other, email="ada@example.com").headers["location"] == "/sign-up/sent"
    assert "ada@example.com" in other.get("/sign-up/sent").text
    assert sign_in(other, "another password", "ada@example.com").status_code == 422


def test_signing_in_gives_a_new_session_and_ends_the_one_before(client, mara, site_engine):
    with transaction(site_engine) as conn:
        planted = add_session(conn, mara)
    signed = sign_in(client, headers={"cookie": f"kb_session={planted}"})

    assert planted not in signed.headers["set-cookie"]
    assert "Mara" in client.get("/").text
    client.cookies.clear()
    held = {"cookie": f"kb_session={planted}"}
    assert "Mara" not in client.get("/", headers=held).text


def test_wrong_passwords_are_slowed_down_in_plain_words(client, mara):
    answers = [sign_in(client, f"wrong password {number}") for number in range(6)]

    assert [one.status_code for one in answers] == [422] * 5 + [429]
    assert "Please wait 15 minutes" in answers[5].text
    assert 0 < int(answers[5].headers["retry-after"]) <= 900
    assert sign_in(client).status_code == 429, "a right one is not looked at either"


def test_failures_of_strangers_do_not_lock_the_owners_browser_out(client, other, mara):
    sign_in(client)
    client.post("/sign-out")
    for number in range(30):
        guesses = client.app.state.site.guesses
        from web.http.account.guesses import Attempt

        guesses.failed(Attempt("mara@example.com", f"203.0.113.{number}"))

    assert sign_in(other).status_code == 429
    assert sign_in(client).status_code == 303


def test_an_account_is_guarded_against_many_addresses_and_an_address_against_many_accounts():
    from web.http.account.guesses import Attempt, Guesses

    guesses = Guesses()
    for number in range(30):
        guesses.failed(Attempt("mara@example.com", f"2001:db8:{number}::1"))
    assert guesses.wait_s(Attempt("mara@example.com", "2001:db8:ffff::1")) > 0
    assert guesses.wait_s(Attempt("ada@example.com", "2001:db8:ffff::1")) == 0
    for number in range(20):
        guesses.failed(Attempt(f"p{number}@example.com", f"2001:db8::{number}"))
    assert guesses.wait_s(Attempt("ada@example.com", "2001:db8::ffff")) > 0


def test_signing_out_ends_the_session_of_this_browser(client, other, mara):
    sign_in(client)
    sign_in(other)
    held = {"cookie": f"kb_session={client.cookies['kb_session']}"}
    assert client.post("/sign-out").headers["location"].startswith("/?done=signed-out")

    assert "Mara" not in client.get("/", headers=held).text
    assert "Mara" in other.get("/").text


def test_signing_out_everywhere_ends_all_of_ones_own_sessions(
    client, other, mara, make_account, sign_in: object, site_engine
):
    ada = make_account(name="Ada")
    third = TestClient(client.app, follow_redirects=False)
    sign_in(third, ada)  # type: ignore[operator]
    sign_in(client, mara)  # type: ignore[operator]
    sign_in(other, mara)  # type: ignore[operator]
    assert other.post("/sign-out-everywhere").status_code == 303

    assert "Mara" not in client.get("/").text
    assert "Mara" not in other.get("/").text
    assert "Ada" in third.get("/").text
    assert client.post("/sign-out-everywhere").headers["location"].startswith("/sign-in")


def test_a_session_by_key_has_its_scopes_and_ends_with_it(client, make_key, site_engine):
    from kb.store.people.keys import revoke_api_key

    key = make_key(Role.AGENT, name="Robin")
    assert client.post("/sign-in", data={"key": key}).headers["location"] == "/desk/topics"
    assert client.get("/desk/topics").status_code == 200
    with transaction(site_engine) as conn:
        revoke_api_key(conn, 1)

    assert client.get("/desk/topics").headers["location"].startswith("/sign-in")


def test_a_page_seldom_writes_that_a_session_was_used(client, mara, sign_in, site_engine):
    from datetime import timedelta

    from kb.clock import utc_now

    sign_in(client, mara)
    with reading(site_engine) as conn:
        (before,) = list_sessions(conn, mara)
    client.get("/")
    with reading(site_engine) as conn:
        assert list_sessions(conn, mara) == [before]
    with transaction(site_engine) as conn:
        earlier = utc_now() - timedelta(minutes=6)
        conn.execute(update(sessions).values(last_seen_at=earlier))
    client.get("/")
    with reading(site_engine) as conn:
        (after,) = list_sessions(conn, mara)
    assert after.last_seen_at > before.last_seen_at
    assert after.expires_at > before.expires_at
