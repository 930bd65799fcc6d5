"""Accounts as administrators look through them and change them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, func, or_, select, update

from kb.access import Role, Viewer
from kb.clock import utc_now
from kb.errors import Conflict, InvalidInput
from kb.store.audit import Subject, record_audit
from kb.store.people.accounts import Account, get_account, read_accounts
from kb.store.people.groups import set_groups
from kb.store.people.sessions import end_sessions
from kb.store.schema import accounts

MAX_WORDS_CHARS = 200


@dataclass(frozen=True, slots=True)
class AccountSearch:
    """Which accounts: whose name or address holds `text`, with this role; empty means all."""

    text: str = ""
    role: Role | None = None


def find_accounts(
    conn: Connection, search: AccountSearch, *, limit: int = 50, start: int = 0
) -> list[Account]:
    """The accounts that fit, by name and then by id; erased ones are left out."""
    statement = (
        select(accounts)
        .where(*_fitting(search))
        .order_by(func.lower(accounts.c.name), accounts.c.id)
        .limit(limit)
        .offset(start)
    )
    return read_accounts(conn, list(conn.execute(statement).mappings()))


def count_accounts(conn: Connection, search: AccountSearch) -> int:
    """How many accounts fit."""
    statement = select(func.count()).select_from(accounts).where(*_fitting(search))
    return conn.execute(statement).scalar_one()


def _fitting(search: AccountSearch) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [accounts.c.erased_at.is_(None)]
    text = search.text.strip().lower()[:MAX_WORDS_CHARS]
    if text:
        found.append(
            or_(
                func.lower(accounts.c.name).contains(text, autoescape=True),
                accounts.c.email.contains(text, autoescape=True),
            )
        )
    if search.role is not None:
        found.append(accounts.c.role == str(search.role))
    return found


def change_role(conn: Connection, account_id: int, role: Role, *, viewer: Viewer) -> None:
    """Make an account something else to the team; the same role changes nothing.

    Raises NotFound, InvalidInput, and Conflict where no administrator would be left.
    """
    account = _locked(conn, account_id)
    if role is Role.GUEST:
        raise InvalidInput("a guest has no account", field="role")
    if role is account.role:
        return
    _keep_an_admin(conn, account)
    conn.execute(update(accounts).where(accounts.c.id == account_id).values(role=str(role)))
    _note(conn, "change role", account_id, viewer, {"from": str(account.role), "to": str(role)})


def change_groups(
    conn: Connection, account_id: int, names: frozenset[str], *, viewer: Viewer
) -> None:
    """Put an account into exactly these groups; raises NotFound and InvalidInput."""
    account = _locked(conn, account_id)
    if names == account.groups:
        return
    set_groups(conn, account_id, names)
    facts = {"added": sorted(names - account.groups), "removed": sorted(account.groups - names)}
    _note(conn, "change groups", account_id, viewer, facts)


def disable_account(conn: Connection, account_id: int, *, viewer: Viewer) -> None:
    """Let nobody in with an account any more, by session, key or password.

    Raises NotFound, and Conflict for the last administrator.
    """
    account = _locked(conn, account_id)
    if not account.is_open:
        return
    _keep_an_admin(conn, account)
    conn.execute(update(accounts).where(accounts.c.id == account_id).values(disabled_at=utc_now()))
    end_sessions(conn, account_id)
    _note(conn, "disable", account_id, viewer, {})


def enable_account(conn: Connection, account_id: int, *, viewer: Viewer) -> None:
    """Let a disabled account in again; raises NotFound, and Conflict for an erased one."""
    account = _locked(conn, account_id)
    if account.erased_at is not None:
        raise Conflict(f"account {account_id} has been erased")
    if account.disabled_at is None:
        return
    conn.execute(update(accounts).where(accounts.c.id == account_id).values(disabled_at=None))
    _note(conn, "enable", account_id, viewer, {})


def may_lose_admin(conn: Connection, account: Account) -> bool:
    """Whether an administrator would be left without this account."""
    if account.role is not Role.ADMIN or not account.is_open:
        return True
    others = (
        select(accounts.c.id)
        .where(
            accounts.c.role == str(Role.ADMIN),
            accounts.c.disabled_at.is_(None),
            accounts.c.erased_at.is_(None),
            accounts.c.id != account.id,
        )
        .limit(1)
    )
    return conn.execute(others).first() is not None


def hold_with_admins(conn: Connection, account_id: int) -> None:
    """Let nobody change an account or any administrator's until the transaction ends.

    All in one order, so that two admins who disable or erase each other neither both succeed
    nor wait for each other for ever.
    """
    held = or_(accounts.c.id == account_id, accounts.c.role == str(Role.ADMIN))
    conn.execute(select(accounts.c.id).where(held).order_by(accounts.c.id).with_for_update())


def _keep_an_admin(conn: Connection, account: Account) -> None:
    if not may_lose_admin(conn, account):
        raise Conflict("the last administrator must stay one")


def _locked(conn: Connection, account_id: int) -> Account:
    hold_with_admins(conn, account_id)
    return get_account(conn, account_id)


def _note(
    conn: Connection, action: str, account_id: int, viewer: Viewer, facts: Mapping[str, object]
) -> None:
    record_audit(conn, action, Subject("account", account_id), viewer=viewer, facts=facts)
