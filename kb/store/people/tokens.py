"""One-time links in the record: what a mail proves, once and for a while."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select, update

from kb.clock import utc_now
from kb.errors import NotFound
from kb.store.schema import one_time_tokens
from kb.unguessable import digest_of, new_secret


@dataclass(frozen=True, slots=True)
class OneTimeToken:
    """What a link stands for; `facts` are JSON that its purpose needs."""

    purpose: str
    email: str = ""
    account_id: int | None = None
    question_id: int | None = None
    facts: Mapping[str, object] = field(default_factory=dict)


def add_token(conn: Connection, token: OneTimeToken, *, lasts: timedelta) -> str:
    """Store a link and return its secret part, 43 characters, which is kept nowhere else."""
    secret = new_secret()
    now = utc_now()
    conn.execute(
        insert(one_time_tokens).values(
            purpose=token.purpose,
            token_hash=digest_of(secret),
            account_id=token.account_id,
            question_id=token.question_id,
            email=token.email,
            facts=dict(token.facts),
            created_at=now,
            expires_at=now + lasts,
        )
    )
    return secret


def find_token(conn: Connection, purpose: str, secret: str) -> OneTimeToken | None:
    """What an unused, unexpired link stands for, without using it up."""
    row = conn.execute(
        select(one_time_tokens).where(
            one_time_tokens.c.token_hash == digest_of(secret),
            one_time_tokens.c.purpose == purpose,
            one_time_tokens.c.used_at.is_(None),
            one_time_tokens.c.expires_at > utc_now(),
        )
    ).one_or_none()
    if row is None:
        return None
    return OneTimeToken(row.purpose, row.email, row.account_id, row.question_id, row.facts)


def use_token(conn: Connection, purpose: str, secret: str) -> OneTimeToken:
    """Use a link up and return what it stands for.

    Raises NotFound for one that is unknown, expired or used: also when two use it at once.
    """
    found = find_token(conn, purpose, secret)
    done = conn.execute(
        update(one_time_tokens)
        .where(
            one_time_tokens.c.token_hash == digest_of(secret),
            one_time_tokens.c.purpose == purpose,
            one_time_tokens.c.used_at.is_(None),
        )
        .values(used_at=utc_now())
    )
    if found is None or done.rowcount == 0:
        raise NotFound("link", purpose)
    return found


def drop_tokens(conn: Connection, purpose: str, account_id: int) -> None:
    """Make all open links of an account for a purpose worthless."""
    conn.execute(
        update(one_time_tokens)
        .where(
            one_time_tokens.c.purpose == purpose,
            one_time_tokens.c.account_id == account_id,
            one_time_tokens.c.used_at.is_(None),
        )
        .values(used_at=utc_now())
    )


def end_links(conn: Connection, account_id: int) -> None:
    """Make all open links of an account worthless: whoever asked for one may be another."""
    conn.execute(
        update(one_time_tokens)
        .where(one_time_tokens.c.account_id == account_id, one_time_tokens.c.used_at.is_(None))
        .values(used_at=utc_now())
    )


def forget_tokens(conn: Connection, *, before: datetime, limit: int = 1_000) -> int:
    """Delete links that ended before a moment and return how many, at most so many."""
    tokens = one_time_tokens.c
    old = select(tokens.id).where(tokens.expires_at < before).limit(limit)
    return conn.execute(
        delete(one_time_tokens).where(tokens.id.in_(old.scalar_subquery()))
    ).rowcount
