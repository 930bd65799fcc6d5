"""The page of an entry, the vote on it, and the editors' word on its links."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Form, Query
from fastapi.responses import HTMLResponse
from sqlalchemy import Connection
from starlette.responses import RedirectResponse, Response

from kb.addresses import entry_path
from kb.errors import Conflict, InvalidInput, NotFound
from kb.store.engine import reading, transaction
from kb.store.entries.reading import find_entry_redirect, get_entry
from kb.store.entries.writing import vote_helpful
from kb.store.jobs import enqueue
from web.http.dependencies import MAX_ID, StaffVisitDep, VisitDep, spend_as_guest
from web.http.frame import Visit
from web.http.rate_limits import Allowance
from web.http.reading.entry_pages import entry_page
from web.http.replies import cache_control, redirect
from web.http.searching.intents import Target
from web.http.searching.log import MAX_RANK, MAX_TOKEN_CHARS, RANK, SEARCH, SearchLog
from web.link_actions import do_to_link, target_of

router = APIRouter()

TEMPLATE = "entry/entry.html"
REASONS = ("did_not_work", "out_of_date", "unclear", "not_my_question")
PLACE = re.compile(r"([0-9]{1,18})(?:-.*)?", re.DOTALL)


@router.get("/faq/{place}", response_class=HTMLResponse, name="entry")
def show_entry(
    visit: VisitDep,
    place: str,
    search: Annotated[str, Query(alias=SEARCH, max_length=MAX_TOKEN_CHARS)] = "",
    rank: Annotated[int | None, Query(alias=RANK, ge=1, le=MAX_RANK)] = None,
) -> Response:
    """Show an entry; the id decides, so another slug or a merged id redirects for ever.

    A link from a hit names its search and rank; the page drops both from its address.
    """
    entry_id = id_in(place)
    with reading(visit.site.engine) as conn:
        moved_to = find_entry_redirect(conn, entry_id)
        entry = get_entry(conn, moved_to or entry_id, viewer=visit.viewer)
        path = entry_path(entry.id, entry.title)
        if path != visit.request.url.path:
            query = visit.request.url.query
            headers = {"cache-control": cache_control(visit.viewer)}
            target = f"{path}?{query}" if query else path
            return RedirectResponse(target, status_code=301, headers=headers)
        context = entry_page(conn, entry, visit, search=search)
    noted = SearchLog(visit.site, visit.request, visit.viewer)
    noted.opened(search, Target("entry", entry.id, rank))
    return visit.page(TEMPLATE, context)


def id_in(place: str) -> int:
    """The entry's id in `12-some-words`; raises NotFound where there is none."""
    found = PLACE.fullmatch(place)
    if found is None or not 1 <= int(found[1]) <= MAX_ID:
        raise NotFound("entry", place[:60])
    return int(found[1])


def back_to_entry(conn: Connection, entry_id: int, visit: Visit, part: str) -> Response:
    """Lead back to a part of the entry's page after a form."""
    entry = get_entry(conn, entry_id, viewer=visit.viewer)
    path = entry_path(entry.id, entry.title)
    return redirect(f"{path}?locale={visit.locale}#{part}")


@router.post("/faq/{place}/links", response_class=HTMLResponse, name="edit links")
def edit_links(
    visit: StaffVisitDep,
    place: str,
    action: Annotated[str, Form(max_length=20)] = "",
    to: Annotated[str, Form(max_length=400)] = "",
) -> Response:
    """Pin, block, put first or take back a link, and lead back; a refusal keeps what was typed."""
    entry_id = id_in(place)
    try:
        with transaction(visit.site.engine) as conn:
            do_to_link(conn, action, entry_id, target_of(to), viewer=visit.viewer)
            enqueue(conn, "index")
    except (InvalidInput, Conflict, NotFound) as problem:
        with reading(visit.site.engine) as conn:
            entry = get_entry(conn, entry_id, viewer=visit.viewer)
            context = entry_page(conn, entry, visit)
        assert context.team is not None
        refused = replace(context.team.links, typed=to, error=str(problem))
        context = replace(context, team=replace(context.team, links=refused))
        return visit.page(TEMPLATE, context, status=422)
    with reading(visit.site.engine) as conn:
        return back_to_entry(conn, entry_id, visit, "links")


@router.post("/faq/{place}/helpful", name="vote")
def vote(
    visit: VisitDep,
    place: str,
    value: Annotated[str, Form(max_length=10)] = "",
    reason: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    """Store a reader's vote and lead back to the entry."""
    if value not in ("yes", "no"):
        raise InvalidInput("a vote is yes or no", field="value")
    spend_as_guest(visit.request, visit.site, visit.viewer, Allowance.VOTE)
    with transaction(visit.site.engine) as conn:
        entry_id = id_in(place)
        entry = get_entry(
            conn, find_entry_redirect(conn, entry_id) or entry_id, viewer=visit.viewer
        )
        vote_helpful(
            conn,
            entry,
            visit.visitor(),
            helpful=value == "yes",
            reason=reason if reason in REASONS else None,
        )
        return back_to_entry(conn, entry.id, visit, "helpful")
