"""From a sign-up, an invitation or a forgotten password to an account that its owner uses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection

from kb.access import Role, Viewer
from kb.errors import NotFound
from kb.store.audit import Subject, record_audit
from kb.store.instance import find_value, set_value
from kb.store.people.accounts import (
    Account,
    add_account,
    confirm_address,
    find_account,
    find_account_by_email,
    get_account,
    rename_account,
    set_password_hash,
    viewer_of,
)
from kb.store.people.identities import add_identity
from kb.store.people.sessions import end_sessions
from kb.store.people.tokens import (
    OneTimeToken,
    add_token,
    drop_tokens,
    end_links,
    find_token,
    use_token,
)
from kb.store.questions.owned import adopt_questions

CONFIRM = "confirm-address"
RESET = "reset-password"
CONFIRM_LASTS = timedelta(days=2)
RESET_LASTS = timedelta(hours=1)
INVITE_LASTS = timedelta(days=7)

SIGN_UP = "sign-up"
"""Key in the record's own values under which it stands whether anybody may sign up."""

CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class SignUp:
    """What somebody typed to get an account; the password is hashed already."""

    name: str
    email: str
    password_hash: str
    locale: str


def is_sign_up_open(conn: Connection) -> bool:
    """Whether anybody may make an account of their own."""
    return find_value(conn, SIGN_UP) != CLOSED


def open_sign_up(conn: Connection, is_open: bool, *, viewer: Viewer) -> None:
    """Let anybody make an account, or nobody but administrators."""
    set_value(conn, SIGN_UP, "open" if is_open else CLOSED)
    facts = {"open": is_open}
    record_audit(conn, "sign-up", Subject("instance", None), viewer=viewer, facts=facts)


def may_take_over(account: Account) -> bool:
    """Whether a sign-up may begin anew: nobody has proved the address, no admin made it."""
    return (
        account.email_confirmed_at is None
        and account.is_open
        and account.role is Role.CUSTOMER
        and account.has_password
    )


def sign_up(conn: Connection, wanted: SignUp) -> Account | None:
    """The account of a sign-up, still to be confirmed; None where the address has one already.

    Who signs up again before confirming begins anew: the newer name and password count. Older
    links stay, so that nobody can end another's. Raises InvalidInput for a name or an address
    that is none.
    """
    account = find_account_by_email(conn, wanted.email)
    if account is not None and not may_take_over(account):
        return None
    if account is None:
        account_id = add_account(
            conn, wanted.name, role=Role.CUSTOMER, email=wanted.email, locale=wanted.locale
        )
    else:
        account_id = account.id
        rename_account(conn, account_id, wanted.name, locale=wanted.locale)
    set_password_hash(conn, account_id, wanted.password_hash)
    return get_account(conn, account_id)


def confirmation_link(conn: Connection, account: Account) -> str:
    """The secret of a link that confirms the account's address; it works for two days."""
    token = OneTimeToken(CONFIRM, account_id=account.id, email=account.email or "")
    return add_token(conn, token, lasts=CONFIRM_LASTS)


def password_link(conn: Connection, account: Account, *, lasts: timedelta = RESET_LASTS) -> str:
    """The secret of a link that sets a new password, once; the first that is used ends all."""
    token = OneTimeToken(RESET, account_id=account.id, email=account.email or "")
    return add_token(conn, token, lasts=lasts)


def find_linked(conn: Connection, purpose: str, secret: str) -> Account | None:
    """Whose link it is, without using it up.

    None for a link that is unknown, used or expired, of an account that may not sign in, and
    of one whose address has changed since.
    """
    token = find_token(conn, purpose, secret)
    if token is None or token.account_id is None:
        return None
    account = find_account(conn, token.account_id)
    if account is None or not account.is_open or (account.email or "") != token.email:
        return None
    return account


def confirm(conn: Connection, secret: str) -> Account:
    """Confirm an account's address by a link; its guest questions become its own.

    Raises NotFound where `find_linked` finds nobody.
    """
    account = find_linked(conn, CONFIRM, secret)
    if account is None:
        raise NotFound("link", CONFIRM)
    use_token(conn, CONFIRM, secret)
    return _own_address(conn, account)


def set_password_by_link(conn: Connection, secret: str, password_hash: str) -> Account:
    """Set a password by a link: every session and every other link of the account ends.

    The mail came to the account's address, so it is confirmed too. Raises NotFound where
    `find_linked` finds nobody.
    """
    account = find_linked(conn, RESET, secret)
    if account is None:
        raise NotFound("link", RESET)
    use_token(conn, RESET, secret)
    set_password(conn, account.id, password_hash, viewer=viewer_of(account), by="link")
    # Without an address (a link from the command line) nothing is proved about one.
    return _own_address(conn, account) if account.email else account


def set_password(
    conn: Connection,
    account_id: int,
    password_hash: str,
    *,
    viewer: Viewer,
    keep: int | None = None,
    by: str = "",
) -> None:
    """Set an account's password; all its sessions but `keep` end, and every open link.

    `by` says for the audit log how its owner did it: "link" or "account". Raises NotFound.
    """
    account = get_account(conn, account_id)
    set_password_hash(conn, account_id, password_hash)
    end_sessions(conn, account_id, keep=keep)
    end_links(conn, account_id)
    facts = {"by": by} if by else {}
    record_audit(conn, "set password", _subject(account), viewer=viewer, facts=facts)


def own_by_issuer(conn: Connection, account: Account, *, issuer: str, subject: str) -> Account:
    """Let an issuer who vouches for the account's address sign it in from now on.

    A password that somebody chose before the address was proved ends: they may be another.
    """
    if account.email is not None and account.email_confirmed_at is None:
        set_password_hash(conn, account.id, None)
        end_sessions(conn, account.id)
        end_links(conn, account.id)
        account = _own_address(conn, account)
    add_identity(conn, account.id, issuer=issuer, subject=subject)
    record_audit(
        conn, "link", _subject(account), viewer=viewer_of(account), facts={"issuer": issuer}
    )
    return account


def _own_address(conn: Connection, account: Account) -> Account:
    if account.email is None or account.email_confirmed_at is not None:
        return account
    confirm_address(conn, account.id)
    drop_tokens(conn, CONFIRM, account.id)
    adopted = adopt_questions(conn, account.id, account.email)
    record_audit(
        conn,
        "confirm address",
        _subject(account),
        viewer=viewer_of(account),
        facts={"questions": adopted},
    )
    return get_account(conn, account.id)


def _subject(account: Account) -> Subject:
    return Subject("account", account.id)
