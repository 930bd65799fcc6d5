"""The newest entries of a shelf as a whole, for feeds."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from kb.access import Viewer
from kb.entries import Entry
from kb.store.entries.listing import OnShelves, standing_on
from kb.store.entries.readable import published_for
from kb.store.entries.reading import entries_by_id
from kb.store.schema import entries


def newest_on_shelves(
    conn: Connection, wanted: OnShelves, *, viewer: Viewer, limit: int
) -> list[Entry]:
    """The entries published last on these shelves that the viewer may read, newest first."""
    published = func.coalesce(entries.c.published_at, entries.c.created_at)
    statement = (
        select(entries.c.id)
        .where(published_for(viewer), standing_on(wanted))
        .order_by(published.desc(), entries.c.id.desc())
        .limit(limit)
    )
    ids = list(conn.execute(statement).scalars())
    found = entries_by_id(conn, ids, viewer=viewer)
    return [found[one] for one in ids if one in found]
