"""Column types that hold the same value on SQLite and on PostgreSQL, whatever came in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, Dialect, String, Text, TypeDecorator

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_REPLACEMENT = "\ufffd"


def storable(text: str) -> str:
    """The text with NUL and lone surrogates replaced by U+FFFD, since no database keeps them all.

    PostgreSQL refuses NUL, and neither driver can encode half of a surrogate pair.
    """
    return _UNSTORABLE.sub(_REPLACEMENT, text)


def without_nul(parameters: Any) -> Any:
    """What a statement is run with, each NUL in a text replaced; one row or a list of rows.

    Types see to what is stored. A word out of an address is compared with columns that hold only
    our own words, too, and there PostgreSQL would refuse the whole statement.
    """
    if isinstance(parameters, str):
        return parameters.replace("\x00", _REPLACEMENT) if "\x00" in parameters else parameters
    if isinstance(parameters, Mapping):
        return {name: without_nul(value) for name, value in parameters.items()}
    if isinstance(parameters, list | tuple):
        return type(parameters)(map(without_nul, parameters))
    return parameters


def _storable_tree(value: Any) -> Any:
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, Mapping):
        return {storable(str(key)): _storable_tree(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_storable_tree(item) for item in value]
    return value


class StoredText(TypeDecorator[str]):
    """Text from outside, of any length, made storable on its way in and in comparisons."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Return the text as the database can keep it."""
        return None if value is None else storable(value)


class StoredJson(TypeDecorator[Any]):
    """JSON whose texts are made storable; None is NULL, never the JSON word null."""

    impl = JSON(none_as_null=True)
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """Return the tree as the database can keep it; tuples become lists."""
        return _storable_tree(value)


class Instant(TypeDecorator[datetime]):
    """A point in time: aware UTC in Python, ISO 8601 text with microseconds in the database.

    Text of one fixed width sorts by time on both databases and survives every export.
    """

    impl = String(27)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        """Return `2026-11-21T22:13:00.000000Z`; a naive time is a programming error."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an Instant needs a time zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Return the aware UTC time."""
        return None if value is None else datetime.fromisoformat(value)
