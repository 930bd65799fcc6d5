"""The account's own pages: what it is, changing it, and never anybody else's."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, select, update

from kb.access import OPERATOR, Role, Scope
from kb.clock import utc_now
from kb.people.passwords import Passwords
from kb.store.engine import reading, transaction
from kb.store.mail.deliveries import list_deliveries
from kb.store.people.accounts import Account, find_account, set_password_hash
from kb.store.people.identities import add_identity, identities_of
from kb.store.people.sessions import list_sessions
from kb.store.schema import accounts, sessions
from tests.web.http.conftest import bearer

EMAIL = "mara@example.com"
PASSWORD = "quarzwolke und nebelhorn"
MakeAccount = Callable[..., int]
SignIn = Callable[[TestClient, int], None]
PATHS = (
    "/account",
    "/account/name",
    "/account/email",
    "/account/password",
    "/account/preferences",
    "/account/sign-ins",
    "/account/consents",
    "/account/devices",
    "/account/data",
    "/account/data/erase",
)


@pytest.fixture(scope="module")
def hashed() -> str:
    return Passwords().hash(PASSWORD)


@pytest.fixture
def mara(
    client: TestClient,
    make_account: MakeAccount,
    sign_in: SignIn,
    site_engine: Engine,
    hashed: str,
) -> int:
    """The account that the browser is signed in to, just now, with a password."""
    account_id = make_account(email=EMAIL)
    with transaction(site_engine) as conn:
        set_password_hash(conn, account_id, hashed)
    sign_in(client, account_id)
    return account_id


def account(engine: Engine, account_id: int) -> Account:
    with reading(engine) as conn:
        found = find_account(conn, account_id)
    assert found is not None
    return found


def grow_old(engine: Engine) -> None:
    """Let every sign-in be an hour old."""
    with transaction(engine) as conn:
        before = utc_now() - timedelta(hours=1)
        conn.execute(update(sessions).values(created_at=before))


def mails(engine: Engine) -> list[Any]:
    with reading(engine) as conn:
        return list_deliveries(conn, viewer=OPERATOR)


def path_in(text: str, start: str) -> str:
    """The first path in a mail that begins so."""
    found = re.search(rf"{re.escape(start)}[\w-]+", text)
    assert found is not None
    return found.group()


def test_a_guest_is_led_to_the_sign_in_and_back(shared: TestClient) -> None:
    for path in PATHS:
        reply = shared.get(path)

        assert reply.status_code == 303, path
        assert reply.headers["location"].startswith("/sign-in?next=%2Faccount")


def test_every_page_of_the_account_is_kept_nowhere(client: TestClient, mara: int) -> None:
    for path in PATHS:
        reply = client.get(path)

        assert reply.status_code == 200, path
        assert "no-store" in reply.headers["cache-control"]


def test_the_account_is_shown_to_its_owner(
    client: TestClient, make_account: MakeAccount, sign_in: SignIn
) -> None:
    make_account(name="Robin", email="robin@example.com")
    sign_in(client, make_account(name="Mara", email=EMAIL, groups=("partner",)))

    page = client.get("/account").text

    assert EMAIL in page
    assert "partner" in page
    assert "robin@example.com" not in page
    assert "Administrator" not in page


def test_staff_see_their_role(
    client: TestClient, make_account: MakeAccount, sign_in: SignIn
) -> None:
    sign_in(client, make_account(Role.ADMIN, name="Ada"))

    assert "Administrator" in client.get("/account").text


def test_the_name_changes_and_an_empty_one_is_refused_with_a_reason(
    client: TestClient, mara: int, site_engine: Engine
) -> None:
    assert client.post("/account/name", data={"name": "Mara Lind"}).status_code == 303
    assert account(site_engine, mara).name == "Mara Lind"

    refused = client.post("/account/name", data={"name": "x" * 121})
    assert refused.status_code == 422
    assert "at most 120 characters" in refused.text
    assert "x" * 121 in refused.text
    assert account(site_engine, mara).name == "Mara Lind"


def test_language_and_keys_are_the_accounts(
    client: TestClient, mara: int, site_engine: Engine
) -> None:
    reply = client.post("/account/preferences", data={"locale": "de"})

    assert reply.status_code == 303
    now = account(site_engine, mara)
    assert (now.locale, now.single_keys) == ("de", False)
    assert 'lang="de"' in client.get("/account").text
    client.post("/account/preferences", data={"locale": "en", "single_keys": "on"})
    assert account(site_engine, mara).single_keys
    assert client.post("/account/preferences", data={"locale": "xx"}).status_code == 422


def test_a_new_address_counts_once_its_mail_was_followed(
    client: TestClient, mara: int, site_engine: Engine
) -> None:
    sent = client.post("/account/email", data={"email": "Lind@Example.com"})
    assert sent.status_code == 200
    (mail,) = mails(site_engine)
    assert mail.recipient == "lind@example.com"
    assert account(site_engine, mara).email == EMAIL

    path = path_in(mail.body_text, "/account/email/")
    asked = client.get(path)
    assert "lind@example.com" in asked.text
    # The secret goes nowhere, and yet the page's own form does not come from nowhere.
    assert asked.headers["referrer-policy"] == "strict-origin"
    assert account(site_engine, mara).email == EMAIL

    assert client.post(path).status_code == 303
    now = account(site_engine, mara)
    assert now.email == "lind@example.com"
    assert now.email_confirmed_at is not None
    told = mails(site_engine)[0]
    assert (told.recipient, told.purpose) == (EMAIL, "address-changed")
    assert client.post(path).status_code == 410


def test_nobody_learns_whether_an_address_is_taken(
    client: TestClient, mara: int, make_account: MakeAccount, site_engine: Engine
) -> None:
    make_account(name="Robin", email="robin@example.com")

    free = client.post("/account/email", data={"email": "free1@example.com"})
    taken = client.post("/account/email", data={"email": "robin@example.com"})

    assert free.text.replace("free1@", "robin@") == taken.text
    assert mails(site_engine)[0].purpose == "account-known"
    assert account(site_engine, mara).email == EMAIL


@pytest.mark.parametrize("typed", ["", "nobody", EMAIL])
def test_an_address_that_is_none_or_the_same_is_refused_and_kept(
    client: TestClient, mara: int, site_engine: Engine, typed: str
) -> None:
    reply = client.post("/account/email", data={"email": typed})

    assert reply.status_code == 422
    assert f'value="{typed}"' in reply.text
    assert mails(site_engine) == []


def test_a_new_password_needs_the_present_one_and_ends_other_sessions(
    client: TestClient, mara: int, sign_in: SignIn, site_engine: Engine
) -> None:
    other = TestClient(client.app, follow_redirects=False)
    sign_in(other, mara)
    new = "xylophon im morgengrauen"

    wrong = client.post("/account/password", data={"present": "no", "password": new})
    assert wrong.status_code == 422
    assert "not your present password" in wrong.text
    weak = client.post("/account/password", data={"present": PASSWORD, "password": "short"})
    assert weak.status_code == 422
    assert "at least 10" in weak.text
    assert other.get("/account").status_code == 200

    done = client.post("/account/password", data={"present": PASSWORD, "password": new})
    assert done.status_code == 303
    assert client.get("/account").status_code == 200
    assert other.get("/account").status_code == 303
    assert mails(site_engine)[0].purpose == "password-changed"
    assert PASSWORD not in weak.text
    assert new not in wrong.text


@pytest.mark.parametrize("path", ["/account/email", "/account/data/erase"])
def test_an_old_sign_in_is_renewed_before_what_cannot_be_undone(
    client: TestClient, mara: int, site_engine: Engine, path: str
) -> None:
    grow_old(site_engine)
    asked = client.get(path)
    assert asked.status_code == 303
    assert asked.headers["location"].startswith("/account/confirm?next=")

    refused = client.post("/account/confirm", data={"password": "no", "next": path})
    assert refused.status_code == 422
    assert client.get(path).status_code == 303

    renewed = client.post("/account/confirm", data={"password": PASSWORD, "next": path})
    assert (renewed.status_code, renewed.headers["location"]) == (303, path)
    assert client.get(path).status_code == 200


def test_the_renewal_leads_to_no_other_site(client: TestClient, mara: int) -> None:
    for next_url in ("https://evil.example", "//evil.example", "/\\evil.example"):
        reply = client.post("/account/confirm", data={"password": PASSWORD, "next": next_url})
        assert reply.headers["location"] == "/account"


def test_who_has_no_password_renews_the_sign_in_by_mail(
    client: TestClient, make_account: MakeAccount, sign_in: SignIn, site_engine: Engine
) -> None:
    sign_in(client, make_account(email=EMAIL))
    grow_old(site_engine)

    client.post("/account/confirm/mail", data={"next": "/account/data/erase"})
    path = path_in(mails(site_engine)[0].body_text, "/account/confirm/")
    stranger = TestClient(client.app, follow_redirects=False)
    sign_in(stranger, make_account(name="Eve", email="eve@example.com"))
    assert stranger.post(path).status_code == 410
    assert client.get(path).status_code == 200

    used = client.post(path)
    assert (used.status_code, used.headers["location"]) == (303, "/account/data/erase")
    assert client.get("/account/data/erase").status_code == 200
    assert client.post(path).status_code == 410


def test_a_linked_sign_in_goes_unless_it_is_the_only_way_in(
    client: TestClient, mara: int, make_account: MakeAccount, sign_in: SignIn, site_engine: Engine
) -> None:
    keyless = make_account(Role.AGENT, name="Kim")
    with transaction(site_engine) as conn:
        for account_id in (mara, keyless):
            add_identity(conn, account_id, issuer="https://id.example", subject=str(account_id))
        own = identities_of(conn, mara)[0].id
        only = identities_of(conn, keyless)[0].id
    assert "id.example" in client.get("/account/sign-ins").text
    assert client.post(f"/account/sign-ins/{only}/remove").status_code == 404
    assert client.post(f"/account/sign-ins/{own}/remove").status_code == 303

    sign_in(client, keyless)
    assert client.post(f"/account/sign-ins/{only}/remove").status_code == 409


def test_devices_show_this_one_first_and_end_one_by_one(
    client: TestClient, mara: int, make_account: MakeAccount, sign_in: SignIn, site_engine: Engine
) -> None:
    phone, eve = (TestClient(client.app, follow_redirects=False) for _ in range(2))
    sign_in(phone, mara)
    sign_in(eve, make_account(name="Eve", email="eve@example.com"))
    with reading(site_engine) as conn:
        own, other = sorted(one.id for one in list_sessions(conn, mara))
    page = client.get("/account/devices").text
    assert page.count("This device") == 1

    assert eve.post(f"/account/devices/{other}/end").status_code == 404
    assert phone.get("/account").status_code == 200
    assert client.post(f"/account/devices/{other}/end").status_code == 303
    assert phone.get("/account").status_code == 303
    assert client.get("/account").status_code == 200
    assert eve.get("/account").status_code == 200

    assert client.post(f"/account/devices/{own}/end").headers["location"].startswith("/?done=")
    assert client.get("/account").status_code == 303


def test_all_other_devices_end_at_once(client: TestClient, mara: int, sign_in: SignIn) -> None:
    phone = TestClient(client.app, follow_redirects=False)
    sign_in(phone, mara)

    assert client.post("/account/devices/others/end").status_code == 303

    assert phone.get("/account").status_code == 303
    assert client.get("/account").status_code == 200


def test_a_narrowed_key_reads_the_account_and_changes_nothing(
    client: TestClient, make_key: Callable[..., str], site_engine: Engine
) -> None:
    header = bearer(make_key(Role.AGENT, Scope.READ))
    assert client.get("/account", headers=header).status_code == 200
    assert client.post("/account/name", data={"name": "x"}, headers=header).status_code == 403
    erasing = {"mode": "delete", "typed": "Robin"}
    assert client.post("/account/data/erase", data=erasing, headers=header).status_code == 403
    with reading(site_engine) as conn:
        assert "Robin" in conn.execute(select(accounts.c.name)).scalars().all()
