"""What goes along when one entry is merged into another, and how each of it goes back.

Every `move_…` returns what it did as plain JSON; its `…_back` takes that and brings back what is
still there, so that a merge and its undo leave the rows as they were.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from kb.store.engine import chunks, upsert
from kb.store.schema import (
    entry_tags,
    helpful_votes,
    phrasings,
    redirects,
    topics,
)

Moved = dict[str, Any]

OLD_TITLE = "old title"
BEFORE_MERGE = 0
"""Revision under which taken-over votes stand: no present revision, so that everybody may vote."""


def move_phrasings(conn: Connection, old_id: int, new_id: int) -> Moved:
    """Give the new entry the wordings of the old one; what both have stays where it is.

    A wording shown in the old entry is shown in the new one. The old title stays shown: an
    editor wrote it for the same readers.
    """
    kept = {row.text_hash: row for row in _phrasings(conn, new_id)}
    moved: list[list[Any]] = []
    now_shown: list[int] = []
    for row in _phrasings(conn, old_id):
        twin = kept.get(row.text_hash)
        if twin is None:
            origin = OLD_TITLE if row.origin == "title" else row.origin
            conn.execute(
                update(phrasings)
                .where(phrasings.c.id == row.id)
                .values(entry_id=new_id, origin=origin)
            )
            moved.append([row.id, row.origin])
        elif row.shown and not twin.shown:
            now_shown.append(twin.id)
    _show(conn, now_shown, shown=True)
    return {"phrasings": moved, "shown": now_shown}


def move_phrasings_back(conn: Connection, old_id: int, new_id: int, moved: Moved) -> None:
    """Give the wordings back that the new entry still has and did not make its title."""
    origins = {int(one): str(origin) for one, origin in moved["phrasings"]}
    known = {row.text_hash for row in _phrasings(conn, old_id)}
    for row in _phrasings(conn, new_id):
        if row.id not in origins or row.origin == "title" or row.text_hash in known:
            continue
        origin = origins[row.id]
        shown = True if origin == "title" else row.shown
        conn.execute(
            update(phrasings)
            .where(phrasings.c.id == row.id)
            .values(entry_id=old_id, origin=origin, shown=shown)
        )
    still = [row.id for row in _phrasings(conn, new_id) if row.origin != "title"]
    _show(conn, [one for one in moved["shown"] if one in still], shown=False)


def _phrasings(conn: Connection, entry_id: int) -> list[Row[Any]]:
    statement = select(phrasings).where(phrasings.c.entry_id == entry_id).order_by(phrasings.c.id)
    return list(conn.execute(statement).all())


def _show(conn: Connection, ids: list[int], *, shown: bool) -> None:
    for part in chunks(ids):
        conn.execute(update(phrasings).where(phrasings.c.id.in_(part)).values(shown=shown))


def move_votes(conn: Connection, old_id: int, new_id: int) -> Moved:
    """Count the old entry's votes for the new one; of a visitor who voted on both, the newer.

    Of several votes of one visitor on the old entry only the newest goes along.
    """
    theirs: dict[str, list[Row[Any]]] = {}
    for row in _votes(conn, new_id):
        theirs.setdefault(row.visitor, []).append(row)
    moved: list[list[int]] = []
    dropped: list[Moved] = []
    newest = {row.visitor: row for row in sorted(_votes(conn, old_id), key=lambda v: (v.at, v.id))}
    for visitor, row in newest.items():
        other = theirs.get(visitor, [])
        if any(vote.at >= row.at for vote in other):
            continue
        for vote in other:
            conn.execute(delete(helpful_votes).where(helpful_votes.c.id == vote.id))
            dropped.append({**vote._mapping, "at": vote.at.isoformat()})
        conn.execute(
            update(helpful_votes)
            .where(helpful_votes.c.id == row.id)
            .values(entry_id=new_id, revision=BEFORE_MERGE)
        )
        moved.append([row.id, row.revision])
    return {"votes": moved, "dropped_votes": dropped}


def move_votes_back(conn: Connection, old_id: int, new_id: int, moved: Moved) -> None:
    """Give the votes back that still count for the new entry, and those that gave way to them."""
    taken = {(row.revision, row.visitor) for row in _votes(conn, old_id)}
    revisions = {int(one): int(revision) for one, revision in moved["votes"]}
    for row in _votes(conn, new_id):
        if row.id not in revisions or (revisions[row.id], row.visitor) in taken:
            continue
        conn.execute(
            update(helpful_votes)
            .where(helpful_votes.c.id == row.id)
            .values(entry_id=old_id, revision=revisions[row.id])
        )
    for vote in moved["dropped_votes"]:
        values = {**vote, "at": datetime.fromisoformat(vote["at"])}
        conn.execute(upsert(conn, helpful_votes).values(**values).on_conflict_do_nothing())


def _votes(conn: Connection, entry_id: int) -> list[Row[Any]]:
    statement = select(helpful_votes).where(helpful_votes.c.entry_id == entry_id)
    return list(conn.execute(statement.order_by(helpful_votes.c.id)).all())


def move_tags(conn: Connection, old_id: int, new_id: int) -> Moved:
    """Give the new entry the tags of the old one; the old one keeps its own."""
    added = sorted(_tags(conn, old_id) - _tags(conn, new_id))
    if added:
        rows = [{"entry_id": new_id, "tag_id": one} for one in added]
        conn.execute(insert(entry_tags), rows)
    return {"tags": added}


def move_tags_back(conn: Connection, new_id: int, moved: Moved) -> None:
    """Take the tags away again that came along."""
    for part in chunks(list(moved["tags"])):
        conn.execute(
            delete(entry_tags).where(entry_tags.c.entry_id == new_id, entry_tags.c.tag_id.in_(part))
        )


def _tags(conn: Connection, entry_id: int) -> set[int]:
    statement = select(entry_tags.c.tag_id).where(entry_tags.c.entry_id == entry_id)
    return set(conn.execute(statement).scalars())


def move_topics(conn: Connection, old_id: int, new_id: int) -> Moved:
    """Let the topics that led to the old entry lead to the new one."""
    statement = select(topics.c.id).where(topics.c.entry_id == old_id).order_by(topics.c.id)
    ids = list(conn.execute(statement).scalars())
    _point(conn, ids, old_id, new_id)
    return {"topics": ids}


def move_topics_back(conn: Connection, old_id: int, new_id: int, moved: Moved) -> None:
    """Let the topics lead to the old entry again that still lead to the new one."""
    _point(conn, list(moved["topics"]), new_id, old_id)


def _point(conn: Connection, ids: list[int], from_id: int, to_id: int) -> None:
    for part in chunks(ids):
        conn.execute(
            update(topics)
            .where(topics.c.id.in_(part), topics.c.entry_id == from_id)
            .values(entry_id=to_id)
        )


def redirects_to(conn: Connection, entry_id: int) -> Moved:
    """What leads to an entry, before that is merged itself."""
    statement = select(redirects.c.from_id).where(
        redirects.c.kind == "entry", redirects.c.to_id == entry_id
    )
    return {"redirects": list(conn.execute(statement.order_by(redirects.c.id)).scalars())}


def move_redirects_back(conn: Connection, old_id: int, new_id: int, moved: Moved) -> None:
    """Let the old entry stand for itself again, with what led to it before."""
    to_new = (redirects.c.kind == "entry", redirects.c.to_id == new_id)
    conn.execute(delete(redirects).where(*to_new, redirects.c.from_id == old_id))
    for part in chunks(list(moved["redirects"])):
        conn.execute(
            update(redirects).where(*to_new, redirects.c.from_id.in_(part)).values(to_id=old_id)
        )
