"""How many decisions were taken back, by which a grouping sees that it must begin anew."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from kb.store.schema import decisions


def count_undone(conn: Connection) -> int:
    """The number of decisions that were undone so far; it never shrinks."""
    statement = select(func.count(decisions.c.undone_at))
    return int(conn.execute(statement).scalar_one())
