"""Gives an account another e-mail address, once its owner has proved it."""

from __future__ import annotations

from sqlalchemy import Connection, and_, delete, exists, select, update

from kb.clock import utc_now
from kb.errors import Conflict
from kb.store.schema import accounts, watches


def set_proved_address(conn: Connection, account_id: int, email: str) -> None:
    """Make a proved address the account's, also for what it follows.

    Raises Conflict where another account has it by now.
    """
    taken = select(accounts.c.id).where(accounts.c.email == email, accounts.c.id != account_id)
    if conn.execute(taken).first() is not None:
        raise Conflict("another account has this address by now")
    conn.execute(
        update(accounts)
        .where(accounts.c.id == account_id)
        .values(email=email, email_confirmed_at=utc_now())
    )
    _move_watches(conn, account_id, email)


def _move_watches(conn: Connection, account_id: int, email: str) -> None:
    """Send news to the new address; what it follows there already is kept once."""
    there = watches.alias("there")
    twice = exists().where(
        and_(
            there.c.email == email,
            there.c.kind == watches.c.kind,
            there.c.target_id == watches.c.target_id,
            there.c.id != watches.c.id,
        )
    )
    own = watches.c.account_id == account_id
    keys = list(conn.execute(select(watches.c.id).where(own, twice)).scalars())
    conn.execute(delete(watches).where(watches.c.id.in_(keys)))
    conn.execute(update(watches).where(own).values(email=email))
