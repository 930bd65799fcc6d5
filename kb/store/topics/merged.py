"""Topics that went into others: who led to them, and how they come back."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, delete, select, update

from kb.clock import utc_now
from kb.store.changes import record_changes
from kb.store.engine import chunks
from kb.store.redirects import add_redirect, find_redirect
from kb.store.schema import redirects, topics
from kb.store.topics.record import set_topic_state

KIND = "topic"


def lock_topics(conn: Connection, topic_ids: Sequence[int]) -> None:
    """Let nobody else regroup these topics, or what they were merged into, until this
    transaction ends; to be called before anything is read of them.

    SQLite has one writer at a time and needs nothing.
    """
    held: set[int] = set()
    # One that was merged while this waited leads elsewhere by now.
    while wanted := {home_of(conn, one) or one for one in topic_ids} - held:
        rows = select(topics.c.id).where(topics.c.id.in_(sorted(wanted))).order_by(topics.c.id)
        conn.execute(rows.with_for_update()).all()
        held |= wanted


def home_of(conn: Connection, topic_id: int) -> int | None:
    """The topic that an id leads to today, None where it leads nowhere any more."""
    wanted = find_redirect(conn, KIND, topic_id) or topic_id
    found: int | None = conn.execute(
        select(topics.c.id).where(topics.c.id == wanted)
    ).scalar_one_or_none()
    return found


def led_to(conn: Connection, topic_id: int) -> tuple[int, ...]:
    """The ids that lead to a topic, ascending."""
    statement = select(redirects.c.from_id).where(
        redirects.c.kind == KIND, redirects.c.to_id == topic_id
    )
    return tuple(conn.execute(statement.order_by(redirects.c.from_id)).scalars())


def fold_into(conn: Connection, topic_id: int, into_id: int) -> None:
    """Mark a topic as merged into another, to which its number leads from now on."""
    set_topic_state(conn, topic_id, "merged", merged_into=into_id)
    add_redirect(conn, KIND, topic_id, into_id)


def bring_back(conn: Connection, topic_id: int, state: str, *, led: Sequence[int]) -> None:
    """Let a merged topic stand for itself again, and the ids in `led` lead to it."""
    conn.execute(delete(redirects).where(redirects.c.kind == KIND, redirects.c.from_id == topic_id))
    for part in chunks(list(led)):
        conn.execute(
            update(redirects)
            .where(redirects.c.kind == KIND, redirects.c.from_id.in_(part))
            .values(to_id=topic_id)
        )
    values = {"state": state, "merged_into": None, "updated_at": utc_now()}
    conn.execute(update(topics).where(topics.c.id == topic_id).values(**values))
    record_changes(conn, KIND, [topic_id])
