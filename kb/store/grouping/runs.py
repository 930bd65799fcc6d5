"""Runs of the indexer and what they reported."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Connection, delete, func, insert, select, type_coerce, update

from kb.clock import utc_now
from kb.store.engine import new_id
from kb.store.schema import runs


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the indexer."""

    id: int
    kind: str
    state: str
    fingerprint: str
    started_at: datetime
    finished_at: datetime | None
    report: Mapping[str, Any]


def start_run(conn: Connection, kind: str, *, fingerprint: str) -> int:
    """Store that a run began; runs that never ended (the machine died) are marked failed."""
    conn.execute(
        update(runs)
        .where(runs.c.kind == kind, runs.c.state == "running")
        .values(state="failed", finished_at=utc_now())
    )
    result = conn.execute(
        insert(runs).values(
            kind=kind, state="running", fingerprint=fingerprint, started_at=utc_now(), report={}
        )
    )
    return new_id(result)


def finish_run(conn: Connection, run_id: int, report: Mapping[str, Any]) -> None:
    """Store that a run is done and what it found."""
    conn.execute(
        update(runs)
        .where(runs.c.id == run_id)
        .values(state="done", finished_at=utc_now(), report=dict(report))
    )


def forget_runs(conn: Connection, *, before: datetime, limit: int = 1_000) -> int:
    """Delete runs that ended before a moment and return how many, at most so many.

    The newest run of each kind stays, and the newest that grouped all questions: people are
    told of them.
    """
    newest = select(func.max(runs.c.id)).where(runs.c.state == "done").group_by(runs.c.kind)
    kept = [*conn.execute(newest).scalars(), *_newest_full(conn)]
    # In the order of their ids, so that nothing is read of those that stay.
    oldest = (
        select(runs.c.id, runs.c.finished_at)
        .where(runs.c.id.not_in(kept))
        .order_by(runs.c.id)
        .limit(limit)
        .subquery()
    )
    old = select(oldest.c.id).where(oldest.c.finished_at < before)
    return conn.execute(delete(runs).where(runs.c.id.in_(old.scalar_subquery()))).rowcount


def _newest_full(conn: Connection) -> list[int]:
    kinds = list(conn.execute(select(runs.c.kind).distinct()).scalars())
    found = [recent_runs(conn, kind, limit=1, grouped="full") for kind in kinds]
    return [run.id for each in found for run in each]


def last_run(conn: Connection, kind: str) -> Run | None:
    """The newest finished run of a kind."""
    return next(iter(recent_runs(conn, kind, limit=1)), None)


def recent_runs(
    conn: Connection, kind: str, *, limit: int = 20, grouped: str | None = None
) -> list[Run]:
    """Finished runs of a kind, the newest first, at most `limit`.

    `grouped` keeps those whose grouping went that way, such as "full".
    """
    statement = (
        select(runs)
        .where(runs.c.kind == kind, runs.c.state == "done")
        .order_by(runs.c.id.desc())
        .limit(limit)
    )
    if grouped is not None:
        way = type_coerce(runs.c.report, JSON)[("grouping", "how")].as_string()
        statement = statement.where(way == grouped)
    return [
        Run(
            row.id,
            row.kind,
            row.state,
            row.fingerprint,
            row.started_at,
            row.finished_at,
            row.report,
        )
        for row in conn.execute(statement)
    ]
