"""Asking a question as a guest, and the private page of what was asked."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Form, Query
from fastapi.responses import HTMLResponse
from starlette.responses import RedirectResponse, Response

from kb.access import OPERATOR
from kb.addresses import entry_path
from kb.intake.records import IncomingQuestion
from kb.store.engine import reading, transaction
from kb.store.entries.reading import get_entry
from kb.store.jobs import enqueue
from kb.store.questions.incoming import set_question_owner, store_question
from kb.store.questions.reading import get_question, question_as_asked
from search.results import SearchResults
from web.http import messages
from web.http.asking.contexts import AskPage, NearAnswer, SentPage
from web.http.contexts import AskForm, EntryLink, FieldError
from web.http.dependencies import MAX_ID, Id, VisitDep, spend_as_guest
from web.http.frame import Visit
from web.http.rate_limits import Allowance
from web.http.searching.intents import Target
from web.http.searching.log import MAX_TOKEN_CHARS, SEARCH, SearchLog, link_from_search

router = APIRouter()

CHANNEL = "form"
MAX_TITLE_CHARS = 300
MAX_BODY_CHARS = 20_000
MAX_EMAIL_CHARS = 254
MAX_LINKS = 8
"""A question with more links than this is no question."""

NEAR = 3
MIN_NEAR_CHARS = 8
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")

Typed = Annotated[str, Form(max_length=100_000)]
Search = Annotated[str, Form(alias=SEARCH, max_length=MAX_TOKEN_CHARS)]


@router.get("/ask", response_class=HTMLResponse, name="ask")
def show_form(
    visit: VisitDep,
    title: Annotated[str, Query(max_length=20_000)] = "",
    search: Annotated[str, Query(alias=SEARCH, max_length=MAX_TOKEN_CHARS)] = "",
) -> HTMLResponse:
    """Show the form; a title that came along is filled in, with what may answer it already.

    A title that comes from no search of ours is looked for here, and noted as a search.
    """
    carried = title.strip()[:MAX_TITLE_CHARS]
    noted = SearchLog(visit.site, visit.request, visit.viewer)
    search = search if search and noted.is_ours(search) else ""
    found = _search(visit, carried)
    if found is not None and not search:
        search = noted.searched(found, place="ask", lang=visit.locale)
    near = _near_answers(found, search) if found is not None else ()
    context = AskPage(form=AskForm(title=carried, search=search), near=near)
    return visit.page("ask/form.html", context)


@router.post("/ask/answered", name="answered")
def say_answered(
    visit: VisitDep,
    entry: Annotated[int, Form(ge=1, le=MAX_ID)],
    title: Annotated[str, Form(max_length=20_000)] = "",
    search: Search = "",
) -> Response:
    """Note that an entry answers what somebody was about to ask, and lead to it."""
    spend_as_guest(visit.request, visit.site, visit.viewer, Allowance.VOTE)
    with reading(visit.site.engine) as conn:
        found = get_entry(conn, entry, viewer=visit.viewer)
    noted = SearchLog(visit.site, visit.request, visit.viewer)
    noted.solved(search, Target("entry", found.id), typed=title.strip()[:MAX_TITLE_CHARS])
    path = entry_path(found.id, found.title)
    return RedirectResponse(f"{path}?done=solved&locale={visit.locale}", status_code=303)


@router.post("/ask", name="send question")
def ask(
    visit: VisitDep,
    title: Typed = "",
    body: Typed = "",
    email: Typed = "",
    website: Typed = "",
    search: Search = "",
) -> Response:
    """Store a guest's question and lead to its private page; nothing typed is lost on errors.

    `website` is a field that people do not see: who fills it in is a program, and gets the
    same thanks without anything being stored.
    """
    form = AskForm(title=title.strip(), body=body.strip(), email=email.strip(), search=search)
    errors = _errors(form, visit)
    if errors:
        form = replace(form, errors=errors)
        return visit.page("ask/form.html", AskPage(form=form), status=422)
    spend_as_guest(visit.request, visit.site, visit.viewer, Allowance.ASK)
    if website or _links(form) > MAX_LINKS:
        return visit.page("ask/sent.html", SentPage(title=form.title))
    question_id, token = _store(form, visit)
    SearchLog(visit.site, visit.request, visit.viewer).asked(search)
    query = f"token={token}&locale={visit.locale}"
    return RedirectResponse(f"/q/{question_id}?{query}", status_code=303)


def _errors(form: AskForm, visit: Visit) -> tuple[FieldError, ...]:
    found = []
    if not form.title:
        found.append(("title", messages.QUESTION_MISSING))
    elif len(form.title) > MAX_TITLE_CHARS:
        found.append(("title", messages.QUESTION_TOO_LONG))
    if len(form.body) > MAX_BODY_CHARS:
        found.append(("body", messages.BODY_TOO_LONG))
    if form.email and (len(form.email) > MAX_EMAIL_CHARS or not EMAIL.fullmatch(form.email)):
        found.append(("email", messages.EMAIL_UNREADABLE))
    return tuple(FieldError(name, visit.text(message)) for name, message in found)


def _links(form: AskForm) -> int:
    return f"{form.title} {form.body}".lower().count("http")


def _store(form: AskForm, visit: Visit) -> tuple[int, str]:
    """Store the question and return its id and token; sent twice on a day it is one question."""
    parts = (visit.visitor(), form.title, form.body, form.email)
    incoming = IncomingQuestion(
        source_id=hashlib.sha256("\x00".join(parts).encode(errors="replace")).hexdigest()[:32],
        subject=form.title,
        body=form.body,
        sender=form.email or None,
    )
    with transaction(visit.site.engine) as conn:
        question_id, outcome = store_question(conn, incoming, channel=CHANNEL, source=CHANNEL)
        if visit.viewer.account_id is not None:
            set_question_owner(conn, question_id, visit.viewer.account_id)
        if outcome != "unchanged":
            enqueue(conn, "index")
        # Whoever just asked is shown the private link of the question.
        return question_id, get_question(conn, question_id, viewer=OPERATOR).token


@router.get("/q/{question_id}", response_class=HTMLResponse, name="question")
def show_question(
    visit: VisitDep, question_id: Id, token: Annotated[str, Query(max_length=100)] = ""
) -> HTMLResponse:
    """Show a question to its asker: who has the link, owns it, or works here."""
    with reading(visit.site.engine) as conn:
        get_question(conn, question_id, viewer=visit.viewer, token=token)
        title = question_as_asked(conn, question_id)
    here = f"/q/{question_id}?token={token}" if token else f"/q/{question_id}"
    context = SentPage(title=title, question_url=here, near=_near(visit, title))
    page = visit.page("ask/sent.html", context)
    page.headers["cache-control"] = "private, no-store"
    # The address is a secret: no other page may learn it.
    page.headers["referrer-policy"] = "no-referrer"
    return page


def _near(visit: Visit, title: str) -> tuple[EntryLink, ...]:
    """Return the entries that may already answer a title, none where the search is unsure."""
    found = _search(visit, title)
    return () if found is None else tuple(EntryLink(hit.title, hit.url) for hit in found.hits)


def _search(visit: Visit, title: str) -> SearchResults | None:
    """Look for a title that is long enough to say something."""
    if len(title) < MIN_NEAR_CHARS:
        return None
    return visit.site.live.searcher.search(
        title, viewer=visit.viewer, limit=NEAR, lang=visit.locale
    )


def _near_answers(found: SearchResults, search: str) -> tuple[NearAnswer, ...]:
    """Return the entries that may answer what was looked for; `hits` are above the floor."""
    return tuple(
        NearAnswer(hit.id, hit.title, link_from_search(hit.url, search, rank))
        for rank, hit in enumerate(found.hits, start=1)
        if hit.type == "entry"
    )
