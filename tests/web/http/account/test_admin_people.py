"""Administrators' pages: accounts, groups, keys, and who may not come in."""

from __future__ import annotations

import re

import pytest
from fastapi.testclient import TestClient

from kb.access import OPERATOR, Role
from kb.entries import EntryContent
from kb.store.audit import Subject, audit_of
from kb.store.engine import reading, transaction
from kb.store.entries.writing import add_entry
from kb.store.people.accounts import find_account_by_email, get_account
from kb.store.people.groups import list_groups
from kb.store.people.keys import find_viewer_by_key
from tests.web.http.account.post_box import link_in, mails


@pytest.fixture
def admin(client, make_account, sign_in) -> int:
    account_id = make_account(Role.ADMIN, name="Kim", email="kim@example.com")
    sign_in(client, account_id)
    return account_id


@pytest.fixture
def other(client):
    """Another browser on the same site."""
    return TestClient(client.app, follow_redirects=False)


def account_of(engine, account_id):
    with reading(engine) as conn:
        return get_account(conn, account_id)


@pytest.mark.parametrize("path", ["/admin/accounts", "/admin/groups", "/admin/keys"])
def test_only_administrators_come_in(client, other, admin, make_account, sign_in, path):
    assert client.get(path).status_code == 200
    assert other.get(path).headers["location"].startswith("/sign-in")
    for role in (Role.CUSTOMER, Role.AGENT, Role.MODERATOR):
        sign_in(other, make_account(role, name=role))
        assert other.get(path).status_code == 403
        assert other.post(path).status_code in (403, 405)
        other.cookies.clear()


def test_accounts_are_found_by_name_address_and_role_page_by_page(
    client, admin, make_account, count_queries
):
    for number in range(55):
        make_account(name=f"Customer {number:02}", email=f"c{number}@shop.example")
    make_account(Role.AGENT, name="Robin_1", groups=("partner",))

    with count_queries(client.app.state.site.engine) as counted:
        first = client.get("/admin/accounts").text
    assert len(counted) <= 9
    assert "57 accounts" in first
    assert "Customer 49" in first
    assert "Robin_1" not in first
    more = re.search(r'href="(/admin/accounts\?cursor=[^"]+)"', first)
    assert more
    assert "Robin_1" in client.get(more.group(1)).text
    assert "1 account<" in client.get("/admin/accounts?q=C7%40SHOP").text
    assert "1 account<" in client.get("/admin/accounts?role=agent").text
    assert "No accounts like this" in client.get("/admin/accounts?q=%25").text
    assert "1 account<" in client.get("/admin/accounts?q=n_1").text


def test_an_added_account_is_invited_and_chooses_its_password(client, other, admin, site_engine):
    form = {"name": "Ada", "email": "Ada@example.com", "role": "agent", "locale": "de"}
    added = client.post("/admin/accounts/new", data=form)
    assert added.status_code == 303

    (mail,) = mails(site_engine)
    assert mail.recipient == "ada@example.com"
    assert "Kim" in mail.body_text
    assert mail.locale == "de"
    link = link_in(mail, "/new-password/")
    done = other.post(link, data={"password": "seven quiet green doors"})
    assert done.headers["location"].startswith("/desk/topics")
    with reading(site_engine) as conn:
        account = find_account_by_email(conn, "ada@example.com")
        assert account is not None
        assert account.role is Role.AGENT
        actions = [one.action for one in audit_of(conn, Subject("account", account.id))]
    assert actions == ["confirm address", "set password", "add"]
    assert "password set" in client.get(f"/admin/accounts/{account.id}").text


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": ""}, "name"),
        ({"email": ""}, "email"),
        ({"email": "kim"}, "email"),
        ({"email": "kim@example.com"}, "email"),
        ({"groups": "nowhere"}, "groups"),
    ],
)
def test_a_wrong_account_keeps_what_was_typed(client, admin, site_engine, changed, field):
    form = {"name": "Ada", "email": "ada@example.com", "role": "agent", "locale": "en", **changed}
    wrong = client.post("/admin/accounts/new", data=form)

    assert wrong.status_code == 422
    assert f'href="#{field}"' in wrong.text
    assert f'value="{form["name"]}"' in wrong.text
    assert f'value="{form["email"]}"' in wrong.text
    assert 'value="agent" checked' in wrong.text
    assert mails(site_engine) == []


def test_role_and_groups_change_and_are_noted(client, admin, make_account, site_engine):
    account_id = make_account(name="Mara", groups=("partner",))
    client.post("/admin/groups", data={"name": "private"})
    page = f"/admin/accounts/{account_id}"
    saved = client.post(page, data={"role": "moderator", "groups": ["private"]})

    assert saved.headers["location"] == f"{page}?done=account-saved"
    account = account_of(site_engine, account_id)
    assert (account.role, account.groups) == (Role.MODERATOR, frozenset({"private"}))
    shown = client.get(page).text
    assert "role changed: customer → moderator" in shown
    assert "+private −partner" in shown


def test_the_last_administrator_stays_one(client, admin, make_account, site_engine):
    page = f"/admin/accounts/{admin}"
    assert client.post(page, data={"role": "customer"}).status_code == 409
    assert client.post(f"{page}/disable").status_code == 409
    assert account_of(site_engine, admin).role is Role.ADMIN

    make_account(Role.ADMIN, name="Lee")
    assert client.post(page, data={"role": "customer"}).status_code == 303
    assert client.get(page).status_code == 403


def test_a_disabled_account_is_out_until_it_is_enabled(client, other, admin, make_account, sign_in):
    account_id = make_account(name="Mara")
    sign_in(other, account_id)
    page = f"/admin/accounts/{account_id}"
    assert client.post(f"{page}/disable").status_code == 303
    assert "Mara" not in other.get("/").text
    assert "Enable the account" in client.get(page).text

    assert client.post(f"{page}/enable").status_code == 303
    assert "Mara" not in other.get("/").text, "its old sessions stay ended"
    sign_in(other, account_id)
    assert "Mara" in other.get("/").text


def test_an_administrator_signs_somebody_out_and_sends_a_link(
    client, other, admin, make_account, sign_in, site_engine
):
    account_id = make_account(name="Mara", email="mara@example.com")
    nameless = make_account(name="Ida")
    sign_in(other, account_id)
    assert client.post(f"/admin/accounts/{account_id}/sign-out").status_code == 303
    assert "Mara" not in other.get("/").text

    assert client.post(f"/admin/accounts/{account_id}/link").status_code == 303
    assert len(mails(site_engine)) == 1
    shown = client.post(f"/admin/accounts/{nameless}/link")
    link = re.search(r"/new-password/[\w-]+", shown.text)
    assert shown.status_code == 200
    assert link is not None
    assert other.get(link.group()).status_code == 200
    assert client.post("/admin/accounts/999/link").status_code == 404


def test_the_sign_up_is_closed_and_opened(client, other, admin):
    assert client.post("/admin/accounts/sign-up", data={"state": "closed"}).status_code == 303
    assert "Nobody can sign up" in other.get("/sign-up").text
    for path in ("/", "/sign-in", "/confirm/no-such-link", "/no-such-page"):
        assert 'href="/sign-up"' not in other.get(path, headers={"accept": "text/html"}).text, path
    client.post("/admin/accounts/sign-up", data={"state": "open"})
    assert "Nobody can sign up" not in other.get("/sign-up").text
    assert 'href="/sign-up"' in other.get("/").text


def test_a_group_is_added_renamed_and_removed_once_nothing_uses_it(
    client, admin, make_account, site_engine
):
    assert client.post("/admin/groups", data={"name": "Partner"}).status_code == 303
    content = EntryContent(title="How to order", answer="So.", audience="partner")
    with transaction(site_engine) as conn:
        add_entry(conn, content, viewer=OPERATOR, state="published")
    assert "How to order" in client.get("/admin/groups").text
    renamed = client.post("/admin/groups/1", data={"label": "Trade partners"})
    assert renamed.status_code == 303
    assert "Trade partners" in client.get("/admin/groups").text

    assert client.post("/admin/groups/1/remove").status_code == 409
    client.post("/admin/groups", data={"name": "private"})
    assert client.post("/admin/groups/2/remove").status_code == 303
    with reading(site_engine) as conn:
        assert [group.name for group in list_groups(conn)] == ["partner"]


@pytest.mark.parametrize("name", ["", "two words", "public", "members", "internal", "partner"])
def test_a_group_that_cannot_be_is_refused(client, admin, name):
    client.post("/admin/groups", data={"name": "partner"})
    wrong = client.post("/admin/groups", data={"name": name, "label": "Kept"})

    assert wrong.status_code == 422
    assert 'href="#name"' in wrong.text
    assert 'value="Kept"' in wrong.text


def test_a_key_is_shown_once_used_and_revoked(client, other, admin, site_engine):
    form = {"account": "kim@example.com", "name": "widget", "scopes": ["read", "ask"]}
    made = client.post("/admin/keys", data=form)
    found = re.search(r"kb_[\w-]{43}", made.text)
    assert found is not None
    key = found.group()
    assert key not in client.get("/admin/keys").text
    assert made.headers["cache-control"] == "private, no-store"

    call = {"authorization": f"Bearer {key}"}
    assert ">never<" in client.get("/admin/keys").text
    assert other.get("/api/v1/entries", headers=call).status_code == 200
    assert other.get("/api/v1/topics", headers=call).status_code == 403
    assert ">never<" not in client.get("/admin/keys").text
    assert client.post("/admin/keys/1/revoke").status_code == 303
    assert other.get("/api/v1/entries", headers=call).status_code == 401
    assert client.post("/admin/keys/1/revoke").status_code == 404
    with reading(site_engine) as conn:
        assert find_viewer_by_key(conn, key) is None


def test_a_wrong_key_form_keeps_what_was_typed(client, admin):
    wrong = client.post("/admin/keys", data={"account": "nobody", "name": "", "scopes": ["all"]})

    assert wrong.status_code == 422
    for field in ("account", "name", "scopes"):
        assert f'href="#{field}"' in wrong.text
    assert 'value="nobody"' in wrong.text


def test_who_asked_for_it_is_erased_once_the_name_is_typed(
    client, other, admin, make_account, sign_in, site_engine
):
    account_id = make_account(name="Mara Lind", email="mara@example.com")
    sign_in(other, account_id)
    page = f"/admin/accounts/{account_id}/erase"
    assert client.post(page, data={"mode": "delete", "typed": "Mara"}).status_code == 409
    assert account_of(site_engine, account_id).email == "mara@example.com"

    done = client.post(page, data={"mode": "delete", "typed": "mara lind"})
    assert done.headers["location"] == "/admin/accounts?done=account-erased"
    assert account_of(site_engine, account_id).email is None
    assert "Mara" not in other.get("/").text
    assert "Mara" not in client.get("/admin/accounts").text
    last = f"/admin/accounts/{admin}/erase"
    assert client.post(last, data={"typed": "Kim"}).status_code == 409
