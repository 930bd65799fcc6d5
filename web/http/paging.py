"""Opaque cursors of lists that are read from the record."""

from __future__ import annotations

import base64
import binascii

from kb.errors import InvalidInput

MAX_PLACE = 2**62
"""Beyond this no id or offset can be, and some databases refuse the number."""


def encode_cursor(kind: str, place: int) -> str:
    """The cursor that names a place in a list of this kind."""
    return base64.urlsafe_b64encode(f"{kind}:{place}".encode()).decode().rstrip("=")


def decode_cursor(kind: str, cursor: str | None) -> int | None:
    """The place that a cursor names, None without a cursor; raises InvalidInput for others."""
    if not cursor:
        return None
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        found, _, place = base64.b64decode(padded, b"-_", validate=True).decode().partition(":")
        if found != kind or not place.isascii() or not place.isdigit() or len(place) > 20:
            raise ValueError
        number = int(place)
        if number > MAX_PLACE:
            raise ValueError
    except (ValueError, binascii.Error) as problem:
        raise InvalidInput("the cursor is not one of ours", field="cursor") from problem
    return number
