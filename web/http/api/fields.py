"""Kinds of values that several bodies of the API have."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, StringConstraints

FIRST_YEAR, LAST_YEAR = 1970, 2200
"""Times outside are mistakes, and some databases cannot hold them."""


def _utc(value: datetime) -> datetime:
    """Return the time in UTC; one without a zone is read as UTC."""
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise ValueError(f"the year must be {FIRST_YEAR} to {LAST_YEAR}")
    return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC)


UtcTime = Annotated[datetime, AfterValidator(_utc)]
Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Code = Annotated[
    str, StringConstraints(strip_whitespace=True, to_lower=True, min_length=2, max_length=12)
]
Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
