"""What people change about their own account: name, address, linked sign-ins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection

from kb.access import Viewer
from kb.errors import Conflict, NotFound
from kb.store.audit import Subject, record_audit
from kb.store.people.accounts import (
    Account,
    find_account_by_email,
    get_account,
    rename_account,
    viewer_of,
)
from kb.store.people.address import set_proved_address
from kb.store.people.identities import drop_identity, identities_of
from kb.store.people.tokens import OneTimeToken, add_token, drop_tokens, find_token, use_token
from kb.store.questions.owned import adopt_questions

ADDRESS = "change-address"
ADDRESS_LASTS = timedelta(days=1)
PRESENCE = "confirm-presence"
PRESENCE_LASTS = timedelta(minutes=30)
NEXT = "next"


@dataclass(frozen=True, slots=True)
class AddressChange:
    """A change that a link completes: whose, and the address that the mail went to."""

    account: Account
    email: str


def rename(conn: Connection, account_id: int, name: str, *, viewer: Viewer) -> None:
    """Give an account another name; raises InvalidInput for one that is none."""
    account = get_account(conn, account_id)
    rename_account(conn, account_id, name, locale=account.locale)
    record_audit(conn, "rename", Subject("account", account_id), viewer=viewer, facts={})


def address_link(conn: Connection, account: Account, email: str) -> str | None:
    """The secret of a link that gives the account a new address, None where that is taken.

    An earlier link for another address ends. The mail goes to the new address, and only who
    reads it can use the link.
    """
    drop_tokens(conn, ADDRESS, account.id)
    if find_account_by_email(conn, email) is not None:
        return None
    token = OneTimeToken(ADDRESS, email=email, account_id=account.id)
    return add_token(conn, token, lasts=ADDRESS_LASTS)


def find_address_change(conn: Connection, account_id: int, secret: str) -> AddressChange | None:
    """What a link would change, None for one that ended or is of another account.

    Only who is signed in to the account completes its change: else whoever reads the new address
    could be led to give it, with the questions asked from it, to a stranger's account.
    """
    token = find_token(conn, ADDRESS, secret)
    if token is None or token.account_id != account_id:
        return None
    return AddressChange(get_account(conn, account_id), token.email)


def change_address(conn: Connection, account_id: int, secret: str) -> AddressChange:
    """Complete a change of address; `account` is as it was before.

    Raises NotFound for a link that ended, Conflict where another account took the address.
    """
    change = find_address_change(conn, account_id, secret)
    if change is None:
        raise NotFound("link", ADDRESS)
    use_token(conn, ADDRESS, secret)
    account = change.account
    set_proved_address(conn, account.id, change.email)
    adopted = adopt_questions(conn, account.id, change.email)
    facts = {"questions": adopted}
    who = viewer_of(account)
    record_audit(conn, "change address", Subject("account", account.id), viewer=who, facts=facts)
    return change


def may_unlink(conn: Connection, account: Account) -> bool:
    """Whether a linked sign-in may go: there is another way in, or a mail that makes one."""
    others = len(identities_of(conn, account.id)) > 1
    return others or account.has_password or account.email_confirmed_at is not None


def unlink(conn: Connection, account: Account, identity_id: int, *, viewer: Viewer) -> None:
    """Take a linked sign-in away; raises NotFound, and Conflict where it is the only way in."""
    if not may_unlink(conn, account):
        raise Conflict("this is the only way to sign in to this account")
    drop_identity(conn, account.id, identity_id)
    record_audit(conn, "unlink", Subject("account", account.id), viewer=viewer, facts={})


def presence_link(conn: Connection, account_id: int, next_url: str) -> str:
    """The secret of a link that shows that its reader is the account's owner."""
    drop_tokens(conn, PRESENCE, account_id)
    token = OneTimeToken(PRESENCE, account_id=account_id, facts={NEXT: next_url})
    return add_token(conn, token, lasts=PRESENCE_LASTS)


def find_presence(conn: Connection, account_id: int, secret: str) -> str | None:
    """Where such a link of this account leads, None for one that ended or is another's."""
    token = find_token(conn, PRESENCE, secret)
    if token is None or token.account_id != account_id:
        return None
    return str(token.facts.get(NEXT, ""))


def use_presence(conn: Connection, account_id: int, secret: str) -> str:
    """Use the link up and return where it leads; raises NotFound."""
    if find_presence(conn, account_id, secret) is None:
        raise NotFound("link", PRESENCE)
    return str(use_token(conn, PRESENCE, secret).facts.get(NEXT, ""))
