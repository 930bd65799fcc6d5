"""Entries that say the same or contradict each other, and merging them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.responses import Response

from kb.desk.merging import merge_entries, undo_merge
from kb.store.engine import reading, transaction
from kb.store.merging.findings import (
    EntryFinding,
    dismiss_finding,
    get_finding,
    list_findings,
    reopen_finding,
)
from kb.store.merging.merges import EntryMerge, get_merge, list_merges
from web.http.dependencies import MAX_ID, EditorDep, Id, Limit, PageCursor, SiteDep
from web.http.paging import decode_cursor, encode_cursor
from web.http.replies import json_reply

router = APIRouter(tags=["entries"])

State = Literal["open", "dismissed", "merged"]


class FindingOut(BaseModel):
    """Two entries that seem to say the same or contradict each other, and what shows it."""

    id: int
    kind: Literal["duplicate", "contradiction"]
    entries: list[int]
    state: State
    score: float
    facts: dict[str, Any]
    found_at: datetime
    closed_by: str | None
    closed_at: datetime | None


class FindingsOut(BaseModel):
    """One page of findings, the gravest first."""

    findings: list[FindingOut]
    cursor: str | None


class MergeEntryIn(BaseModel):
    """The entry that stays."""

    into_id: Annotated[int, Field(ge=1, le=MAX_ID)]


class EntryMergeOut(BaseModel):
    """One merge: `entry_id` leads to `into_id`; it can be taken back until `undo_until`."""

    id: int
    entry_id: int
    into_id: int
    by: str
    at: datetime
    undo_until: datetime
    undone_by: str | None
    undone_at: datetime | None


class EntryMergesOut(BaseModel):
    """One page of merges, the newest first."""

    merges: list[EntryMergeOut]
    cursor: str | None


@router.get("/audit", response_model=FindingsOut)
def list_audit(
    site: SiteDep,
    viewer: EditorDep,
    state: Annotated[State, Query(description="Open ones wait for a decision.")] = "open",
    limit: Limit = 20,
    cursor: PageCursor = None,
) -> Response:
    """What the audit found about published entries."""
    start = decode_cursor("audit", cursor) or 0
    with reading(site.engine) as conn:
        found = list_findings(conn, viewer=viewer, state=state, offset=start, limit=limit + 1)
    more = encode_cursor("audit", start + limit) if len(found) > limit else None
    answer = {"findings": [_finding(one) for one in found[:limit]], "cursor": more}
    return json_reply(answer, viewer=viewer)


@router.post("/audit/{finding_id}/dismiss", response_model=FindingOut)
def dismiss(site: SiteDep, viewer: EditorDep, finding_id: Id) -> Response:
    """Say that it is none; it stays so until one of the entries says something else."""
    with transaction(site.engine) as conn:
        dismiss_finding(conn, finding_id, viewer=viewer)
        answer = _finding(get_finding(conn, finding_id, viewer=viewer))
    return json_reply(answer, viewer=viewer)


@router.post("/audit/{finding_id}/reopen", response_model=FindingOut)
def reopen(site: SiteDep, viewer: EditorDep, finding_id: Id) -> Response:
    """Take a dismissal back."""
    with transaction(site.engine) as conn:
        reopen_finding(conn, finding_id, viewer=viewer)
        answer = _finding(get_finding(conn, finding_id, viewer=viewer))
    return json_reply(answer, viewer=viewer)


@router.get("/entries/merges", response_model=EntryMergesOut)
def list_entry_merges(
    site: SiteDep, viewer: EditorDep, limit: Limit = 20, cursor: PageCursor = None
) -> Response:
    """All merges of entries, also those taken back."""
    start = decode_cursor("merges", cursor) or 0
    with reading(site.engine) as conn:
        found = list_merges(conn, viewer=viewer, offset=start, limit=limit + 1)
    more = encode_cursor("merges", start + limit) if len(found) > limit else None
    return json_reply({"merges": [_merge(o) for o in found[:limit]], "cursor": more}, viewer=viewer)


@router.post("/entries/{entry_id}/merge", response_model=EntryMergeOut)
def merge(site: SiteDep, viewer: EditorDep, entry_id: Id, other: MergeEntryIn) -> Response:
    """Merge this entry into another, which stays; this one redirects there for ever."""
    with transaction(site.engine) as conn:
        merge_id = merge_entries(conn, entry_id, other.into_id, viewer=viewer)
        answer = _merge(get_merge(conn, merge_id, viewer=viewer))
    return json_reply(answer, viewer=viewer)


@router.post("/entries/merges/{merge_id}/undo", response_model=EntryMergeOut)
def undo(site: SiteDep, viewer: EditorDep, merge_id: Id) -> Response:
    """Take a merge back, for thirty days; what was changed since stays."""
    with transaction(site.engine) as conn:
        undo_merge(conn, merge_id, viewer=viewer)
        answer = _merge(get_merge(conn, merge_id, viewer=viewer))
    return json_reply(answer, viewer=viewer)


def _finding(one: EntryFinding) -> dict[str, Any]:
    return {
        "id": one.id,
        "kind": one.kind,
        "entries": [one.entry_a, one.entry_b],
        "state": one.state,
        "score": one.score,
        "facts": dict(one.facts),
        "found_at": one.found_at,
        "closed_by": one.closed_by,
        "closed_at": one.closed_at,
    }


def _merge(one: EntryMerge) -> dict[str, Any]:
    return {
        "id": one.id,
        "entry_id": one.from_id,
        "into_id": one.into_id,
        "by": one.by_name,
        "at": one.at,
        "undo_until": one.undo_until,
        "undone_by": one.undone_by,
        "undone_at": one.undone_at,
    }
