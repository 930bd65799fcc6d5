"""Entries: reading, writing, what is related, and whether they helped."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Query
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from kb.access import Viewer, may_edit
from kb.addresses import entry_path
from kb.entries import Entry, EntryContent
from kb.errors import Conflict, InvalidInput
from kb.store.audit import Subject, record_audit
from kb.store.engine import reading, transaction
from kb.store.entries.phrasings import phrasings_of
from kb.store.entries.reading import find_entry_redirect, get_entry, helpful_count, latest_entries
from kb.store.entries.writing import add_entry, change_entry, set_entry_state, vote_helpful
from kb.store.jobs import enqueue
from kb.store.links.found import related_entries
from kb.store.people.groups import require_audience
from web.http.api.entry_bodies import (
    EntriesOut,
    EntryDetailOut,
    EntryIn,
    EntryPatch,
    RelatedListOut,
    State,
    VoteIn,
)
from web.http.dependencies import (
    EditorDep,
    Id,
    Limit,
    PageCursor,
    ReaderDep,
    SiteDep,
    spend_as_guest,
)
from web.http.paging import decode_cursor, encode_cursor
from web.http.rate_limits import Allowance
from web.http.replies import cache_control, json_reply

router = APIRouter(tags=["entries"])


@router.get("/entries", response_model=EntriesOut)
def list_entries(
    site: SiteDep,
    viewer: ReaderDep,
    state: Annotated[State, Query(description="Others than published: for agents.")] = "published",
    category: Annotated[str | None, Query(max_length=200)] = None,
    limit: Limit = 20,
    cursor: PageCursor = None,
) -> Response:
    """Entries that the caller may read, newest first, without their answers."""
    after_id = decode_cursor("entries", cursor)
    with reading(site.engine) as conn:
        found = latest_entries(
            conn,
            viewer=viewer,
            state=state,
            category=category,
            after_id=after_id,
            limit=limit + 1,
        )
    shown = found[:limit]
    more = encode_cursor("entries", shown[-1].id) if len(found) > limit else None
    return json_reply(
        {"entries": [_entry_answer(one) for one in shown], "cursor": more}, viewer=viewer
    )


@router.post("/entries", status_code=201, response_model=EntryDetailOut)
def create_entry(site: SiteDep, viewer: EditorDep, sent: EntryIn) -> Response:
    """Write a new entry, a draft unless told otherwise."""
    content = EntryContent(
        title=sent.title,
        answer=sent.answer,
        locale=sent.locale,
        audience=sent.audience,
        category=sent.category,
        product=sent.product,
        tags=tuple(sent.tags),
        translation_group=sent.translation_group,
        phrasings=tuple(sent.phrasings),
        source_id=sent.source_id,
    )
    with transaction(site.engine) as conn:
        require_audience(conn, sent.audience)
        entry_id = add_entry(conn, content, viewer=viewer, state=sent.state)
        facts = {"state": sent.state}
        record_audit(conn, "add", Subject("entry", entry_id), viewer=viewer, facts=facts)
        enqueue(conn, "index")
        answer = _detail(conn, get_entry(conn, entry_id, viewer=viewer), viewer)
    reply = json_reply(answer, viewer=viewer, status=201)
    reply.headers["location"] = f"/api/v1/entries/{entry_id}"
    return reply


@router.get("/entries/{entry_id}", response_model=EntryDetailOut)
def read_entry(site: SiteDep, viewer: ReaderDep, entry_id: Id) -> Response:
    """One entry; one that was merged redirects to what it became."""
    with reading(site.engine) as conn:
        moved_to = find_entry_redirect(conn, entry_id)
        if moved_to is None:
            answer = _detail(conn, get_entry(conn, entry_id, viewer=viewer), viewer)
    if moved_to is not None:
        headers = {"cache-control": cache_control(viewer)}
        return RedirectResponse(f"/api/v1/entries/{moved_to}", status_code=301, headers=headers)
    return json_reply(answer, viewer=viewer)


@router.patch("/entries/{entry_id}", response_model=EntryDetailOut)
def change(site: SiteDep, viewer: EditorDep, entry_id: Id, patch: EntryPatch) -> Response:
    """Change an entry; 409 when somebody else changed it since `revision` was read."""
    with transaction(site.engine) as conn:
        old = get_entry(conn, entry_id, viewer=viewer)
        if patch.revision != old.revision:
            raise Conflict(
                f"entry {entry_id} was edited meanwhile: it is at revision {old.revision}"
            )
        content = _patched(old, patch)
        if content.audience != old.audience:
            require_audience(conn, content.audience)
        changed = change_entry(conn, entry_id, content, viewer=viewer, seen_revision=patch.revision)
        if patch.state is not None and patch.state != old.state:
            set_entry_state(conn, entry_id, patch.state, checked=patch.checked)
            changed = True
        if changed:
            facts = {"fields": sorted(patch.model_fields_set - {"revision"})}
            record_audit(conn, "edit", Subject("entry", entry_id), viewer=viewer, facts=facts)
            enqueue(conn, "index")
        answer = _detail(conn, get_entry(conn, entry_id, viewer=viewer), viewer)
    return json_reply(answer, viewer=viewer)


def _patched(old: Entry, patch: EntryPatch) -> EntryContent:
    content = EntryContent(
        title=old.title,
        answer=old.answer,
        locale=old.locale,
        audience=old.audience,
        category=old.category,
        product=old.product,
        tags=old.tags,
        translation_group=old.translation_group,
        source_id=old.source_id,
    )
    given = {
        name: value
        for name, value in patch.model_dump(exclude_unset=True).items()
        if name not in ("revision", "state", "checked")
    }
    for name in ("title", "answer", "locale", "audience", "tags", "phrasings"):
        if given.get(name, "") is None:
            raise InvalidInput(f"{name} cannot be empty", field=name)
    for name in ("tags", "phrasings"):
        if name in given:
            given[name] = tuple(given[name])
    return replace(content, **given)


@router.get("/entries/{entry_id}/related", response_model=RelatedListOut)
def related(site: SiteDep, viewer: ReaderDep, entry_id: Id) -> Response:
    """Entries that this one links to, each with a reason that can be checked."""
    with reading(site.engine) as conn:
        found = related_entries(conn, entry_id, viewer=viewer)
    answer = [
        {
            "id": one.id,
            "title": one.title,
            "url": one.url,
            "kind": one.kind,
            "mode": one.mode,
            "score": round(one.score, 4),
            "reason": dict(one.reason),
        }
        for one in found
    ]
    return json_reply({"related": answer}, viewer=viewer)


@router.post("/entries/{entry_id}/helpful", response_model=VoteIn)
def vote(
    request: Request, site: SiteDep, viewer: ReaderDep, entry_id: Id, said: VoteIn
) -> Response:
    """Say whether an entry helped; one vote per visitor, day and revision, changeable."""
    spend_as_guest(request, site, viewer, Allowance.VOTE)
    reason = None if said.helpful else said.reason
    with transaction(site.engine) as conn:
        entry = get_entry(conn, entry_id, viewer=viewer)
        visitor = site.visitors.name(request)
        vote_helpful(conn, entry, visitor, helpful=said.helpful, reason=reason)
    return json_reply({"helpful": said.helpful, "reason": reason}, viewer=viewer)


def _entry_answer(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "source_id": entry.source_id,
        "url": entry_path(entry.id, entry.title),
        "state": entry.state,
        "title": entry.title,
        "lang": entry.locale,
        "audience": entry.audience,
        "category": entry.category,
        "product": entry.product,
        "tags": list(entry.tags),
        "revision": entry.revision,
        "translation_group": entry.translation_group,
        "updated_at": entry.updated_at,
        "published_at": entry.published_at,
        "reviewed_at": entry.reviewed_at,
    }


def _detail(conn: Connection, entry: Entry, viewer: Viewer) -> dict[str, Any]:
    """Return an entry with its answer; what customers really wrote only goes to agents."""
    edits = may_edit(viewer)
    wordings = phrasings_of(conn, [entry.id]).get(entry.id, [])
    votes = helpful_count(conn, entry.id, viewer=viewer) if edits else None
    return _entry_answer(entry) | {
        "answer": entry.answer,
        "phrasings": [
            {"id": one.id, "text": one.text, "shown": one.shown, "origin": one.origin}
            for one in wordings
            if one.shown or edits
        ],
        "helpful": {"yes": votes.yes, "no": votes.no} if votes else None,
        "topic_id": entry.topic_id if edits else None,
    }
