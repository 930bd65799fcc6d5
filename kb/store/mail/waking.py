"""Who is to be told now: woken by the log of changes, or because a digest is due."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Select, or_, select, update

from kb.access import GUEST, Viewer
from kb.clock import utc_now
from kb.store.changes import changes_since, last_seq
from kb.store.engine import chunks
from kb.store.instance import find_value, set_value
from kb.store.mail.watches import watch_of
from kb.store.people.accounts import find_account, viewer_of
from kb.store.schema import assignments, entries, entry_tags, redirects, topics, watches
from kb.watches import INSTANT, NEVER, Follower, Watch, next_time

SEEN = "watches told of change"
"""Where it is kept how far the log of changes was followed."""

MAX_CHANGES = 500
"""Changes looked at in one transaction; the next look takes the next ones."""


def has_changes(conn: Connection) -> bool:
    """Whether `wake_followers` would have something to do; it only reads."""
    return last_seq(conn) != int(find_value(conn, SEEN) or -1)


def wake_followers(conn: Connection) -> None:
    """Let everybody who wants to be told at once of what changed be due now.

    The first time in a record it only notes how far the log is.
    """
    seen = find_value(conn, SEEN)
    if seen is None:
        set_value(conn, SEEN, str(last_seq(conn)))
        return
    changed = changes_since(conn, int(seen), limit=MAX_CHANGES)
    if not changed:
        set_value(conn, SEEN, str(last_seq(conn)))
        return
    _wake_by_entries(conn, sorted({one.id for one in changed if one.kind == "entry"}))
    _wake_by_questions(conn, sorted({one.id for one in changed if one.kind == "question"}))
    set_value(conn, SEEN, str(changed[-1].seq))


def _wake_by_entries(conn: Connection, ids: Sequence[int]) -> None:
    for part in chunks(list(ids)):
        changed = entries.c.id.in_(part)
        led_here = select(redirects.c.from_id).where(
            redirects.c.kind == "entry", redirects.c.to_id.in_(part)
        )
        asked = (
            select(assignments.c.question_id)
            .join(topics, topics.c.id == assignments.c.topic_id)
            .where(topics.c.entry_id.in_(part))
        )
        tagged = select(entry_tags.c.tag_id).where(entry_tags.c.entry_id.in_(part))
        follows = or_(
            _follows("entry", select(entries.c.id).where(changed)),
            _follows("entry", led_here),
            _follows("category", select(entries.c.category_id).where(changed)),
            _follows("product", select(entries.c.product_id).where(changed)),
            _follows("tag", tagged),
            _follows("question", asked),
        )
        _wake(conn, follows)


def _wake_by_questions(conn: Connection, ids: Sequence[int]) -> None:
    for part in chunks(list(ids)):
        _wake(conn, (watches.c.kind == "question") & watches.c.target_id.in_(part))


def _follows(kind: str, targets: Select[tuple[int]]) -> ColumnElement[bool]:
    return (watches.c.kind == kind) & watches.c.target_id.in_(targets)


def _wake(conn: Connection, follows: ColumnElement[bool]) -> None:
    conn.execute(
        update(watches)
        .where(
            follows,
            watches.c.frequency == INSTANT,
            watches.c.stopped_at.is_(None),
            # As == it would lead SQLite to read everybody who waits.
            watches.c.next_at >= NEVER,
        )
        .values(next_at=utc_now())
    )


def is_anybody_due(conn: Connection) -> bool:
    """Whether `claim_due` would find somebody; it only reads."""
    return conn.execute(select(watches.c.id).where(_is_due(utc_now())).limit(1)).first() is not None


def claim_due(conn: Connection) -> list[Watch]:
    """All that one follower is to be told of now, in the same rhythm; empty where nobody is due.

    Two workers never hold the same ones. Call `settle` in the same transaction.
    """
    now = utc_now()
    first = conn.execute(
        select(watches)
        .where(_is_due(now))
        .order_by(watches.c.next_at, watches.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).one_or_none()
    if first is None:
        return []
    same = watches.c.account_id == first.account_id
    if first.account_id is None:
        same = watches.c.account_id.is_(None) & (watches.c.email == first.email)
    statement = (
        select(watches)
        .where(_is_due(now), same, watches.c.frequency == first.frequency)
        .order_by(watches.c.id)
        .with_for_update(skip_locked=True)
    )
    return [watch_of(row) for row in conn.execute(statement)]


def _is_due(now: datetime) -> ColumnElement[bool]:
    return (watches.c.next_at <= now) & watches.c.stopped_at.is_(None)


def settle(conn: Connection, watch: Watch, *, told_until: datetime) -> None:
    """Note until when a follower was told, and when they are told next."""
    conn.execute(
        update(watches)
        .where(watches.c.id == watch.id)
        .values(
            told_until=max(told_until, watch.told_until),
            next_at=next_time(watch.frequency, utc_now()),
        )
    )


def find_reader(conn: Connection, follower: Follower) -> tuple[Follower, Viewer] | None:
    """Where a follower is reached now, and what they may read now.

    None for an account that is closed or has no confirmed address. A guest reads what is public.
    """
    if follower.account_id is None:
        return follower, Viewer(role=GUEST.role, locale=follower.locale)
    account = find_account(conn, follower.account_id)
    if account is None or not account.is_open or not account.email:
        return None
    if account.email_confirmed_at is None:
        return None
    reached = Follower(account.email, account.locale, account.id)
    return reached, viewer_of(account)
