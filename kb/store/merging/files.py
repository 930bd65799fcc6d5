"""Files of an entry that go along when it is merged into another."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, select, update

from kb.store.merging.moves import Moved
from kb.store.schema import attachments

FILES = "files"


def move_files(conn: Connection, old_id: int, new_id: int) -> Moved:
    """Give the new entry the files of the old one; their addresses stay."""
    ids = list(
        conn.execute(
            select(attachments.c.id)
            .where(attachments.c.kind == "entry", attachments.c.object_id == old_id)
            .order_by(attachments.c.id)
        ).scalars()
    )
    _give(conn, ids, new_id)
    return {FILES: ids}


def move_files_back(conn: Connection, old_id: int, new_id: int, moved: Moved) -> None:
    """Give those files back that the new entry still has; merges of older records moved none."""
    ids = [int(one) for one in moved.get(FILES, [])]
    still = select(attachments.c.id).where(
        attachments.c.id.in_(ids),
        attachments.c.kind == "entry",
        attachments.c.object_id == new_id,
    )
    _give(conn, list(conn.execute(still).scalars()), old_id)


def _give(conn: Connection, ids: Sequence[int], entry_id: int) -> None:
    if ids:
        conn.execute(
            update(attachments).where(attachments.c.id.in_(ids)).values(object_id=entry_id)
        )
