"""Calibrations of the search, each bound to one encoder fingerprint."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, insert, select

from kb.clock import utc_now
from kb.store.schema import calibrations


def save_calibration(
    conn: Connection, fingerprint: str, origin: str, body: Mapping[str, Any]
) -> None:
    """Store a new calibration; `origin` is "bootstrap" or "learned"."""
    conn.execute(
        insert(calibrations).values(
            fingerprint=fingerprint, origin=origin, body=dict(body), created_at=utc_now()
        )
    )


def find_calibration(conn: Connection, fingerprint: str) -> Mapping[str, Any] | None:
    """The newest calibration of this fingerprint, never one of another."""
    found: Mapping[str, Any] | None = conn.execute(
        select(calibrations.c.body)
        .where(calibrations.c.fingerprint == fingerprint)
        .order_by(calibrations.c.id.desc())
        .limit(1)
    ).scalar_one_or_none()
    return found
