"""Work that waits for the worker."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, insert, or_, select, update

from kb.clock import utc_now
from kb.store.engine import new_id
from kb.store.schema import jobs

LEASE_S = 60
"""After this long without a sign a job's worker counts as dead and the job is taken again."""

KEPT_DAYS = 30
"""Done jobs are forgotten after this long."""

MAX_ATTEMPTS = 5
"""A job whose worker died this often is not taken again: it may be what kills them."""


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of work."""

    id: int
    kind: str
    payload: Mapping[str, Any]
    attempts: int


def enqueue(conn: Connection, kind: str, payload: Mapping[str, Any] | None = None) -> int:
    """Add a job; one of the same kind and payload that still waits is returned instead."""
    wanted = dict(payload or {})
    waiting = conn.execute(
        select(jobs.c.id, jobs.c.payload).where(jobs.c.kind == kind, jobs.c.state == "queued")
    )
    for row in waiting:
        if row.payload == wanted:
            return int(row.id)
    result = conn.execute(
        insert(jobs).values(kind=kind, state="queued", payload=wanted, created_at=utc_now())
    )
    return new_id(result)


def _can_be_taken(now: datetime) -> ColumnElement[bool]:
    died = (jobs.c.state == "running") & (jobs.c.lease_until < now)
    return or_(jobs.c.state == "queued", died)


def has_work(conn: Connection) -> bool:
    """Whether `claim` would find anything; it only reads, so it can be asked often."""
    statement = select(jobs.c.id).where(_can_be_taken(utc_now())).limit(1)
    return conn.execute(statement).first() is not None


def claim(conn: Connection) -> Job | None:
    """Take the oldest job that waits, or whose worker died; None when there is nothing to do.

    Two workers never get the same job. One whose worker died too often fails instead.
    """
    now = utc_now()
    conn.execute(
        update(jobs)
        .where(jobs.c.state == "running", jobs.c.lease_until < now, jobs.c.attempts >= MAX_ATTEMPTS)
        .values(
            state="failed",
            finished_at=now,
            lease_until=None,
            error=f"its worker stopped {MAX_ATTEMPTS} times",
        )
    )
    row = conn.execute(
        select(jobs)
        .where(_can_be_taken(now))
        .order_by(jobs.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).one_or_none()
    if row is None:
        return None
    conn.execute(
        update(jobs)
        .where(jobs.c.id == row.id)
        .values(
            state="running",
            started_at=now,
            lease_until=now + timedelta(seconds=LEASE_S),
            attempts=jobs.c.attempts + 1,
        )
    )
    return Job(row.id, row.kind, row.payload, row.attempts + 1)


def finish_waiting(conn: Connection, kind: str, *, up_to: datetime) -> None:
    """Close the jobs of a kind that waited at a time: somebody did their work meanwhile."""
    waiting = (jobs.c.kind == kind) & (jobs.c.state == "queued") & (jobs.c.created_at <= up_to)
    conn.execute(update(jobs).where(waiting).values(state="done", finished_at=utc_now()))


def renew_lease(conn: Connection, job_id: int) -> None:
    """Tell that the job's worker is alive."""
    until = utc_now() + timedelta(seconds=LEASE_S)
    conn.execute(update(jobs).where(jobs.c.id == job_id).values(lease_until=until))


def finish(conn: Connection, job_id: int, *, error: str | None = None) -> None:
    """Close a job as done, or as failed with one line that says why; forget old done ones."""
    old = utc_now() - timedelta(days=KEPT_DAYS)
    conn.execute(delete(jobs).where(jobs.c.state == "done", jobs.c.finished_at < old))
    state = "failed" if error else "done"
    conn.execute(
        update(jobs)
        .where(jobs.c.id == job_id)
        .values(state=state, finished_at=utc_now(), error=error, lease_until=None)
    )
