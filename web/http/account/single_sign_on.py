"""Which account somebody has whom an identity provider signed in."""

from __future__ import annotations

from sqlalchemy import Connection

from kb.access import Role
from kb.errors import InvalidInput, NotFound
from kb.mail import check_address
from kb.people.signing_up import own_by_issuer
from kb.store.audit import Subject, record_audit
from kb.store.people.accounts import (
    MAX_NAME_CHARS,
    Account,
    add_account,
    find_account_by_email,
    get_account,
    viewer_of,
)
from kb.store.people.identities import find_identity
from web.http.account.identity_provider import Person
from web.http.i18n import best_locale


class AddressTaken(Exception):
    """The address has an account, and the provider does not vouch that it is the person's."""


def account_of(conn: Connection, person: Person, *, locale: str) -> Account:
    """The account of a person: linked before, with the same proved address, or a new one.

    An address counts only where the provider says that it checked it. Raises AddressTaken where
    it did not and the address has an account, NotFound for a disabled account.
    """
    known = find_identity(conn, person.issuer, person.subject)
    if known is not None:
        return _open(get_account(conn, known))
    email = _email(person)
    account = find_account_by_email(conn, email) if email else None
    if account is not None and not person.email_verified:
        raise AddressTaken
    if account is None:
        account = _new(conn, person, email if person.email_verified else "", locale=locale)
    else:
        _open(account)
    return own_by_issuer(conn, account, issuer=person.issuer, subject=person.subject)


def _open(account: Account) -> Account:
    if not account.is_open:
        raise NotFound("account", account.id)
    return account


def _email(person: Person) -> str:
    try:
        return check_address(person.email) if person.email else ""
    except InvalidInput:
        return ""


def _new(conn: Connection, person: Person, email: str, *, locale: str) -> Account:
    name = " ".join(person.name.split())[:MAX_NAME_CHARS].strip()
    account_id = add_account(
        conn,
        name or person.email.partition("@")[0] or person.subject[:MAX_NAME_CHARS],
        role=Role.CUSTOMER,
        email=email or None,
        locale=best_locale([person.locale or locale]),
    )
    account = get_account(conn, account_id)
    facts = {"role": str(account.role), "issuer": person.issuer}
    subject = Subject("account", account_id)
    record_audit(conn, "add", subject, viewer=viewer_of(account), facts=facts)
    return account
