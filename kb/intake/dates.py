"""Reads the dates that help desks, mails and spreadsheets write."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

MIN_YEAR = 1990
MAX_YEAR = 2100
NUMBER = re.compile(r"\d{9,17}(?:\.\d{1,9})?$")
DAY_FIRST = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4}|\d{2})(?:[ ,T]+(.*))?$")
SLASHES = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4}|\d{2})(?:[ ,T]+(.*))?$")
CLOCK = re.compile(
    r"(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?(?:\.\d+)?\s*([AaPp]\.?[Mm]\.?)?(?:\s*(?:Uhr|UTC|GMT|Z))?$"
)
ISO_ZONE = re.compile(r"\s*(UTC|GMT|Z)$")
ISO_OFFSET = re.compile(r"\s+([+-]\d{2}:?\d{2})$")
NAMED_FORMATS = ("%b %d, %Y", "%B %d, %Y", "%d %b %Y", "%d %B %Y", "%b %d %Y", "%Y/%m/%d")


def read_date(value: object) -> datetime:
    """Return the moment that `value` names, in UTC; a date without a zone is taken as UTC.

    Reads ISO 8601, RFC 2822, seconds or milliseconds since 1970, `31.12.2025 14:05`, and dates
    with slashes. Slashes with both numbers up to 12 are read month first (as US exports write
    them); where one number is above 12, that one is the day. Raises ValueError with the reason.
    """
    if isinstance(value, bool):
        raise ValueError("a yes/no value is no date")
    text = str(value).strip()
    moment = _read_number(text) if NUMBER.match(text) else _read_text(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    if not MIN_YEAR <= moment.year <= MAX_YEAR:
        raise ValueError(f"the year {moment.year} is not between {MIN_YEAR} and {MAX_YEAR}")
    return moment.astimezone(UTC)


def _read_number(text: str) -> datetime:
    seconds = float(text)
    while seconds > 1e11:  # milliseconds, microseconds
        seconds /= 1000.0
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=round(seconds, 3))


def _read_text(text: str) -> datetime:
    iso = ISO_OFFSET.sub(r"\1", ISO_ZONE.sub("+00:00", text))
    try:
        return datetime.fromisoformat(iso)
    except ValueError:
        pass
    if match := DAY_FIRST.match(text):
        day, month, year, clock = match.groups()
        return _with_clock(int(year), int(month), int(day), clock)
    if match := SLASHES.match(text):
        first, second, year, clock = match.groups()
        month, day = int(first), int(second)
        if month > 12:
            month, day = day, month
        return _with_clock(int(year), month, day, clock)
    for named in NAMED_FORMATS:
        if moment := _named(text, named):
            return moment
    try:
        return parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        raise ValueError(f"{text[:40]!r} is no date that can be read") from None


def _named(text: str, named: str) -> datetime | None:
    for clock in ("", " %H:%M", " %H:%M:%S", " %I:%M %p", ", %I:%M %p", ", %H:%M"):
        try:
            return datetime.strptime(text, named + clock).replace(tzinfo=UTC)
        except ValueError:
            continue
    return None


def _with_clock(year: int, month: int, day: int, clock: str | None) -> datetime:
    if year < 100:
        year += 2000
    hour = minute = second = 0
    if clock:
        match = CLOCK.match(clock.strip())
        if match is None:
            raise ValueError(f"{clock[:20]!r} is no time of day that can be read")
        hour, minute, second = int(match[1]), int(match[2]), int(match[3] or 0)
        half = (match[4] or "").lower()
        if half:
            hour = hour % 12 + (12 if half.startswith("p") else 0)
    return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
