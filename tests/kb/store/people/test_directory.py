"""Looking through accounts, changing them, their groups and identities."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Connection, update
from sqlalchemy.exc import IntegrityError

from kb.access import OPERATOR, Role, Scope
from kb.clock import utc_now
from kb.entries import EntryContent
from kb.errors import Conflict, InvalidInput, NotFound
from kb.store.audit import Subject, audit_of
from kb.store.entries.writing import add_entry
from kb.store.people.accounts import (
    add_account,
    confirm_address,
    find_account,
    find_account_by_email,
    find_closed_account,
    forget_unconfirmed,
    get_account,
    set_password_hash,
)
from kb.store.people.directory import (
    AccountSearch,
    change_groups,
    change_role,
    count_accounts,
    disable_account,
    enable_account,
    find_accounts,
    may_lose_admin,
)
from kb.store.people.groups import (
    add_group,
    entries_for_group,
    get_group,
    list_groups,
    remove_group,
    rename_group,
    set_groups,
)
from kb.store.people.identities import (
    add_identity,
    drop_identity,
    find_identity,
    identities_of,
)
from kb.store.people.keys import add_api_key, find_key_use, find_viewer_by_key, note_key_used
from kb.store.schema import accounts


@pytest.fixture
def kim(conn: Connection) -> int:
    return add_account(conn, "Kim", role=Role.ADMIN, email="Kim@Example.com", confirmed=True)


def test_an_account_is_read_whole(conn: Connection, kim: int) -> None:
    add_group(conn, "partner")
    set_groups(conn, kim, ["partner"])
    account = find_account_by_email(conn, " KIM@example.com ")

    assert account == find_account(conn, kim)
    assert account is not None
    assert (account.name, account.email, account.role) == ("Kim", "kim@example.com", Role.ADMIN)
    assert account.groups == {"partner"}
    assert account.email_confirmed_at == account.created_at
    assert not account.has_password
    assert find_account(conn, 999) is None
    assert find_account_by_email(conn, "") is None
    with pytest.raises(NotFound):
        get_account(conn, 999)


def test_an_address_is_confirmed_once(conn: Connection) -> None:
    mara = add_account(conn, "Mara", role=Role.CUSTOMER, email="mara@example.com")
    assert get_account(conn, mara).email_confirmed_at is None
    confirm_address(conn, mara)
    first = get_account(conn, mara).email_confirmed_at
    confirm_address(conn, mara)

    assert first is not None
    assert get_account(conn, mara).email_confirmed_at == first


def test_accounts_are_found_by_piece_of_name_or_address_and_by_role(
    conn: Connection, kim: int
) -> None:
    mara = add_account(conn, "mara_lind", role=Role.CUSTOMER, email="m.lind@shop.example")
    ada = add_account(conn, "Ada", role=Role.CUSTOMER)

    def found(text: str = "", role: Role | None = None, **page: int) -> list[int]:
        return [one.id for one in find_accounts(conn, AccountSearch(text, role), **page)]

    assert found() == [ada, kim, mara]
    assert found(limit=1, start=1) == [kim]
    assert found("SHOP.") == [mara]
    assert found("a_l") == [mara]
    assert found("%") == []
    assert found(role=Role.CUSTOMER) == [ada, mara]
    assert count_accounts(conn, AccountSearch("a", Role.CUSTOMER)) == 2
    conn.execute(update(accounts).where(accounts.c.id == mara).values(erased_at=utc_now()))
    assert found() == [ada, kim]


def test_the_last_administrator_keeps_role_and_access(conn: Connection, kim: int) -> None:
    assert not may_lose_admin(conn, get_account(conn, kim))
    with pytest.raises(Conflict):
        change_role(conn, kim, Role.AGENT, viewer=OPERATOR)
    with pytest.raises(Conflict):
        disable_account(conn, kim, viewer=OPERATOR)

    lee = add_account(conn, "Lee", role=Role.ADMIN)
    assert may_lose_admin(conn, get_account(conn, kim))
    disable_account(conn, lee, viewer=OPERATOR)
    with pytest.raises(Conflict):
        change_role(conn, kim, Role.AGENT, viewer=OPERATOR)
    change_role(conn, lee, Role.AGENT, viewer=OPERATOR)
    enable_account(conn, lee, viewer=OPERATOR)
    change_role(conn, lee, Role.ADMIN, viewer=OPERATOR)
    change_role(conn, kim, Role.AGENT, viewer=OPERATOR)
    assert get_account(conn, kim).role is Role.AGENT
    with pytest.raises(InvalidInput):
        change_role(conn, kim, Role.GUEST, viewer=OPERATOR)
    with pytest.raises(NotFound):
        change_role(conn, 999, Role.AGENT, viewer=OPERATOR)


def test_what_is_done_to_an_account_is_noted_once(conn: Connection, kim: int) -> None:
    mara = add_account(conn, "Mara", role=Role.CUSTOMER)
    add_group(conn, "partner")
    for _ in range(2):
        change_role(conn, mara, Role.AGENT, viewer=OPERATOR)
        change_groups(conn, mara, frozenset({"partner"}), viewer=OPERATOR)
        disable_account(conn, mara, viewer=OPERATOR)
    assert find_closed_account(conn, "Mara") == mara
    enable_account(conn, mara, viewer=OPERATOR)
    enable_account(conn, mara, viewer=OPERATOR)
    assert find_closed_account(conn, "Mara") is None

    records = audit_of(conn, Subject("account", mara))
    assert [one.action for one in records] == ["enable", "disable", "change groups", "change role"]
    assert records[3].facts == {"from": "customer", "to": "agent"}
    assert records[2].facts == {"added": ["partner"], "removed": []}
    assert {one.actor for one in records} == {"operator"}


def test_a_group_is_used_by_accounts_and_entries_until_it_may_go(
    conn: Connection, kim: int
) -> None:
    partner = add_group(conn, " Partner ", label="Trade  partners")
    private = add_group(conn, "private")
    set_groups(conn, kim, {"partner"})
    content = EntryContent(title="How to order", answer="So.", audience="partner")
    entry_id = add_entry(conn, content, viewer=OPERATOR)

    first, second = list_groups(conn)
    assert (first.name, first.shown, first.accounts, first.entries) == (
        "partner",
        "Trade partners",
        1,
        1,
    )
    assert (second.shown, second.accounts) == ("private", 0)
    assert entries_for_group(conn, ["partner"]) == {"partner": [(entry_id, "How to order")]}
    with pytest.raises(Conflict):
        remove_group(conn, partner)
    remove_group(conn, private)
    rename_group(conn, partner, label="Dealers")
    assert get_group(conn, partner).label == "Dealers"
    for act in (lambda: rename_group(conn, 999, label="x"), lambda: remove_group(conn, private)):
        with pytest.raises(NotFound):
            act()


@pytest.mark.parametrize("name", ["", "two words", "public", "Members", "internal", "-x", "x" * 61])
def test_a_group_that_cannot_be_is_refused(conn: Connection, name: str) -> None:
    with pytest.raises(InvalidInput):
        add_group(conn, name)


def test_wrong_labels_doubles_and_unknown_groups_are_refused(conn: Connection, kim: int) -> None:
    add_group(conn, "partner")
    with pytest.raises(Conflict):
        add_group(conn, "partner")
    with pytest.raises(InvalidInput):
        add_group(conn, "private", label="x" * 81)
    with pytest.raises(InvalidInput):
        set_groups(conn, kim, {"partner", "nowhere"})


def test_an_identity_stands_for_one_account(conn: Connection, kim: int) -> None:
    mara = add_account(conn, "Mara", role=Role.CUSTOMER)
    add_identity(conn, kim, issuer="https://a.example", subject="7")
    add_identity(conn, mara, issuer="https://b.example", subject="7")

    assert find_identity(conn, "https://a.example", "7") == kim
    assert find_identity(conn, "https://b.example", "7") == mara
    assert find_identity(conn, "https://a.example", "8") is None
    (found,) = identities_of(conn, kim)
    with pytest.raises(NotFound):
        drop_identity(conn, mara, found.id)
    drop_identity(conn, kim, found.id)
    assert identities_of(conn, kim) == []
    with pytest.raises(IntegrityError), conn.begin_nested():
        add_identity(conn, kim, issuer="https://b.example", subject="7")


def test_the_use_of_a_key_is_noted_seldom(conn: Connection, kim: int) -> None:
    key = add_api_key(conn, kim, "test", scopes=[Scope.READ])
    first = find_key_use(conn, key)
    assert first is not None
    assert (first.is_due, first.viewer) == (True, find_viewer_by_key(conn, key))
    note_key_used(conn, first.key_id)
    again = find_key_use(conn, key)
    assert again is not None
    assert not again.is_due
    assert find_key_use(conn, "kb_unknown") is None


def test_sign_ups_that_nobody_confirmed_are_forgotten(conn: Connection, kim: int) -> None:
    waiting = add_account(conn, "Mara", role=Role.CUSTOMER, email="m@example.com")
    invited = add_account(conn, "Ida", role=Role.CUSTOMER, email="i@example.com")
    confirmed = add_account(conn, "Ed", role=Role.CUSTOMER, email="e@example.com", confirmed=True)
    for one in (waiting, confirmed):
        set_password_hash(conn, one, "a hash")

    assert forget_unconfirmed(conn, before=utc_now() - timedelta(days=1)) == 0
    assert forget_unconfirmed(conn, before=utc_now() + timedelta(days=1)) == 1
    assert find_account(conn, waiting) is None
    assert find_account(conn, invited) is not None
    assert find_account(conn, confirmed) is not None
