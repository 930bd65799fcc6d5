"""The mails about an account: what their templates read, and how they are posted."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from kb.people.signing_up import CONFIRM, RESET
from kb.store.people.accounts import Account
from web.mail.letters import HasSettings, Letter
from web.mail.posting import post

KNOWN = "account-known"
CHANGED = "password-changed"
INVITED = "invitation"


@dataclass(frozen=True, slots=True)
class LinkLetter:
    """What a mail around one link reads; `name` is the account's."""

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


def post_confirmation(
    conn: Connection, look: HasSettings, account: Account, *, secret: str
) -> None:
    """Ask whoever signed up to confirm the address."""
    context = ConfirmLetter(f"/confirm/{secret}")
    letter = Letter(
        template="confirm-address",
        to=account.email or "",
        locale=account.locale,
        context=context,
        purpose=CONFIRM,
        account_id=account.id,
        unasked=True,
    )
    post(conn, look, letter)


def post_known(conn: Connection, look: HasSettings, account: Account) -> None:
    """Tell an account's owner that somebody signed up with its address."""
    letter = Letter(
        template="account-known",
        to=account.email or "",
        locale=account.locale,
        context=LinkLetter(account.name, "/sign-in"),
        purpose=KNOWN,
        account_id=account.id,
        unasked=True,
    )
    post(conn, look, letter)


def post_new_password(
    conn: Connection, look: HasSettings, account: Account, *, secret: str, unasked: bool
) -> None:
    """Send a link that sets a new password."""
    letter = Letter(
        template="new-password",
        to=account.email or "",
        locale=account.locale,
        context=LinkLetter(account.name, f"/new-password/{secret}"),
        purpose=RESET,
        account_id=account.id,
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
    letter = Letter(
        template="password-changed",
        to=account.email,
        locale=account.locale,
        context=LinkLetter(account.name, "/forgotten-password"),
        purpose=CHANGED,
        account_id=account.id,
    )
    post(conn, look, letter)


def post_invitation(
    conn: Connection, look: HasSettings, account: Account, *, secret: str, by: str
) -> None:
    """Send a new account the link with which its owner chooses a password."""
    letter = Letter(
        template="invitation",
        to=account.email or "",
        locale=account.locale,
        context=InvitationLetter(account.name, by, f"/new-password/{secret}"),
        purpose=INVITED,
        account_id=account.id,
    )
    post(conn, look, letter)
