"""Runs of the indexer and what they reported."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Connection, insert, select, type_coerce, update

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
