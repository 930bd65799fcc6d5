"""Calibrations of the search, every version of them, each bound to one encoder fingerprint."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, insert, select

from kb.clock import utc_now
from kb.errors import NotFound
from kb.store.engine import new_id
from kb.store.schema import calibrations, entries, phrasings

INSTALLATION = "installation"
"""Origin of what was learned from this installation."""

REFUSED = "refused"
"""Origin of an attempt to learn that was no better than what was in use; it never serves."""


@dataclass(frozen=True, slots=True)
class CalibrationVersion:
    """One version; `body` holds the calibration's own form and how it was made."""

    id: int
    fingerprint: str
    origin: str
    body: Mapping[str, Any]
    created_at: datetime


def save_calibration(
    conn: Connection, fingerprint: str, origin: str, body: Mapping[str, Any]
) -> int:
    """Store a new version, which serves from now on unless its origin is `REFUSED`."""
    return new_id(
        conn.execute(
            insert(calibrations).values(
                fingerprint=fingerprint, origin=origin, body=dict(body), created_at=utc_now()
            )
        )
    )


def find_calibration(conn: Connection, fingerprint: str) -> Mapping[str, Any] | None:
    """The newest calibration of this fingerprint, never one of another."""
    found = calibration_versions(conn, fingerprint, limit=1)
    return found[0].body if found else None


def calibration_versions(
    conn: Connection, fingerprint: str, *, limit: int = 20
) -> list[CalibrationVersion]:
    """The versions of this fingerprint that may serve, the newest first."""
    statement = (
        _select()
        .where(calibrations.c.fingerprint == fingerprint, calibrations.c.origin != REFUSED)
        .order_by(calibrations.c.id.desc())
        .limit(limit)
    )
    return [_version(row) for row in conn.execute(statement)]


def get_calibration(conn: Connection, version_id: int) -> CalibrationVersion:
    """One version; raises NotFound."""
    row = conn.execute(_select().where(calibrations.c.id == version_id)).one_or_none()
    if row is None:
        raise NotFound("calibration", version_id)
    return _version(row)


def newest_calibration_id(conn: Connection) -> int:
    """The id of the newest version that may serve, of whatever fingerprint; 0 without any."""
    statement = select(func.max(calibrations.c.id)).where(calibrations.c.origin != REFUSED)
    return int(conn.execute(statement).scalar_one() or 0)


def last_attempt(conn: Connection, fingerprint: str) -> CalibrationVersion | None:
    """The last time that something was learned, or tried to be, for this fingerprint."""
    statement = (
        _select()
        .where(
            calibrations.c.fingerprint == fingerprint,
            calibrations.c.origin.in_((INSTALLATION, REFUSED)),
        )
        .order_by(calibrations.c.id.desc())
        .limit(1)
    )
    row = conn.execute(statement).one_or_none()
    return None if row is None else _version(row)


def count_learnable(conn: Connection) -> int:
    """How many wordings published entries have beside their titles."""
    statement = (
        select(func.count())
        .select_from(phrasings.join(entries, entries.c.id == phrasings.c.entry_id))
        .where(entries.c.state == "published", phrasings.c.origin != "title")
    )
    return int(conn.execute(statement).scalar_one())


def _select() -> Select[Any]:
    return select(calibrations)


def _version(row: Row[Any]) -> CalibrationVersion:
    return CalibrationVersion(row.id, row.fingerprint, row.origin, row.body, row.created_at)
