"""Accounts in the record."""

from __future__ import annotations

from sqlalchemy import Connection, insert, select

from kb.access import Role
from kb.clock import utc_now
from kb.errors import Conflict, InvalidInput
from kb.store.engine import new_id
from kb.store.schema import accounts


def add_account(
    conn: Connection, name: str, *, role: Role, email: str | None = None, locale: str = "en"
) -> int:
    """Store a new account and return its id; raises InvalidInput or Conflict."""
    if not name.strip():
        raise InvalidInput("an account needs a name", field="name")
    if role is Role.GUEST:
        raise InvalidInput("a guest has no account", field="role")
    address = email.strip().lower() if email else None
    if address is not None:
        if "@" not in address or len(address) > 254:
            raise InvalidInput(f"{email!r} is no e-mail address", field="email")
        taken = conn.execute(select(accounts.c.id).where(accounts.c.email == address)).first()
        if taken is not None:
            raise Conflict(f"there is an account with {address} already")
    result = conn.execute(
        insert(accounts).values(
            name=name.strip(), email=address, role=str(role), locale=locale, created_at=utc_now()
        )
    )
    return new_id(result)


def find_account_named(conn: Connection, name: str) -> int | None:
    """The id of the enabled account with this name or e-mail address."""
    return (
        conn.execute(
            select(accounts.c.id)
            .where(
                (accounts.c.name == name) | (accounts.c.email == name.lower()),
                accounts.c.disabled_at.is_(None),
            )
            .order_by(accounts.c.id)
        )
        .scalars()
        .first()
    )
