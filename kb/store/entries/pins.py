"""Entries that the home page shows first, because somebody of the team said so."""

from __future__ import annotations

from sqlalchemy import Connection, select, update

from kb.access import Viewer, may_edit
from kb.clock import utc_now
from kb.errors import NotFound, NotPermitted
from kb.store.audit import Subject, record_audit
from kb.store.changes import record_change
from kb.store.entries.reading import get_entry
from kb.store.schema import entries


def is_pinned(conn: Connection, entry_id: int, *, viewer: Viewer) -> bool:
    """Whether the home page shows the entry first; for staff, False for everybody else."""
    if not may_edit(viewer):
        return False
    pinned = select(entries.c.pinned_at).where(entries.c.id == entry_id)
    return conn.execute(pinned).scalar_one_or_none() is not None


def set_pinned(conn: Connection, entry_id: int, *, pinned: bool, viewer: Viewer) -> bool:
    """Show an entry first on the home page, or no longer; whether that changed anything.

    The one pinned last stands first. Raises NotPermitted for who is not staff, and NotFound
    for an entry that is not published: nobody would see it.
    """
    if not may_edit(viewer):
        raise NotPermitted("entries are pinned by support agents")
    entry = get_entry(conn, entry_id, viewer=viewer)
    if pinned and entry.state != "published":
        raise NotFound("published entry", entry_id)
    if is_pinned(conn, entry_id, viewer=viewer) == pinned:
        return False
    when = utc_now() if pinned else None
    conn.execute(update(entries).where(entries.c.id == entry_id).values(pinned_at=when))
    action = "pin on home" if pinned else "unpin from home"
    record_audit(conn, action, Subject("entry", entry_id), viewer=viewer, facts={})
    record_change(conn, "entry", entry_id, "pinned")
    return True
