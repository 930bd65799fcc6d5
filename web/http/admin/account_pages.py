"""Accounts as the administrators' pages show them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from kb.access import Role
from kb.errors import InvalidInput
from kb.mail import find_address
from kb.store.audit import AuditRecord, Subject, audit_of
from kb.store.people.accounts import Account, as_name, get_account
from kb.store.people.directory import may_lose_admin
from kb.store.people.groups import list_groups
from kb.store.people.identities import identities_of
from kb.store.people.keys import list_api_keys
from kb.store.people.sessions import list_sessions
from kb.visible_text import one_line
from web.http.account import texts as account_texts
from web.http.admin import texts
from web.http.admin.people_contexts import AccountPage, AccountRow, Choice, Deed, NewAccountPage
from web.http.contexts import FieldError
from web.http.frame import Visit
from web.http.i18n import LOCALES, own_name

PATH = "/admin/accounts"
DEEDS_SHOWN = 20
ROLES = (Role.CUSTOMER, Role.AGENT, Role.MODERATOR, Role.ADMIN)


@dataclass(frozen=True, slots=True)
class TypedAccount:
    """What an administrator typed for a new account."""

    name: str = ""
    email: str = ""
    role: str = Role.CUSTOMER
    locale: str = ""
    groups: frozenset[str] = frozenset()


def role_of(word: str) -> Role | None:
    """The role that a form names; None for none, for a guest and for an unknown word."""
    return next((role for role in ROLES if role == word), None)


def role_choices(chosen: Role | None) -> tuple[Choice, ...]:
    """Every role that an account may have; templates name them."""
    return tuple(Choice(str(role), "", chosen=role is chosen) for role in ROLES)


def check_new(visit: Visit, wanted: TypedAccount) -> tuple[FieldError, ...]:
    """What is wrong with a new account, in the order of its fields."""
    errors = []
    try:
        as_name(wanted.name)
    except InvalidInput:
        missing = not one_line(wanted.name)
        message = account_texts.NAME_MISSING if missing else account_texts.NAME_TOO_LONG
        errors.append(FieldError("name", visit.text(message)))
    if find_address(wanted.email) is None:
        missing = not wanted.email.strip()
        message = texts.ADDRESS_NEEDED if missing else account_texts.ADDRESS_UNREADABLE
        errors.append(FieldError("email", visit.text(message)))
    return tuple(errors)


def new_account_page(
    conn: Connection, wanted: TypedAccount, *, errors: tuple[FieldError, ...] = ()
) -> NewAccountPage:
    """The form for a new account, with what was typed."""
    return NewAccountPage(
        name=wanted.name,
        email=wanted.email,
        roles=role_choices(role_of(wanted.role)),
        locales=tuple(Choice(one, own_name(one), one == wanted.locale) for one in LOCALES),
        groups=_group_choices(conn, wanted.groups),
        errors=errors,
    )


def account_row(account: Account) -> AccountRow:
    """An account in a list."""
    return AccountRow(
        name=account.name,
        url=f"{PATH}/{account.id}",
        email=account.email or "",
        role=str(account.role),
        groups=tuple(sorted(account.groups)),
        state=_state(account),
        seen_at=account.last_seen_at,
    )


def account_page(
    conn: Connection,
    visit: Visit,
    account_id: int,
    *,
    errors: tuple[FieldError, ...] = (),
    link: str = "",
) -> AccountPage:
    """One account with all that hangs on it; raises NotFound."""
    account = get_account(conn, account_id)
    keys = list_api_keys(conn, account_id=account_id)
    deeds = audit_of(conn, Subject("account", account_id), limit=DEEDS_SHOWN)
    return AccountPage(
        url=f"{PATH}/{account.id}",
        name=account.name,
        email=account.email or "",
        state=_state(account),
        created_at=account.created_at,
        seen_at=account.last_seen_at,
        confirmed_at=account.email_confirmed_at,
        roles=role_choices(account.role),
        groups=_group_choices(conn, account.groups),
        sessions=len(list_sessions(conn, account_id)),
        keys=sum(key.revoked_at is None for key in keys),
        identities=tuple(one.issuer for one in identities_of(conn, account_id)),
        deeds=tuple(_deed(visit, one) for one in deeds),
        errors=errors,
        link=link,
        is_last=not may_lose_admin(conn, account),
        is_own=account.id == visit.viewer.account_id,
    )


def _group_choices(conn: Connection, chosen: frozenset[str]) -> tuple[Choice, ...]:
    return tuple(
        Choice(group.name, group.shown, group.name in chosen) for group in list_groups(conn)
    )


def _state(account: Account) -> str:
    if account.disabled_at is not None:
        return "disabled"
    waits = account.email is not None and account.email_confirmed_at is None
    return "unconfirmed" if waits else "open"


def _deed(visit: Visit, record: AuditRecord) -> Deed:
    known = texts.DEEDS.get(record.action)
    facts = record.facts
    more = ""
    if record.action == "change role":
        more = f": {facts.get('from')} → {facts.get('to')}"
    elif record.action == "change groups":
        changed = [f"+{one}" for one in facts.get("added", [])]
        changed += [f"−{one}" for one in facts.get("removed", [])]
        more = f": {' '.join(changed)}"
    text = visit.text(known) if known else record.action
    return Deed(record.at, record.actor, text + more)
