"""Which account somebody has whom an identity provider signed in."""

from __future__ import annotations

from sqlalchemy import Connection

from kb.access import STAFF, Role
from kb.errors import NotFound
from kb.mail import find_address
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
from kb.visible_text import one_line
from web.http.account.identity_provider import Person
from web.http.i18n import best_locale


class AddressTaken(Exception):
    """The address has an account, and the provider does not vouch that it is the person's."""


class TeamAccount(Exception):
    """The address has an account of the team, whose owner links it after signing in to it."""


def account_of(
    conn: Connection, person: Person, *, locale: str, signed_in: int | None = None
) -> Account:
    """The account of a person: linked before, with the same proved address, or a new one.

    An address counts only where the provider says that it checked it, and for an account of the
    team only in a browser that is signed in to it (`signed_in`): a slip of the provider, or an
    address that somebody else has by now, must not open the desk. Raises AddressTaken,
    TeamAccount, and NotFound for a disabled account.
    """
    known = find_identity(conn, person.issuer, person.subject)
    if known is not None:
        return _open(get_account(conn, known))
    email = find_address(person.email)
    account = find_account_by_email(conn, email) if email else None
    if account is not None and not person.email_verified:
        raise AddressTaken
    if account is None:
        account = _new(conn, person, email if person.email_verified else None, locale=locale)
    else:
        _open(account)
        if account.role in STAFF and account.id != signed_in:
            raise TeamAccount
    return own_by_issuer(conn, account, issuer=person.issuer, subject=person.subject)


def _open(account: Account) -> Account:
    if not account.is_open:
        raise NotFound("account", account.id)
    return account


def _new(conn: Connection, person: Person, email: str | None, *, locale: str) -> Account:
    name = one_line(person.name)[:MAX_NAME_CHARS].strip()
    account_id = add_account(
        conn,
        name or person.email.partition("@")[0] or person.subject[:MAX_NAME_CHARS],
        role=Role.CUSTOMER,
        email=email,
        locale=best_locale([person.locale or locale]),
    )
    account = get_account(conn, account_id)
    facts = {"role": str(account.role), "issuer": person.issuer}
    subject = Subject("account", account_id)
    record_audit(conn, "add", subject, viewer=viewer_of(account), facts=facts)
    return account
