"""What editors say about links: pinned, blocked, read first; it survives every run."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, select, update

from kb.access import Viewer, may_edit
from kb.addresses import entry_path
from kb.clock import utc_now
from kb.errors import Conflict, InvalidInput, NotFound, NotPermitted
from kb.store.engine import upsert
from kb.store.entries.reading import entries_by_id, get_entry
from kb.store.instance import find_value, set_value
from kb.store.links.found import BETWEEN_ENTRIES
from kb.store.schema import links

EDITED_MODES = ("pinned", "blocked")
EDITOR_REASON = {"fact": "editor"}
LINK_KEY = ["from_kind", "from_id", "to_kind", "to_id", "kind"]

MAX_PREREQUISITES = 5
"""More than a handful to read first is read by nobody."""

LINKS_DUE = "links_due"
"""Key in the record: entries whose automatic links the next run must find anew, as JSON."""


@dataclass(frozen=True, slots=True)
class EditedLink:
    """What an editor said about one link of an entry: its kind, pinned or blocked."""

    to_id: int
    title: str
    url: str
    kind: str
    mode: str


def set_link_mode(conn: Connection, from_id: int, to_id: int, mode: str, *, viewer: Viewer) -> None:
    """Pin or block the link from one entry to another; it then survives every run.

    A block also takes back what is to be read first. Raises NotFound, NotPermitted, and
    InvalidInput for another mode or a link to itself.
    """
    if mode not in EDITED_MODES:
        raise InvalidInput(f"a link can be {' or '.join(EDITED_MODES)}", field="mode")
    _check(conn, from_id, to_id, viewer)
    if mode == "blocked":
        conn.execute(delete(links).where(*_between(from_id, to_id), links.c.kind == "prerequisite"))
    _say(conn, from_id, to_id, "similar", mode)


def clear_link_mode(
    conn: Connection, from_id: int, to_id: int, *, viewer: Viewer, mode: str | None = None
) -> None:
    """Take a pin or block back; what the indexer found stands again, and is looked at anew.

    Without `mode` whichever it is. Raises NotFound where that was not said, and NotPermitted.
    """
    _check(conn, from_id, to_id, viewer, published=False)
    edited = (*_between(from_id, to_id), links.c.kind == "similar", links.c.mode != "auto")
    row = conn.execute(select(links.c.reason, links.c.mode).where(*edited)).one_or_none()
    if row is None or mode not in (None, row.mode):
        raise NotFound("pin or block from entry", f"{from_id} to {to_id}")
    if row.reason.get("fact") == EDITOR_REASON["fact"]:
        conn.execute(delete(links).where(*edited))
    else:
        conn.execute(update(links).where(*edited).values(mode="auto"))
    find_links_anew(conn, from_id)


def set_prerequisite(conn: Connection, entry_id: int, first_id: int, *, viewer: Viewer) -> None:
    """Say that `first_id` is to be read before `entry_id`; a block between the two is lifted.

    Raises NotFound, NotPermitted, InvalidInput for another language or itself, and Conflict
    where that would lead round in a circle, or five stand there already.
    """
    _check(conn, entry_id, first_id, viewer)
    here, first = (get_entry(conn, one, viewer=viewer) for one in (entry_id, first_id))
    if here.locale != first.locale:
        raise InvalidInput(f"entry {first_id} is in another language: {first.locale}", field="to")
    now = _prerequisites(conn, entry_id)
    if first_id in now:
        return
    if leads_round(conn, entry_id, first_id):
        raise Conflict(f"entry {entry_id} is to be read before entry {first_id} already")
    if len(now) >= MAX_PREREQUISITES:
        raise Conflict(f"entry {entry_id} has {MAX_PREREQUISITES} entries to read first already")
    blocked = (*_between(entry_id, first_id), links.c.mode == "blocked")
    if conn.execute(delete(links).where(*blocked)).rowcount:
        find_links_anew(conn, entry_id)
    _say(conn, entry_id, first_id, "prerequisite", "pinned")


def drop_prerequisite(conn: Connection, entry_id: int, first_id: int, *, viewer: Viewer) -> None:
    """Take back that an entry is to be read first; raises NotFound where nobody said so."""
    _check(conn, entry_id, first_id, viewer, published=False)
    done = conn.execute(
        delete(links).where(*_between(entry_id, first_id), links.c.kind == "prerequisite")
    )
    if done.rowcount == 0:
        raise NotFound("prerequisite", f"{first_id} of entry {entry_id}")


def edited_links(conn: Connection, entry_id: int, *, viewer: Viewer) -> list[EditedLink]:
    """What editors said about the links of an entry, for them; blocks last.

    Raises NotFound, and NotPermitted for who is not staff.
    """
    if not may_edit(viewer):
        raise NotPermitted("links are set by support agents")
    get_entry(conn, entry_id, viewer=viewer)
    statement = (
        select(links)
        .where(*BETWEEN_ENTRIES, links.c.from_id == entry_id, links.c.mode.in_(EDITED_MODES))
        .order_by((links.c.mode == "blocked"), links.c.kind, links.c.to_id)
    )
    rows = conn.execute(statement).all()
    targets = entries_by_id(conn, sorted({row.to_id for row in rows}), viewer=viewer)
    return [
        EditedLink(
            row.to_id,
            targets[row.to_id].title,
            entry_path(row.to_id, targets[row.to_id].title),
            row.kind,
            row.mode,
        )
        for row in rows
        if row.to_id in targets
    ]


def find_links_anew(conn: Connection, entry_id: int) -> None:
    """Let the next run find the automatic links of an entry anew."""
    due = set(links_due(conn)) | {entry_id}
    set_value(conn, LINKS_DUE, json.dumps(sorted(due)))


def links_due(conn: Connection) -> tuple[int, ...]:
    """The entries whose automatic links must be found anew though the entries did not change."""
    return tuple(json.loads(find_value(conn, LINKS_DUE) or "[]"))


def forget_links_due(conn: Connection, done: tuple[int, ...]) -> None:
    """Note that the links of these were found anew."""
    left = sorted(set(links_due(conn)) - set(done))
    set_value(conn, LINKS_DUE, json.dumps(left))


def leads_round(conn: Connection, entry_id: int, first_id: int) -> bool:
    """Whether what is to be read before `first_id` already leads back to `entry_id`."""
    seen: set[int] = set()
    waiting = [first_id]
    while waiting:
        one = waiting.pop()
        if one == entry_id:
            return True
        if one not in seen:
            seen.add(one)
            waiting += _prerequisites(conn, one)
    return False


def _prerequisites(conn: Connection, entry_id: int) -> list[int]:
    statement = select(links.c.to_id).where(
        *BETWEEN_ENTRIES, links.c.from_id == entry_id, links.c.kind == "prerequisite"
    )
    return list(conn.execute(statement.order_by(links.c.id)).scalars())


def _between(from_id: int, to_id: int) -> tuple[Any, ...]:
    return (*BETWEEN_ENTRIES, links.c.from_id == from_id, links.c.to_id == to_id)


def _check(
    conn: Connection, from_id: int, to_id: int, viewer: Viewer, *, published: bool = True
) -> None:
    if from_id == to_id:
        raise InvalidInput("an entry does not link to itself", field="to")
    if not may_edit(viewer):
        raise NotPermitted("links are set by support agents")
    get_entry(conn, from_id, viewer=viewer)
    if get_entry(conn, to_id, viewer=viewer).state == "archived" and published:
        raise Conflict(f"entry {to_id} is archived: nobody could follow the link")


def _say(conn: Connection, from_id: int, to_id: int, kind: str, mode: str) -> None:
    statement = upsert(conn, links).values(
        from_kind="entry",
        from_id=from_id,
        to_kind="entry",
        to_id=to_id,
        kind=kind,
        mode=mode,
        score=1.0,
        reason=EDITOR_REASON,
        created_at=utc_now(),
    )
    conn.execute(statement.on_conflict_do_update(index_elements=LINK_KEY, set_={"mode": mode}))
