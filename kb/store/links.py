"""Cross-links in the record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, or_, select

from kb.access import Viewer, may_edit
from kb.addresses import entry_path
from kb.clock import utc_now
from kb.entries import Related
from kb.errors import InvalidInput, NotPermitted
from kb.store.engine import upsert
from kb.store.entry_queries import entries_by_id, get_entry
from kb.store.schema import links

EDITED_MODES = ("pinned", "blocked")
CANDIDATES_PER_PLACE = 5
"""Links read per one shown: some lead to what this viewer may not see."""

LINK_KEY = ["from_kind", "from_id", "to_kind", "to_id", "kind"]


@dataclass(frozen=True, slots=True)
class FoundLink:
    """A link that the indexer found; `reason` names a fact that a person can check."""

    from_id: int
    to_id: int
    score: float
    reason: Mapping[str, Any]
    kind: str = "similar"


def replace_auto_links(conn: Connection, found: Sequence[FoundLink]) -> None:
    """Replace all automatic links between entries; pinned and blocked ones stay as they are."""
    conn.execute(
        delete(links).where(
            links.c.mode == "auto", links.c.from_kind == "entry", links.c.to_kind == "entry"
        )
    )
    if not found:
        return
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
    conn.execute(upsert(conn, links).on_conflict_do_nothing(), rows)


def set_link_mode(conn: Connection, from_id: int, to_id: int, mode: str, *, viewer: Viewer) -> None:
    """Pin or block the link from one entry to another; it then survives every run.

    Raises NotFound, NotPermitted, and InvalidInput for another mode or a link to itself.
    """
    if mode not in EDITED_MODES:
        raise InvalidInput(f"a link can be {' or '.join(EDITED_MODES)}", field="mode")
    if from_id == to_id:
        raise InvalidInput("an entry does not link to itself", field="to")
    if not may_edit(viewer):
        raise NotPermitted("links are set by support agents")
    get_entry(conn, from_id, viewer=viewer)
    get_entry(conn, to_id, viewer=viewer)
    statement = upsert(conn, links).values(
        from_kind="entry",
        from_id=from_id,
        to_kind="entry",
        to_id=to_id,
        kind="similar",
        mode=mode,
        score=1.0,
        reason={"fact": "editor"},
        created_at=utc_now(),
    )
    conn.execute(
        statement.on_conflict_do_update(
            index_elements=LINK_KEY,
            set_={"mode": mode},
        )
    )


def move_links(conn: Connection, old_id: int, new_id: int) -> None:
    """Let what editors said about links of a merged entry hold for the one that took it in.

    Links from and to the old entry, pinned and blocked; where both entries have a word on the
    same link, a block wins.
    """
    edited = select(links).where(
        links.c.from_kind == "entry",
        links.c.to_kind == "entry",
        links.c.mode.in_(EDITED_MODES),
        or_(links.c.from_id == old_id, links.c.to_id == old_id),
    )
    for row in conn.execute(edited.order_by(links.c.id)).all():
        from_id = new_id if row.from_id == old_id else row.from_id
        to_id = new_id if row.to_id == old_id else row.to_id
        conn.execute(delete(links).where(links.c.id == row.id))
        if from_id == to_id:
            continue
        moved = {key: value for key, value in row._mapping.items() if key != "id"}
        statement = upsert(conn, links).values(**moved | {"from_id": from_id, "to_id": to_id})
        conn.execute(
            statement.on_conflict_do_update(
                index_elements=LINK_KEY,
                set_={"mode": row.mode},
                where=links.c.mode != "blocked",
            )
        )


def related_entries(
    conn: Connection, entry_id: int, *, viewer: Viewer, limit: int = 6
) -> list[Related]:
    """Published entries that this one links to and the viewer may see, pinned first, then best.

    None twice, none that an editor blocked, and automatic ones in the entry's language only.
    """
    entry = get_entry(conn, entry_id, viewer=viewer)
    from_here = (
        links.c.from_kind == "entry",
        links.c.from_id == entry_id,
        links.c.to_kind == "entry",
    )
    blocked = select(links.c.to_id).where(*from_here, links.c.mode == "blocked")
    statement = (
        select(links)
        .where(*from_here, links.c.to_id.not_in(blocked))
        .order_by((links.c.mode == "pinned").desc(), links.c.score.desc(), links.c.to_id)
        .limit(limit * CANDIDATES_PER_PLACE)
    )
    rows = conn.execute(statement).all()
    targets = entries_by_id(conn, [row.to_id for row in rows], viewer=viewer)
    found: dict[int, Related] = {}
    for row in rows:
        target = targets.get(row.to_id)
        if target is None or target.state != "published" or target.id in found:
            continue
        if row.mode == "auto" and target.locale != entry.locale:
            continue
        path = entry_path(target.id, target.title)
        found[target.id] = Related(
            target.id, target.title, path, row.kind, row.mode, row.score, row.reason
        )
    return list(found.values())[:limit]
