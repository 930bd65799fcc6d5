"""Cross-links between entries in the record: what the indexer found, and what a reader gets."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, func, or_, select

from kb.access import Viewer
from kb.addresses import entry_path
from kb.clock import utc_now
from kb.entries import Related
from kb.store.engine import chunks, upsert
from kb.store.entries.reading import entries_by_id, get_entry
from kb.store.schema import links

LINK_KINDS = ("prerequisite", "next", "similar")
"""In the order in which a reader gets them; an entry stands under the first that leads to it."""

SHOWN_PER_KIND = {"prerequisite": 5, "next": 3, "similar": 5}

LINKS_READ = 200
"""Links of one entry that are read at most; most are few, some lead where a viewer may not go."""

BETWEEN_ENTRIES = (links.c.from_kind == "entry", links.c.to_kind == "entry")


@dataclass(frozen=True, slots=True)
class FoundLink:
    """A link that the indexer found; `reason` names a fact that a person can check."""

    from_id: int
    to_id: int
    score: float
    reason: Mapping[str, Any]
    kind: str = "similar"


def replace_auto_links(
    conn: Connection, found: Sequence[FoundLink], *, kind: str = "similar"
) -> None:
    """Replace all automatic links of a kind; pinned and blocked ones stay as they are."""
    conn.execute(
        delete(links).where(*BETWEEN_ENTRIES, links.c.mode == "auto", links.c.kind == kind)
    )
    _add_auto_links(conn, found)


def replace_links_from(
    conn: Connection, from_ids: Collection[int], found: Sequence[FoundLink], *, kind: str
) -> None:
    """Replace the automatic links of a kind that leave these entries; the others stay."""
    for part in chunks(sorted(from_ids)):
        conn.execute(
            delete(links).where(
                *BETWEEN_ENTRIES,
                links.c.mode == "auto",
                links.c.kind == kind,
                links.c.from_id.in_(part),
            )
        )
    _add_auto_links(conn, found)


def _add_auto_links(conn: Connection, found: Sequence[FoundLink]) -> None:
    now = utc_now()
    rows = [
        {
            "from_kind": "entry",
            "from_id": link.from_id,
            "to_kind": "entry",
            "to_id": link.to_id,
            "kind": link.kind,
            "mode": "auto",
            "score": link.score,
            "reason": dict(link.reason),
            "created_at": now,
        }
        for link in found
    ]
    if rows:
        conn.execute(upsert(conn, links).on_conflict_do_nothing(), rows)


def drop_auto_links(conn: Connection, entry_ids: Collection[int]) -> None:
    """Remove the automatic links from and to entries that are no longer published."""
    for part in chunks(sorted(entry_ids)):
        conn.execute(
            delete(links).where(
                *BETWEEN_ENTRIES,
                links.c.mode == "auto",
                or_(links.c.from_id.in_(part), links.c.to_id.in_(part)),
            )
        )


def entries_leading_to(conn: Connection, entry_ids: Collection[int], *, kind: str) -> set[int]:
    """The entries with a link of this kind, in any mode, to one of these."""
    found: set[int] = set()
    for part in chunks(sorted(entry_ids)):
        statement = select(links.c.from_id).where(
            *BETWEEN_ENTRIES, links.c.kind == kind, links.c.to_id.in_(part)
        )
        found.update(conn.execute(statement).scalars())
    return found


def auto_links(conn: Connection, *, kind: str) -> list[FoundLink]:
    """All automatic links of a kind between entries, for the indexer, by entry and target."""
    statement = (
        select(links)
        .where(*BETWEEN_ENTRIES, links.c.mode == "auto", links.c.kind == kind)
        .order_by(links.c.from_id, links.c.to_id)
    )
    return [
        FoundLink(row.from_id, row.to_id, row.score, row.reason, row.kind)
        for row in conn.execute(statement)
    ]


def count_auto_links(conn: Connection) -> int:
    """How many automatic links lead from one entry to another."""
    statement = select(func.count()).select_from(links)
    return int(conn.execute(statement.where(*BETWEEN_ENTRIES, links.c.mode == "auto")).scalar_one())


def related_entries(conn: Connection, entry_id: int, *, viewer: Viewer) -> list[Related]:
    """Published entries that this one links to and the viewer may see.

    What to read first, then what people ask next, then what is similar; within a kind pinned
    ones first, then the best, at most `SHOWN_PER_KIND` each. None twice, none that an editor
    blocked, and automatic ones in the entry's language only. Raises NotFound.
    """
    entry = get_entry(conn, entry_id, viewer=viewer)
    from_here = (*BETWEEN_ENTRIES, links.c.from_id == entry_id)
    blocked = select(links.c.to_id).where(*from_here, links.c.mode == "blocked")
    statement = (
        select(links)
        .where(*from_here, links.c.to_id.not_in(blocked))
        .order_by((links.c.mode == "pinned").desc(), links.c.score.desc(), links.c.to_id)
        .limit(LINKS_READ)
    )
    rows = conn.execute(statement).all()
    targets = entries_by_id(conn, sorted({row.to_id for row in rows}), viewer=viewer)
    found: dict[int, Related] = {}
    for kind in LINK_KINDS:
        room = SHOWN_PER_KIND[kind]
        for row in rows:
            target = targets.get(row.to_id)
            if row.kind != kind or target is None or target.id in found or not room:
                continue
            if target.state != "published":
                continue
            if row.mode == "auto" and target.locale != entry.locale:
                continue
            path = entry_path(target.id, target.title)
            found[target.id] = Related(
                target.id, target.title, path, row.kind, row.mode, row.score, row.reason
            )
            room -= 1
    return list(found.values())
