"""Merges two entries into one, and takes a merge back for thirty days."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection

from kb.access import Viewer, may_edit
from kb.clock import utc_now
from kb.entries import Entry
from kb.errors import Conflict, NotFound, NotPermitted
from kb.store.audit import Subject, record_audit
from kb.store.changes import record_changes
from kb.store.entries.phrasings import set_title_phrasing
from kb.store.entries.reading import get_entry
from kb.store.jobs import enqueue
from kb.store.links.edits import find_links_anew
from kb.store.merging.entry_rows import archive_into, entry_values, lock_entries, restore_entry
from kb.store.merging.files import move_files, move_files_back
from kb.store.merging.findings import close_merged, reopen_merged
from kb.store.merging.links import move_links, move_links_back
from kb.store.merging.merges import UNDO_DAYS, EntryMerge, add_merge, get_merge, mark_undone
from kb.store.merging.moves import (
    move_phrasings,
    move_phrasings_back,
    move_redirects_back,
    move_tags,
    move_tags_back,
    move_topics,
    move_topics_back,
    move_votes,
    move_votes_back,
    redirects_to,
)
from kb.store.redirects import add_redirect, find_redirect


def merge_entries(conn: Connection, from_id: int, into_id: int, *, viewer: Viewer) -> int:
    """Merge the first entry into the second, which stays; return the id of the merge.

    The first one leads to the second for ever and is archived. Its wordings, helpful votes, files,
    tags, pinned, blocked and read-first links, and its topics go along; the answer of the
    second stays as it is. Only two published entries of one language and one audience, so that
    nothing is shown to whom it was not written for, and nothing is hidden.

    Raises NotPermitted, NotFound, and Conflict for entries that do not go together.
    """
    if not may_edit(viewer):
        raise NotPermitted("entries are merged by support agents")
    lock_entries(conn, (from_id, into_id))
    gone, stays = (get_entry(conn, one, viewer=viewer) for one in (from_id, into_id))
    _check_pair(conn, gone, stays)
    before = {
        "gone": entry_values(conn, gone.id),
        "stays": entry_values(conn, stays.id),
    }
    moved: dict[str, Any] = redirects_to(conn, gone.id)
    add_redirect(conn, "entry", gone.id, stays.id)
    moved |= move_phrasings(conn, gone.id, stays.id)
    moved |= move_votes(conn, gone.id, stays.id)
    moved |= move_files(conn, gone.id, stays.id)
    moved |= move_tags(conn, gone.id, stays.id)
    moved |= move_links(conn, gone.id, stays.id)
    moved |= move_topics(conn, gone.id, stays.id)
    moved["findings"] = close_merged(conn, gone.id, stays.id, viewer=viewer)
    archive_into(conn, gone, stays, viewer=viewer)
    after = {
        "gone": entry_values(conn, gone.id),
        "stays": entry_values(conn, stays.id),
    }
    moved |= {"before": before, "after": after}
    merge_id = add_merge(conn, gone.id, stays.id, moved, viewer=viewer)
    facts = {"merged": gone.id, "merge": merge_id, "phrasings": len(moved["phrasings"])}
    record_audit(conn, "merge", Subject("entry", stays.id), viewer=viewer, facts=facts)
    find_links_anew(conn, stays.id)
    enqueue(conn, "index")
    record_changes(conn, "entry", [gone.id, stays.id])
    return merge_id


def _check_pair(conn: Connection, gone: Entry, stays: Entry) -> None:
    if gone.id == stays.id:
        raise Conflict(f"entry {gone.id} cannot be merged into itself")
    for entry in (gone, stays):
        merged_into = find_redirect(conn, "entry", entry.id)
        if merged_into is not None:
            raise Conflict(f"entry {entry.id} was merged into entry {merged_into} already")
        if entry.state != "published":
            raise Conflict(f"entry {entry.id} is not published: only published ones are merged")
    if gone.locale != stays.locale:
        raise Conflict(
            f"entries {gone.id} and {stays.id} are in two languages, {gone.locale} and "
            f"{stays.locale}: make them translations of each other"
        )
    if gone.audience != stays.audience:
        raise Conflict(
            f"entries {gone.id} and {stays.id} are for different readers, {gone.audience} and "
            f"{stays.audience}: give them one audience first"
        )


def undo_merge(conn: Connection, merge_id: int, *, viewer: Viewer) -> int:
    """Take a merge back and return the id of the entry that stands for itself again.

    Everything that went along goes back where it still is; what was changed since stays.
    Raises NotFound, NotPermitted, and Conflict for one that was taken back already, is older
    than thirty days, or whose entry has gone into a third one since.
    """
    merge = get_merge(conn, merge_id, viewer=viewer)
    found = lock_entries(conn, (merge.from_id, merge.into_id))
    # The second of two who take it back at once waits above, then sees what the first did.
    merge = get_merge(conn, merge_id, viewer=viewer)
    _check_undo(conn, merge, found)
    gone, stays, moved = merge.from_id, merge.into_id, dict(merge.moved)
    move_redirects_back(conn, gone, stays, moved)
    move_topics_back(conn, gone, stays, moved)
    move_links_back(conn, gone, stays, moved)
    move_tags_back(conn, stays, moved)
    move_files_back(conn, gone, stays, moved)
    move_votes_back(conn, gone, stays, moved)
    move_phrasings_back(conn, gone, stays, moved)
    restore_entry(conn, gone, moved["before"]["gone"], moved["after"]["gone"])
    restore_entry(conn, stays, moved["before"]["stays"], moved["after"]["stays"])
    set_title_phrasing(conn, gone, get_entry(conn, gone, viewer=viewer).title)
    reopen_merged(conn, moved["findings"])
    mark_undone(conn, merge_id, viewer=viewer)
    facts = {"entry": gone, "merge": merge_id}
    record_audit(conn, "unmerge", Subject("entry", stays), viewer=viewer, facts=facts)
    find_links_anew(conn, stays)
    find_links_anew(conn, gone)
    enqueue(conn, "index")
    record_changes(conn, "entry", [gone, stays])
    return gone


def _check_undo(conn: Connection, merge: EntryMerge, found: Collection[int]) -> None:
    if merge.undone_at is not None:
        raise Conflict(f"merge {merge.id} was taken back by {merge.undone_by} already")
    if utc_now() > merge.undo_until:
        raise Conflict(
            f"merge {merge.id} is older than {UNDO_DAYS} days: what went along has become part "
            f"of entry {merge.into_id}; write a new entry instead"
        )
    for one in (merge.from_id, merge.into_id):
        if one not in found:
            raise NotFound("entry", one)
    further = find_redirect(conn, "entry", merge.into_id)
    if further is not None:
        raise Conflict(
            f"entry {merge.into_id} was merged into entry {further} since: take that back first"
        )
    if find_redirect(conn, "entry", merge.from_id) != merge.into_id:
        raise Conflict(f"entry {merge.from_id} no longer leads to entry {merge.into_id}")
