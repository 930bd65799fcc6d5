"""The append-only log of what people did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from kb.access import Viewer
from kb.clock import utc_now
from kb.store.schema import audit_log


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """One thing that somebody did."""

    at: datetime
    actor: str
    action: str
    kind: str
    object_id: int | None
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Subject:
    """What an action was done to."""

    kind: str
    id: int | None


def record_audit(
    conn: Connection, action: str, subject: Subject, *, viewer: Viewer, facts: Mapping[str, Any]
) -> None:
    """Append that the viewer did `action` to `subject`; facts hold ids and words, never bodies."""
    conn.execute(
        insert(audit_log).values(
            at=utc_now(),
            actor_id=viewer.account_id,
            actor=viewer.signature,
            action=action,
            kind=subject.kind,
            object_id=subject.id,
            facts=dict(facts),
        )
    )


def audit_of(conn: Connection, subject: Subject, *, limit: int = 100) -> list[AuditRecord]:
    """What was done to a subject, newest first."""
    statement = (
        select(audit_log)
        .where(audit_log.c.kind == subject.kind, audit_log.c.object_id == subject.id)
        .order_by(audit_log.c.id.desc())
        .limit(limit)
    )
    return [
        AuditRecord(row.at, row.actor, row.action, row.kind, row.object_id, row.facts)
        for row in conn.execute(statement)
    ]
