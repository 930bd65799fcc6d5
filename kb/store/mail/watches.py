"""Watches in the record: who follows what, until when they were told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, select, update

from kb.clock import utc_now
from kb.errors import Conflict, NotFound
from kb.store.engine import upsert
from kb.store.schema import watches
from kb.unguessable import new_secret
from kb.watches import INSTANT, Follower, Watch, check_watch, next_time

MAX_WATCHES = 500
"""What one follower may follow."""

UNDO_DAYS = 30
"""How long a stopped watch is kept, so that it can be taken up again."""


def add_watch(
    conn: Connection, kind: str, target_id: int, *, frequency: str, follower: Follower
) -> Watch:
    """Let somebody follow something from now on; who follows it already changes the frequency.

    The caller has looked whether the follower may read it. Raises InvalidInput, and Conflict
    for a follower of too many things.
    """
    check_watch(kind, frequency)
    now = utc_now()
    known = find_watch(conn, kind, target_id, follower=follower)
    if known is not None:
        if known.stopped_at is not None:
            _set(conn, known.id, stopped_at=None, told_until=now)
        return set_frequency(conn, known, frequency)
    if len(list_watches(conn, follower=follower, limit=MAX_WATCHES)) >= MAX_WATCHES:
        raise Conflict(f"nobody follows more than {MAX_WATCHES} things")
    values = {
        "account_id": follower.account_id,
        "locale": follower.locale,
        "frequency": frequency,
        "token": new_secret(),
        "confirmed_at": now,
        "told_until": now,
        "next_at": next_time(frequency, now),
        "stopped_at": None,
    }
    about = {"email": follower.email, "kind": kind, "target_id": target_id}
    # Somebody who had the address before may have followed it: who has it now takes over.
    statement = upsert(conn, watches).values(created_at=now, **about, **values)
    made = statement.on_conflict_do_update(index_elements=list(about), set_=values)
    watch_id: int = conn.execute(made.returning(watches.c.id)).scalar_one()
    return _read(conn, watch_id)


def watch_question(
    conn: Connection, question_id: int, *, email: str, account_id: int | None, locale: str
) -> None:
    """Let the asker follow their own question; one who stopped following it is left alone.

    Call it when the address is known to be theirs: who is signed in, or confirmed by mail.
    """
    follower = Follower(email, locale, account_id)
    if find_watch(conn, "question", question_id, follower=follower) is None:
        add_watch(conn, "question", question_id, frequency=INSTANT, follower=follower)


def find_watch(conn: Connection, kind: str, target_id: int, *, follower: Follower) -> Watch | None:
    """The follower's watch on something, also a stopped one."""
    statement = select(watches).where(
        _is_of(follower), watches.c.kind == kind, watches.c.target_id == target_id
    )
    row = conn.execute(statement.order_by(watches.c.id).limit(1)).one_or_none()
    return None if row is None else watch_of(row)


def find_watch_by_token(conn: Connection, token: str) -> Watch | None:
    """The watch whose mails hold this token."""
    row = conn.execute(select(watches).where(watches.c.token == token)).one_or_none()
    return None if row is None else watch_of(row)


def list_watches(conn: Connection, *, follower: Follower, limit: int = MAX_WATCHES) -> list[Watch]:
    """What somebody follows, the newest first."""
    statement = (
        select(watches)
        .where(_is_of(follower), watches.c.stopped_at.is_(None))
        .order_by(watches.c.id.desc())
        .limit(limit)
    )
    return [watch_of(row) for row in conn.execute(statement)]


def get_own_watch(conn: Connection, watch_id: int, *, follower: Follower) -> Watch:
    """The follower's watch, also a stopped one; raises NotFound for others'."""
    row = conn.execute(
        select(watches).where(watches.c.id == watch_id, _is_of(follower))
    ).one_or_none()
    if row is None:
        raise NotFound("watch", watch_id)
    return watch_of(row)


def set_frequency(conn: Connection, watch: Watch, frequency: str) -> Watch:
    """Change how often a follower is told; raises InvalidInput."""
    check_watch(watch.kind, frequency)
    _set(conn, watch.id, frequency=frequency, next_at=next_time(frequency, utc_now()))
    return _read(conn, watch.id)


def stop_watch(conn: Connection, watch: Watch) -> None:
    """Tell the follower nothing any more; a second time changes nothing."""
    if watch.stopped_at is None:
        _set(conn, watch.id, stopped_at=utc_now())


def stop_digest(conn: Connection, watch: Watch) -> list[int]:
    """Stop everything that comes in the same digest as this watch; return what was stopped."""
    together = _with_same_frequency(conn, watch)
    for one in together:
        stop_watch(conn, one)
    return [one.id for one in together]


def resume_watch(conn: Connection, watch: Watch) -> None:
    """Take a stopped watch up again; what happened meanwhile is not told."""
    if watch.stopped_at is not None:
        now = utc_now()
        later = next_time(watch.frequency, now)
        _set(conn, watch.id, stopped_at=None, told_until=now, next_at=later)


def resume_digest(conn: Connection, watch: Watch) -> None:
    """Take everything up again that was stopped together with this watch."""
    if watch.stopped_at is None:
        return
    near = timedelta(minutes=1)
    statement = select(watches).where(
        _is_of(watch.follower),
        watches.c.frequency == watch.frequency,
        watches.c.stopped_at >= watch.stopped_at - near,
        watches.c.stopped_at <= watch.stopped_at + near,
    )
    for row in conn.execute(statement.order_by(watches.c.id)).all():
        resume_watch(conn, watch_of(row))


def count_watches(conn: Connection, kind: str, target_ids: Sequence[int]) -> int:
    """How many follow any of these; for the team."""
    wanted = (watches.c.kind == kind, watches.c.target_id.in_(target_ids[:MAX_WATCHES]))
    statement = select(watches.c.id).where(*wanted, watches.c.stopped_at.is_(None))
    return len(conn.execute(statement).all())


def forget_stopped(conn: Connection, *, limit: int = 1_000) -> int:
    """Delete what was stopped long ago and return how many, at most so many."""
    before = utc_now() - timedelta(days=UNDO_DAYS)
    old = select(watches.c.id).where(watches.c.stopped_at < before).limit(limit)
    return conn.execute(delete(watches).where(watches.c.id.in_(old.scalar_subquery()))).rowcount


def _with_same_frequency(conn: Connection, watch: Watch) -> list[Watch]:
    found = list_watches(conn, follower=watch.follower)
    return [one for one in found if one.frequency == watch.frequency]


def _is_of(follower: Follower) -> Any:
    by_address = watches.c.account_id.is_(None) & (watches.c.email == follower.email)
    if follower.account_id is None:
        return by_address
    return (watches.c.account_id == follower.account_id) | by_address


def _set(conn: Connection, watch_id: int, **values: Any) -> None:
    conn.execute(update(watches).where(watches.c.id == watch_id).values(**values))


def _read(conn: Connection, watch_id: int) -> Watch:
    return watch_of(conn.execute(select(watches).where(watches.c.id == watch_id)).one())


def watch_of(row: Row[Any]) -> Watch:
    """The watch in a row of its table."""
    return Watch(
        id=row.id,
        follower=Follower(row.email, row.locale, row.account_id),
        kind=row.kind,
        target_id=row.target_id,
        frequency=row.frequency,
        token=row.token,
        created_at=row.created_at,
        told_until=row.told_until,
        stopped_at=row.stopped_at,
    )
