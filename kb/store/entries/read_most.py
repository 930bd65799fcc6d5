"""Which entries are read most, counted so that no single reader shows."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, func, select

from kb.store.schema import clicks
from kb.store.searches.popularity import MIN_VISITORS

MAX_READ_MOST = 200


def entries_read_most(
    conn: Connection, *, since: datetime, min_visitors: int = MIN_VISITORS
) -> list[int]:
    """Ids of the entries that enough distinct visitors opened, most read first; at most 200.

    Whoever shows them must ask the record who may read them.
    """
    visitors = func.count(clicks.c.visitor.distinct())
    statement = (
        select(clicks.c.target_id)
        .where(
            clicks.c.action == "opened",
            clicks.c.type == "entry",
            clicks.c.at >= since,
            clicks.c.target_id.is_not(None),
        )
        .group_by(clicks.c.target_id)
        .having(visitors >= min_visitors)
        .order_by(visitors.desc(), clicks.c.target_id)
        .limit(MAX_READ_MOST)
    )
    return list(conn.execute(statement).scalars())
