"""The page of an entry, and the vote on it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query
from fastapi.responses import HTMLResponse
from sqlalchemy import Connection
from starlette.responses import RedirectResponse, Response

from kb.access import may_edit
from kb.addresses import entry_path
from kb.entries import Entry
from kb.errors import Conflict, InvalidInput, NotFound
from kb.slugs import slugify
from kb.store.engine import reading, transaction
from kb.store.entries.reading import find_entry_redirect, find_vote, get_entry, translations_of
from kb.store.entries.writing import vote_helpful
from kb.store.jobs import enqueue
from kb.store.links.edits import edited_links
from kb.store.links.found import related_entries
from web.http.contexts import (
    EntryPage,
    LanguageLink,
    Link,
    VoteBar,
)
from web.http.dependencies import MAX_ID, StaffVisitDep, VisitDep, spend_as_guest
from web.http.frame import Visit
from web.http.i18n import own_name
from web.http.link_contexts import EditedEntryLink, LinkEditor, RelatedEntry
from web.http.markdown import render_markdown
from web.http.pages.reading.reasons import reason_text
from web.http.rate_limits import Allowance
from web.http.replies import cache_control
from web.http.searching.intents import Target
from web.http.searching.log import MAX_RANK, MAX_TOKEN_CHARS, RANK, SEARCH, SearchLog
from web.http.structured_data import faq_page
from web.link_actions import do_to_link, target_of

router = APIRouter()

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
        context = _entry_page(conn, entry, visit, search)
    noted = SearchLog(visit.site, visit.request, visit.viewer)
    noted.opened(search, Target("entry", entry.id, rank))
    return visit.page("entry/entry.html", context)


def id_in(place: str) -> int:
    """The entry's id in `12-some-words`; raises NotFound where there is none."""
    found = PLACE.fullmatch(place)
    if found is None or not 1 <= int(found[1]) <= MAX_ID:
        raise NotFound("entry", place[:60])
    return int(found[1])


def _entry_page(conn: Connection, entry: Entry, visit: Visit, search: str) -> EntryPage:
    rendered = render_markdown(entry.answer)
    canonical = visit.absolute(entry_path(entry.id, entry.title))
    published = entry.state == "published"
    data = faq_page(title=entry.title, answer=rendered.html, url=canonical, lang=entry.locale)
    return EntryPage(
        title=entry.title,
        lang=entry.locale,
        answer=rendered.html,
        vote=_vote_bar(conn, entry, visit),
        canonical_url=canonical,
        ask_url=f"/ask?{urlencode({'title': entry.title} | ({SEARCH: search} if search else {}))}",
        contents=rendered.headings,
        breadcrumb=_breadcrumb(entry),
        product=entry.product_name,
        tags=tuple(
            Link(name, f"/search?{urlencode({'tag': slugify(name) or name.casefold()})}")
            for name in entry.tags
        ),
        reviewed_on=entry.reviewed_at.date() if entry.reviewed_at else None,
        related=tuple(
            RelatedEntry(
                title=one.title,
                url=one.url,
                reason=reason_text(one.mode, one.reason, translate=visit.text),
                kind=one.kind,
                id=one.id,
            )
            for one in related_entries(conn, entry.id, viewer=visit.viewer)
        ),
        translations=tuple(_translations(conn, entry, visit)),
        json_ld=data if published else None,
        state=entry.state,
        editor=_editor(conn, entry, visit) if may_edit(visit.viewer) else None,
    )


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
            refused = replace(_editor(conn, entry, visit), typed=to, error=str(problem))
            context = replace(_entry_page(conn, entry, visit, ""), editor=refused)
        return visit.page("entry/entry.html", context, status=422)
    with reading(visit.site.engine) as conn:
        path = entry_path(entry_id, get_entry(conn, entry_id, viewer=visit.viewer).title)
    return RedirectResponse(f"{path}?locale={visit.locale}#links", status_code=303)


def _editor(conn: Connection, entry: Entry, visit: Visit) -> LinkEditor:
    edited = tuple(
        EditedEntryLink(
            id=one.to_id,
            title=one.title,
            url=one.url,
            said="first" if one.kind == "prerequisite" else one.mode,
        )
        for one in edited_links(conn, entry.id, viewer=visit.viewer)
    )
    return LinkEditor(action=f"/faq/{entry.id}/links", edited=edited)


def _breadcrumb(entry: Entry) -> tuple[Link, ...]:
    if entry.category is None or entry.category_name is None:
        return ()
    return (Link(entry.category_name, f"/search?{urlencode({'category': entry.category})}"),)


def _translations(conn: Connection, entry: Entry, visit: Visit) -> list[LanguageLink]:
    found = translations_of(conn, entry, viewer=visit.viewer)
    if len(found) < 2:
        return []
    return [
        LanguageLink(
            locale=one.locale,
            label=own_name(one.locale),
            url=visit.absolute(entry_path(one.id, one.title)),
            current=one.id == entry.id,
        )
        for one in found
    ]


def _vote_bar(conn: Connection, entry: Entry, visit: Visit) -> VoteBar:
    said = find_vote(conn, entry, visit.visitor())
    value: Literal["yes", "no"] | None = None
    if said is not None:
        value = "yes" if said[0] else "no"
    return VoteBar(action=f"/faq/{entry.id}/helpful", value=value, reason=said[1] if said else None)


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
        entry = get_entry(conn, id_in(place), viewer=visit.viewer)
        vote_helpful(
            conn,
            entry,
            visit.visitor(),
            helpful=value == "yes",
            reason=reason if reason in REASONS else None,
        )
    path = entry_path(entry.id, entry.title)
    return RedirectResponse(f"{path}?locale={visit.locale}#helpful", status_code=303)
