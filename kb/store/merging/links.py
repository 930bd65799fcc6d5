"""The links of an entry that is merged into another, and how they go back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, insert, or_, select, update

from kb.store.engine import chunks
from kb.store.engine import new_id as id_of
from kb.store.links.edits import leads_round
from kb.store.links.found import BETWEEN_ENTRIES
from kb.store.schema import entries, links

Moved = dict[str, Any]


def move_links(conn: Connection, old_id: int, new_id: int) -> Moved:
    """Let what editors said about links of a merged entry hold for the one that took it in.

    Links from and to the old entry, pinned, blocked and read first; where both entries have a
    word on the same link, a block wins. None leads to itself or round in a circle. What the
    indexer found of the old entry goes: the next run looks at the new one.
    """
    removed, added, changed = [], [], []
    touching = or_(links.c.from_id == old_id, links.c.to_id == old_id)
    statement = select(links).where(*BETWEEN_ENTRIES, touching).order_by(links.c.id)
    for row in conn.execute(statement).all():
        conn.execute(delete(links).where(links.c.id == row.id))
        removed.append(_as_json(row))
        from_id = new_id if row.from_id == old_id else row.from_id
        to_id = new_id if row.to_id == old_id else row.to_id
        if row.mode == "auto" or from_id == to_id:
            continue
        there = _find(conn, from_id, to_id, row.kind)
        if there is None:
            if row.kind == "prerequisite" and leads_round(conn, from_id, to_id):
                continue
            values = {key: value for key, value in row._mapping.items() if key != "id"}
            again = insert(links).values(**values | {"from_id": from_id, "to_id": to_id})
            added.append([id_of(conn.execute(again)), row.mode])
        elif there.mode == "auto" or (there.mode == "pinned" and row.mode == "blocked"):
            conn.execute(update(links).where(links.c.id == there.id).values(mode=row.mode))
            changed.append([there.id, there.mode, row.mode])
    return {"removed_links": removed, "added_links": added, "changed_links": changed}


def move_links_back(conn: Connection, old_id: int, new_id: int, moved: Moved) -> None:
    """Bring the links back as they were, but for those an editor has set otherwise since."""
    for link_id, mode in moved["added_links"]:
        conn.execute(delete(links).where(links.c.id == link_id, links.c.mode == mode))
    for link_id, before, after in moved["changed_links"]:
        conn.execute(
            update(links).where(links.c.id == link_id, links.c.mode == after).values(mode=before)
        )
    ends = {row["from_id"] for row in moved["removed_links"]}
    ends |= {row["to_id"] for row in moved["removed_links"]}
    there = _existing(conn, ends)
    for row in moved["removed_links"]:
        if row["from_id"] not in there or row["to_id"] not in there:
            continue
        if _find(conn, row["from_id"], row["to_id"], row["kind"]) is None:
            values = {**row, "created_at": datetime.fromisoformat(row["created_at"])}
            conn.execute(insert(links).values(**values))


def _existing(conn: Connection, ids: set[int]) -> set[int]:
    found: set[int] = set()
    for part in chunks(sorted(ids)):
        found.update(conn.execute(select(entries.c.id).where(entries.c.id.in_(part))).scalars())
    return found


def _find(conn: Connection, from_id: int, to_id: int, kind: str) -> Row[Any] | None:
    place = and_(links.c.from_id == from_id, links.c.to_id == to_id, links.c.kind == kind)
    return conn.execute(select(links).where(*BETWEEN_ENTRIES, place)).one_or_none()


def _as_json(row: Row[Any]) -> Moved:
    return {**row._mapping, "created_at": row.created_at.isoformat()}
