"""Sessions in the record: who is signed in where, and until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, or_, select, update

from kb.access import STAFF, Role, Scope, Viewer
from kb.clock import utc_now
from kb.errors import NotFound
from kb.store.people.accounts import find_account, note_seen, viewer_of
from kb.store.schema import api_keys, sessions
from kb.unguessable import digest_of, new_secret

STAFF_IDLE = timedelta(hours=12)
"""A working day; after it an agent signs in again."""

CUSTOMER_IDLE = timedelta(days=30)
STAFF_LONGEST = timedelta(days=7)
CUSTOMER_LONGEST = timedelta(days=180)
"""However often it is used, a session ends at this age: a stolen one does not live for ever."""

SEEN_EVERY = timedelta(minutes=5)
"""How old `last_seen_at` may get: reading pages must not write each time."""


@dataclass(frozen=True, slots=True)
class Session:
    """One browser that is signed in; `device` is like `Firefox on Android`, empty if unknown."""

    id: int
    account_id: int
    device: str
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    api_key_id: int | None = None


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who a session stands for; `is_due` says that `note_session_seen` should be called."""

    session_id: int
    viewer: Viewer
    is_due: bool


def add_session(
    conn: Connection, account_id: int, *, device: str = "", api_key_id: int | None = None
) -> str:
    """Sign a browser in and return its secret, 43 characters, which is kept nowhere else.

    Raises NotFound for an account that does not exist, or that may not sign in.
    """
    account = find_account(conn, account_id)
    if account is None or not account.is_open:
        raise NotFound("account", account_id)
    secret = new_secret()
    now = utc_now()
    conn.execute(
        insert(sessions).values(
            token_hash=digest_of(secret),
            account_id=account_id,
            api_key_id=api_key_id,
            device=device,
            created_at=now,
            last_seen_at=now,
            expires_at=now + idle_time(account.role),
        )
    )
    note_seen(conn, account_id)
    return secret


def idle_time(role: Role) -> timedelta:
    """How long a session lives without being used."""
    return STAFF_IDLE if role in STAFF else CUSTOMER_IDLE


def longest_time(role: Role) -> timedelta:
    """How long a session lives however often it is used."""
    return STAFF_LONGEST if role in STAFF else CUSTOMER_LONGEST


def find_signed_in(conn: Connection, secret: str) -> SignedIn | None:
    """Who a session's secret stands for.

    None for one that is unknown, ended or expired, of a disabled account, or made with a key
    that has been revoked since. A session by key has the key's scopes.
    """
    now = utc_now()
    row = conn.execute(
        select(
            sessions.c.id,
            sessions.c.account_id,
            sessions.c.last_seen_at,
            sessions.c.created_at,
            sessions.c.api_key_id,
            api_keys.c.scopes,
        )
        .outerjoin(api_keys, api_keys.c.id == sessions.c.api_key_id)
        .where(
            sessions.c.token_hash == digest_of(secret),
            sessions.c.ended_at.is_(None),
            sessions.c.expires_at > now,
            api_keys.c.revoked_at.is_(None),
        )
    ).one_or_none()
    account = None if row is None else find_account(conn, row.account_id)
    if row is None or account is None or not account.is_open:
        return None
    # The role may have changed since: what an agent's session may last is asked anew.
    if now - row.last_seen_at > idle_time(account.role) + SEEN_EVERY:
        return None
    if now - row.created_at > longest_time(account.role):
        return None
    is_by_key = row.api_key_id is not None
    scopes = frozenset(Scope(one) for one in row.scopes) if is_by_key else None
    return SignedIn(
        session_id=row.id,
        viewer=viewer_of(account, key_scopes=scopes),
        is_due=now - row.last_seen_at >= SEEN_EVERY,
    )


def note_session_seen(conn: Connection, signed_in: SignedIn) -> None:
    """Move a session's end on, since it was used just now."""
    now = utc_now()
    conn.execute(
        update(sessions)
        .where(sessions.c.id == signed_in.session_id, sessions.c.ended_at.is_(None))
        .values(last_seen_at=now, expires_at=now + idle_time(signed_in.viewer.role))
    )
    if signed_in.viewer.account_id is not None:
        note_seen(conn, signed_in.viewer.account_id)


def find_session_id(conn: Connection, secret: str) -> int | None:
    """The number of a session by its secret, None for an unknown one."""
    return conn.execute(
        select(sessions.c.id).where(sessions.c.token_hash == digest_of(secret))
    ).scalar_one_or_none()


def list_sessions(conn: Connection, account_id: int, *, limit: int = 100) -> list[Session]:
    """Where an account is signed in now, last used first."""
    statement = (
        select(sessions)
        .where(
            sessions.c.account_id == account_id,
            sessions.c.ended_at.is_(None),
            sessions.c.expires_at > utc_now(),
        )
        .order_by(sessions.c.last_seen_at.desc(), sessions.c.id.desc())
        .limit(limit)
    )
    return [
        Session(
            id=row.id,
            account_id=row.account_id,
            device=row.device,
            created_at=row.created_at,
            last_seen_at=row.last_seen_at,
            expires_at=row.expires_at,
            api_key_id=row.api_key_id,
        )
        for row in conn.execute(statement)
    ]


def end_session(conn: Connection, account_id: int, session_id: int) -> None:
    """Sign one browser of an account out; raises NotFound for one that is not its own."""
    done = conn.execute(
        update(sessions)
        .where(
            sessions.c.id == session_id,
            sessions.c.account_id == account_id,
            sessions.c.ended_at.is_(None),
        )
        .values(ended_at=utc_now())
    )
    if done.rowcount == 0:
        raise NotFound("session", session_id)


def end_session_by_secret(conn: Connection, secret: str) -> None:
    """Sign the browser that holds this secret out; an unknown one changes nothing."""
    conn.execute(
        update(sessions)
        .where(sessions.c.token_hash == digest_of(secret), sessions.c.ended_at.is_(None))
        .values(ended_at=utc_now())
    )


def end_sessions(conn: Connection, account_id: int, *, keep: int | None = None) -> int:
    """Sign an account out everywhere, but for the session `keep`; return how many ended."""
    which = [sessions.c.account_id == account_id, sessions.c.ended_at.is_(None)]
    if keep is not None:
        which.append(sessions.c.id != keep)
    return conn.execute(update(sessions).where(*which).values(ended_at=utc_now())).rowcount


def forget_sessions(conn: Connection, *, before: datetime, limit: int = 1_000) -> int:
    """Delete sessions that ended or expired before a moment; return how many, at most so many."""
    is_over = or_(sessions.c.expires_at < before, sessions.c.ended_at < before)
    old = select(sessions.c.id).where(is_over).limit(limit)
    return conn.execute(delete(sessions).where(sessions.c.id.in_(old.scalar_subquery()))).rowcount
