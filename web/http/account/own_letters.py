"""The mails about changes to one's own account: what they read, and how they are posted."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from kb.people.agreeing import CONSENT
from kb.people.own_account import ADDRESS, PRESENCE
from kb.store.people.accounts import Account
from web.http.account.letters import ConfirmLetter, LinkLetter, letter_to
from web.mail.letters import HasSettings, Letter
from web.mail.posting import post

TOLD = "address-changed"


@dataclass(frozen=True, slots=True)
class ConsentLetter:
    """What a mail that completes an agreement reads; `wording` is what is agreed to."""

    wording: str
    path: str


def post_address_link(
    conn: Connection, look: HasSettings, account: Account, *, email: str, secret: str
) -> None:
    """Ask whoever reads the new address to confirm it."""
    letter = Letter(
        template="change-address",
        to=email,
        locale=account.locale,
        context=ConfirmLetter(f"/account/email/{secret}"),
        purpose=ADDRESS,
        account_id=account.id,
        unasked=True,
    )
    post(conn, look, letter)


def post_address_changed(conn: Connection, look: HasSettings, before: Account) -> None:
    """Tell the address before that it is no longer the account's."""
    if before.email is None or before.email_confirmed_at is None:
        return
    letter = letter_to(before, "address-changed", LinkLetter(before.name, "/ask"), purpose=TOLD)
    post(conn, look, letter)


def post_presence_link(
    conn: Connection, look: HasSettings, account: Account, *, secret: str
) -> None:
    """Send the account's owner a link that shows that it is them."""
    letter = letter_to(
        account,
        "confirm-presence",
        LinkLetter(account.name, f"/account/confirm/{secret}"),
        purpose=PRESENCE,
    )
    post(conn, look, letter)


def post_consent_link(
    conn: Connection, look: HasSettings, account: Account, *, wording: str, secret: str
) -> None:
    """Send the link that completes an agreement."""
    letter = letter_to(
        account,
        "confirm-consent",
        ConsentLetter(wording, f"/account/consents/confirm/{secret}"),
        purpose=CONSENT,
        unasked=True,
    )
    post(conn, look, letter)
