"""The mails about an account: what their templates read, and how they are posted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from kb.people.signing_up import CONFIRM, RESET
from kb.store.people.accounts import Account
from web.mail.letters import HasSettings, Letter
from web.mail.posting import post

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

KNOWN = "account-known"
CHANGED = "password-changed"
INVITED = "invitation"


@dataclass(frozen=True, slots=True)
class LinkLetter:
    """What a mail around one link reads; `name` is the account's, empty to a stranger's address."""

    name: str
    path: str


@dataclass(frozen=True, slots=True)
class ConfirmLetter:
    """What a mail after a sign-up reads: no name, since whoever typed it may be another."""

    path: str


@dataclass(frozen=True, slots=True)
class NobodyLetter:
    """What a mail to an address without an account reads; `sign_up` may be empty."""

    sign_up: str


@dataclass(frozen=True, slots=True)
class InvitationLetter:
    """What an invitation reads; `by` is who invites."""

    name: str
    by: str
    path: str


def _proved_name(account: Account) -> str:
    """The name of an account to its owner; empty for an address that its owner never proved.

    Else whoever types a name and somebody's address has us mail it to them.
    """
    return account.name if account.email_confirmed_at is not None else ""


def letter_to(
    account: Account,
    template: str,
    context: DataclassInstance,
    *,
    purpose: str,
    unasked: bool = False,
) -> Letter:
    """A letter to an account's own address in its own language."""
    return Letter(
        template=template,
        to=account.email or "",
        locale=account.locale,
        context=context,
        purpose=purpose,
        account_id=account.id,
        unasked=unasked,
    )


def post_confirmation(
    conn: Connection, look: HasSettings, account: Account, *, secret: str
) -> None:
    """Ask whoever signed up to confirm the address."""
    context = ConfirmLetter(f"/confirm/{secret}")
    letter = letter_to(account, "confirm-address", context, purpose=CONFIRM, unasked=True)
    post(conn, look, letter)


def post_known(conn: Connection, look: HasSettings, account: Account) -> None:
    """Tell an account's owner that somebody signed up with its address."""
    letter = letter_to(
        account,
        "account-known",
        LinkLetter(_proved_name(account), "/sign-in"),
        purpose=KNOWN,
        unasked=True,
    )
    post(conn, look, letter)


def post_new_password(
    conn: Connection, look: HasSettings, account: Account, *, secret: str, unasked: bool
) -> None:
    """Send a link that sets a new password."""
    letter = letter_to(
        account,
        "new-password",
        LinkLetter(_proved_name(account), f"/new-password/{secret}"),
        purpose=RESET,
        unasked=unasked,
    )
    post(conn, look, letter)


def post_nobody(
    conn: Connection, look: HasSettings, email: str, *, locale: str, may_sign_up: bool
) -> None:
    """Tell somebody who forgot a password that there is none with this address."""
    letter = Letter(
        template="no-account",
        to=email,
        locale=locale,
        context=NobodyLetter("/sign-up" if may_sign_up else ""),
        purpose=RESET,
        unasked=True,
    )
    post(conn, look, letter)


def post_changed(conn: Connection, look: HasSettings, account: Account) -> None:
    """Tell an account's owner that its password is another one now; nobody without an address."""
    if account.email is None:
        return
    letter = letter_to(
        account,
        "password-changed",
        LinkLetter(account.name, "/forgotten-password"),
        purpose=CHANGED,
    )
    post(conn, look, letter)


def post_invitation(
    conn: Connection, look: HasSettings, account: Account, *, secret: str, by: str
) -> None:
    """Send a new account the link with which its owner chooses a password."""
    letter = letter_to(
        account,
        "invitation",
        InvitationLetter(account.name, by, f"/new-password/{secret}"),
        purpose=INVITED,
    )
    post(conn, look, letter)
