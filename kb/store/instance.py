"""What the record knows of itself: its incarnation and a few named values."""

from __future__ import annotations

import uuid

from sqlalchemy import Connection, bindparam, select

from kb.errors import Unavailable
from kb.store.engine import upsert
from kb.store.schema import instance

INCARNATION = "incarnation"

# Made once: values are read at every look for changes.
_VALUE = select(instance.c.value).where(instance.c.key == bindparam("of"))


def renew_incarnation(conn: Connection) -> str:
    """Give the record a new incarnation, at init and after a restore, and return it.

    An index built from another incarnation does not fit any more, whatever its seq says.
    """
    value = str(uuid.uuid4())
    set_value(conn, INCARNATION, value)
    return value


def get_incarnation(conn: Connection) -> str:
    """The record's incarnation; raises Unavailable where `kb init` never ran."""
    value = find_value(conn, INCARNATION)
    if value is None:
        raise Unavailable("there is no record here yet: run kb init")
    return value


def find_value(conn: Connection, key: str) -> str | None:
    """The stored value of a key, None when it was never set."""
    return conn.execute(_VALUE, {"of": key}).scalar_one_or_none()


def set_value(conn: Connection, key: str, value: str) -> None:
    """Store a value under a key of at most 40 characters."""
    statement = upsert(conn, instance).values(key=key, value=value)
    conn.execute(statement.on_conflict_do_update(index_elements=["key"], set_={"value": value}))
