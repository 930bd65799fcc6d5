"""Accounts and the keys that stand for them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, insert, select, update

from kb.access import INTERNAL, Role, Scope, may_administer, may_ask, may_edit, may_read
from kb.errors import Conflict, InvalidInput, NotFound
from kb.store.people.accounts import add_account, find_account_named
from kb.store.people.keys import add_api_key, find_viewer_by_key, list_api_keys, revoke_api_key
from kb.store.schema import account_groups, accounts, api_keys, groups


def test_an_account_is_found_by_name_and_by_address(conn: Connection) -> None:
    account_id = add_account(conn, " Ada ", role=Role.AGENT, email=" Ada@Example.org ")

    assert find_account_named(conn, "Ada") == account_id
    assert find_account_named(conn, "ADA@example.org") == account_id
    assert find_account_named(conn, "Bob") is None
    conn.execute(update(accounts).values(disabled_at=datetime.now(UTC)))
    assert find_account_named(conn, "Ada") is None


def test_an_unusable_account_is_refused(conn: Connection) -> None:
    add_account(conn, "Ada", role=Role.AGENT, email="ada@example.org")

    with pytest.raises(InvalidInput):
        add_account(conn, " ", role=Role.AGENT)
    with pytest.raises(InvalidInput):
        add_account(conn, "Bob", role=Role.GUEST)
    with pytest.raises(InvalidInput):
        add_account(conn, "Bob", role=Role.AGENT, email="nobody")
    with pytest.raises(Conflict):
        add_account(conn, "Bob", role=Role.AGENT, email="ADA@example.org")


def test_a_key_stands_for_its_account_with_its_groups_and_scopes(conn: Connection) -> None:
    account_id = add_account(conn, "Ada", role=Role.AGENT, locale="de")
    group_id = conn.execute(insert(groups).values(name="dealers").returning(groups.c.id))
    conn.execute(
        insert(account_groups).values(account_id=account_id, group_id=group_id.scalar_one())
    )

    viewer = find_viewer_by_key(
        conn, add_api_key(conn, account_id, "import", scopes=[Scope.AGENT, Scope.READ])
    )

    assert viewer is not None
    assert (viewer.account_id, viewer.name, viewer.locale) == (account_id, "Ada", "de")
    assert viewer.groups == {"dealers"}
    assert may_edit(viewer)
    assert not may_ask(viewer)


def test_a_scope_narrows_a_role_and_never_widens_it(conn: Connection) -> None:
    customer = add_account(conn, "Carl", role=Role.CUSTOMER)
    admin = add_account(conn, "Root", role=Role.ADMIN)

    wide = find_viewer_by_key(conn, add_api_key(conn, customer, "all", scopes=list(Scope)))
    narrow = find_viewer_by_key(conn, add_api_key(conn, admin, "read", scopes=[Scope.READ]))

    assert wide is not None
    assert not may_edit(wide)
    assert not may_administer(wide)
    assert narrow is not None
    assert not may_edit(narrow)
    assert not may_administer(narrow)
    assert not may_read(narrow, INTERNAL)


def test_a_key_is_never_stored_and_worthless_once_revoked(conn: Connection) -> None:
    account_id = add_account(conn, "Ada", role=Role.AGENT)
    key = add_api_key(conn, account_id, "import", scopes=[Scope.READ])
    row = conn.execute(select(api_keys)).one()

    assert key not in str(row)
    assert [one.name for one in list_api_keys(conn)] == ["import"]
    revoke_api_key(conn, row.id)
    assert find_viewer_by_key(conn, key) is None
    with pytest.raises(NotFound):
        revoke_api_key(conn, row.id)


def test_a_wrong_key_or_one_of_a_disabled_account_is_nobody(conn: Connection) -> None:
    account_id = add_account(conn, "Ada", role=Role.AGENT)
    key = add_api_key(conn, account_id, "import", scopes=[Scope.READ])
    conn.execute(update(accounts).values(disabled_at=datetime.now(UTC)))

    for one in (key, "", "kb_wrong", "kb_\x00\ud800"):
        assert find_viewer_by_key(conn, one) is None
    with pytest.raises(InvalidInput):
        add_api_key(conn, account_id, "nothing", scopes=[])
