"""API keys in the record, and whom they stand for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, insert, select, update

from kb.access import Scope, Viewer
from kb.clock import utc_now
from kb.errors import InvalidInput, NotFound
from kb.store.people.accounts import find_account, viewer_of
from kb.store.schema import accounts, api_keys
from kb.unguessable import digest_of, new_secret

KEY_PREFIX = "kb_"
MAX_NAME_CHARS = 80
USED_EVERY = timedelta(minutes=5)
"""How old `last_used_at` may get: calls that only read must not write each time."""


@dataclass(frozen=True, slots=True)
class ApiKey:
    """One API key; the key itself is shown once and never stored."""

    id: int
    name: str
    account: str
    scopes: tuple[str, ...]
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None
    account_id: int = 0


@dataclass(frozen=True, slots=True)
class KeyUse:
    """Who a key stands for; `is_due` says that `note_key_used` should be called."""

    key_id: int
    viewer: Viewer
    is_due: bool


def add_api_key(conn: Connection, account_id: int, name: str, *, scopes: Sequence[Scope]) -> str:
    """Make a key for an account and return it; it cannot be shown again."""
    if not scopes:
        raise InvalidInput("a key needs at least one scope", field="scopes")
    key = KEY_PREFIX + new_secret()
    conn.execute(
        insert(api_keys).values(
            account_id=account_id,
            name=name,
            key_hash=digest_of(key),
            scopes=sorted({str(scope) for scope in scopes}),
            created_at=utc_now(),
        )
    )
    return key


def find_viewer_by_key(conn: Connection, key: str) -> Viewer | None:
    """Who a key stands for, None for an unknown, revoked or disabled one."""
    key_id = find_key_id(conn, key)
    return None if key_id is None else find_viewer_by_key_id(conn, key_id)


def find_key_id(conn: Connection, key: str) -> int | None:
    """The number of a key, None for an unknown one."""
    return conn.execute(
        select(api_keys.c.id).where(api_keys.c.key_hash == digest_of(key))
    ).scalar_one_or_none()


def find_key_use(conn: Connection, key: str) -> KeyUse | None:
    """Who a key stands for, and whether its use is worth noting; None as `find_viewer_by_key`."""
    row = conn.execute(
        select(api_keys.c.id, api_keys.c.last_used_at).where(api_keys.c.key_hash == digest_of(key))
    ).one_or_none()
    viewer = None if row is None else find_viewer_by_key_id(conn, row.id)
    if row is None or viewer is None:
        return None
    is_due = row.last_used_at is None or utc_now() - row.last_used_at >= USED_EVERY
    return KeyUse(row.id, viewer, is_due)


def note_key_used(conn: Connection, key_id: int) -> None:
    """Note that somebody used a key just now."""
    conn.execute(update(api_keys).where(api_keys.c.id == key_id).values(last_used_at=utc_now()))


def find_viewer_by_key_id(conn: Connection, key_id: int) -> Viewer | None:
    """Who a key stands for, by its number; None for a revoked or disabled one."""
    row = conn.execute(
        select(api_keys.c.account_id, api_keys.c.scopes).where(
            api_keys.c.id == key_id, api_keys.c.revoked_at.is_(None)
        )
    ).one_or_none()
    account = None if row is None else find_account(conn, row.account_id)
    if row is None or account is None or not account.is_open:
        return None
    return viewer_of(account, key_scopes=frozenset(Scope(word) for word in row.scopes))


def list_api_keys(
    conn: Connection, *, limit: int = 200, start: int = 0, account_id: int | None = None
) -> list[ApiKey]:
    """All keys, or those of one account, newest first, without the keys themselves."""
    statement = (
        select(api_keys, accounts.c.name.label("account"))
        .join(accounts, accounts.c.id == api_keys.c.account_id)
        .order_by(api_keys.c.id.desc())
        .limit(limit)
        .offset(start)
    )
    if account_id is not None:
        statement = statement.where(api_keys.c.account_id == account_id)
    return [
        ApiKey(
            row.id,
            row.name,
            row.account,
            tuple(row.scopes),
            row.created_at,
            row.last_used_at,
            row.revoked_at,
            row.account_id,
        )
        for row in conn.execute(statement)
    ]


def revoke_api_key(conn: Connection, key_id: int) -> None:
    """Make a key worthless from now on; raises NotFound."""
    done = conn.execute(
        update(api_keys)
        .where(api_keys.c.id == key_id, api_keys.c.revoked_at.is_(None))
        .values(revoked_at=utc_now())
    )
    if done.rowcount == 0:
        raise NotFound("key", key_id)
