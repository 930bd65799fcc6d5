"""The time, in one place so that tests can hold it still."""

from __future__ import annotations

from datetime import UTC, datetime


def utc_now() -> datetime:
    """The present as an aware UTC time."""
    return datetime.now(UTC)
