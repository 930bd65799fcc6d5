"""What editors say about the links of an entry: pins, blocks, what to read first."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy import Connection
from starlette.responses import Response

from kb.access import Viewer
from kb.store.engine import reading, transaction
from kb.store.jobs import enqueue
from kb.store.links.edits import edited_links
from web.http.dependencies import MAX_ID, EditorDep, Id, SiteDep
from web.http.replies import json_reply
from web.http.site import Site
from web.link_actions import do_to_link

router = APIRouter(tags=["entries"])


class LinkIn(BaseModel):
    """The other entry of a link."""

    entry_id: Annotated[int, Field(ge=1, le=MAX_ID)]


class EditedLinkOut(BaseModel):
    """What was said about one link; `mode` is pinned or blocked."""

    id: int
    title: str
    url: str
    kind: str
    mode: str


class EditedLinksOut(BaseModel):
    """All that was said about the links of an entry, blocks last."""

    links: list[EditedLinkOut]


@router.get("/entries/{entry_id}/links", response_model=EditedLinksOut)
def list_edited(site: SiteDep, viewer: EditorDep, entry_id: Id) -> Response:
    """What editors said about the links of an entry."""
    with reading(site.engine) as conn:
        return json_reply(_answer(conn, entry_id, viewer), viewer=viewer)


@router.post("/entries/{entry_id}/pins", response_model=EditedLinksOut)
def pin(site: SiteDep, viewer: EditorDep, entry_id: Id, other: LinkIn) -> Response:
    """Always show a link; it survives every run and takes a block back."""
    return _do(site, viewer, "pin", entry_id, other.entry_id)


@router.delete("/entries/{entry_id}/pins/{other_id}", response_model=EditedLinksOut)
def unpin(site: SiteDep, viewer: EditorDep, entry_id: Id, other_id: Id) -> Response:
    """Take a pin back."""
    return _do(site, viewer, "unpin", entry_id, other_id)


@router.post("/entries/{entry_id}/blocks", response_model=EditedLinksOut)
def block(site: SiteDep, viewer: EditorDep, entry_id: Id, other: LinkIn) -> Response:
    """Never show a link, of whatever kind; it survives every run."""
    return _do(site, viewer, "block", entry_id, other.entry_id)


@router.delete("/entries/{entry_id}/blocks/{other_id}", response_model=EditedLinksOut)
def unblock(site: SiteDep, viewer: EditorDep, entry_id: Id, other_id: Id) -> Response:
    """Take a block back."""
    return _do(site, viewer, "unblock", entry_id, other_id)


@router.post("/entries/{entry_id}/prerequisites", response_model=EditedLinksOut)
def put_first(site: SiteDep, viewer: EditorDep, entry_id: Id, other: LinkIn) -> Response:
    """Say that another entry is to be read before this one."""
    return _do(site, viewer, "first", entry_id, other.entry_id)


@router.delete("/entries/{entry_id}/prerequisites/{other_id}", response_model=EditedLinksOut)
def drop_first(site: SiteDep, viewer: EditorDep, entry_id: Id, other_id: Id) -> Response:
    """Take back that an entry is to be read first."""
    return _do(site, viewer, "not-first", entry_id, other_id)


def _do(site: Site, viewer: Viewer, action: str, entry_id: int, other_id: int) -> Response:
    with transaction(site.engine) as conn:
        do_to_link(conn, action, entry_id, other_id, viewer=viewer)
        enqueue(conn, "index")
        answer = _answer(conn, entry_id, viewer)
    return json_reply(answer, viewer=viewer)


def _answer(conn: Connection, entry_id: int, viewer: Viewer) -> dict[str, list[dict[str, object]]]:
    found = edited_links(conn, entry_id, viewer=viewer)
    return {
        "links": [
            {
                "id": one.to_id,
                "title": one.title,
                "url": one.url,
                "kind": one.kind,
                "mode": one.mode,
            }
            for one in found
        ]
    }
