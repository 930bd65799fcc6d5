"""Accounts at other sites that stand for one of ours (OpenID Connect)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from kb.clock import utc_now
from kb.errors import NotFound
from kb.store.schema import identities


@dataclass(frozen=True, slots=True)
class Identity:
    """Somebody as an issuer names them; the pair never changes hands there."""

    id: int
    issuer: str
    subject: str
    created_at: datetime


def find_identity(conn: Connection, issuer: str, subject: str) -> int | None:
    """The id of the account that an issuer's subject stands for."""
    return conn.execute(
        select(identities.c.account_id).where(
            identities.c.issuer == issuer, identities.c.subject == subject
        )
    ).scalar_one_or_none()


def add_identity(conn: Connection, account_id: int, *, issuer: str, subject: str) -> None:
    """Let an issuer's subject stand for an account from now on."""
    conn.execute(
        insert(identities).values(
            account_id=account_id, issuer=issuer, subject=subject, created_at=utc_now()
        )
    )


def identities_of(conn: Connection, account_id: int) -> list[Identity]:
    """What stands for an account elsewhere, oldest first."""
    statement = (
        select(identities)
        .where(identities.c.account_id == account_id)
        .order_by(identities.c.id)
        .limit(100)
    )
    return [
        Identity(row.id, row.issuer, row.subject, row.created_at) for row in conn.execute(statement)
    ]


def drop_identity(conn: Connection, account_id: int, identity_id: int) -> None:
    """Take a link to another site away; raises NotFound for one that is not the account's."""
    done = conn.execute(
        delete(identities).where(
            identities.c.id == identity_id, identities.c.account_id == account_id
        )
    )
    if done.rowcount == 0:
        raise NotFound("identity", identity_id)
