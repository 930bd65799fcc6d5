"""What administrators do with accounts and keys, each with its line in the audit log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from kb.access import Role, Scope, Viewer
from kb.errors import InvalidInput
from kb.people.signing_up import INVITE_LASTS, password_link
from kb.store.audit import Subject, record_audit
from kb.store.people.accounts import Account, add_account, get_account
from kb.store.people.directory import change_groups
from kb.store.people.keys import MAX_NAME_CHARS, add_api_key, revoke_api_key
from kb.store.people.sessions import end_sessions
from kb.visible_text import one_line


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An account to be added; `vouched` says that whoever adds it vouches for the address."""

    name: str
    role: Role
    email: str | None = None
    locale: str = "en"
    vouched: bool = False
    groups: frozenset[str] = frozenset()


def add_for(conn: Connection, wanted: NewAccount, *, viewer: Viewer) -> Account:
    """Add an account for somebody else.

    Raises InvalidInput for a name, address, role or group that cannot be, and Conflict where the
    address has an account.
    """
    account_id = add_account(
        conn,
        wanted.name,
        role=wanted.role,
        email=wanted.email,
        locale=wanted.locale,
        confirmed=wanted.vouched,
    )
    facts = {"role": str(wanted.role)}
    record_audit(conn, "add", Subject("account", account_id), viewer=viewer, facts=facts)
    change_groups(conn, account_id, wanted.groups, viewer=viewer)
    return get_account(conn, account_id)


def link_for(conn: Connection, account: Account, *, viewer: Viewer) -> str:
    """The secret of a link with which the account's owner sets a password within seven days."""
    secret = password_link(conn, account, lasts=INVITE_LASTS)
    record_audit(conn, "send link", Subject("account", account.id), viewer=viewer, facts={})
    return secret


def end_everywhere(conn: Connection, account_id: int, *, viewer: Viewer) -> int:
    """End every session of an account and return how many those were; raises NotFound."""
    get_account(conn, account_id)
    ended = end_sessions(conn, account_id)
    facts = {"sessions": ended}
    record_audit(conn, "sign out", Subject("account", account_id), viewer=viewer, facts=facts)
    return ended


def add_key(
    conn: Connection, account_id: int, name: str, *, scopes: Sequence[Scope], viewer: Viewer
) -> str:
    """Make an API key for an account and return it; only its digest is kept.

    Raises InvalidInput for a name that is none or too long, and for no scopes.
    """
    label = one_line(name)
    if not 0 < len(label) <= MAX_NAME_CHARS:
        raise InvalidInput(
            f"a key needs a name of at most {MAX_NAME_CHARS} characters", field="name"
        )
    key = add_api_key(conn, account_id, label, scopes=scopes)
    facts = {"key": label, "scopes": [str(one) for one in scopes]}
    record_audit(conn, "add key", Subject("account", account_id), viewer=viewer, facts=facts)
    return key


def revoke_key(conn: Connection, key_id: int, *, viewer: Viewer) -> None:
    """Make a key worthless from now on; raises NotFound."""
    revoke_api_key(conn, key_id)
    record_audit(conn, "revoke", Subject("key", key_id), viewer=viewer, facts={})
