"""Asking a question: the form, and what it sends."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import APIRouter, Depends, File, Form, Query, UploadFile
from fastapi.responses import HTMLResponse
from pydantic import Field
from starlette.responses import Response

from kb.addresses import entry_path
from kb.attachments import MAX_FILES_AT_ONCE
from kb.store.engine import reading
from kb.store.entries.reading import get_entry
from search.results import SearchResults
from web.http.asking import texts
from web.http.asking.contexts import AskPage, NearAnswer, SentPage
from web.http.asking.files_ahead import FilesAhead, check_uploads, keep_ahead, read_ahead
from web.http.asking.forms import (
    MAX_SLUG_CHARS,
    MAX_TITLE_CHARS,
    READ,
    blank_form,
    kept_files,
)
from web.http.asking.receiving import Asked, Received, receive_question
from web.http.asking.stamps import MAX_PARCEL_CHARS, MAX_STAMP_CHARS, same_or_new_stamp
from web.http.contexts import FieldError
from web.http.dependencies import MAX_ID, VisitDep, spend_as_guest
from web.http.frame import Visit
from web.http.i18n import other_language
from web.http.rate_limits import Allowance, TooMany
from web.http.replies import redirect
from web.http.searching.intents import Target
from web.http.searching.log import MAX_TOKEN_CHARS, SEARCH, SearchLog, link_from_search

router = APIRouter()

NEAR = 3
MIN_NEAR_CHARS = 8

Text = Annotated[str, Form(max_length=100_000)]
Search = Annotated[str, Form(alias=SEARCH, max_length=MAX_TOKEN_CHARS)]
Files = Annotated[list[UploadFile], File()]
Kept = Annotated[list[Annotated[int, Field(ge=1, le=MAX_ID)]], Form(max_length=MAX_FILES_AT_ONCE)]


@dataclass(frozen=True, slots=True)
class SentForm:
    """What a form brought: what was typed, the files to keep of those that came before."""

    asked: Asked
    parcel: str


def sent_form(
    title: Text = "",
    body: Text = "",
    email: Text = "",
    product: Text = "",
    website: Text = "",
    search: Search = "",
    started: Annotated[str, Form(max_length=MAX_STAMP_CHARS)] = "",
    parcel: Annotated[str, Form(max_length=MAX_PARCEL_CHARS)] = "",
    keep: Kept = [],  # noqa: B006
) -> SentForm:
    """What the form's fields hold, under the names that they have on the page."""
    asked = Asked(
        title=title,
        body=body,
        email=email,
        product=product,
        website=website,
        started=started,
        search=search,
        keep=tuple(keep),
    )
    return SentForm(asked, parcel)


SentFormDep = Annotated[SentForm, Depends(sent_form)]


@router.get("/ask", response_class=HTMLResponse, name="ask")
def show_form(
    visit: VisitDep,
    title: Annotated[str, Query(max_length=20_000)] = "",
    product: Annotated[str | None, Query(max_length=MAX_SLUG_CHARS)] = None,
    search: Annotated[str, Query(alias=SEARCH, max_length=MAX_TOKEN_CHARS)] = "",
    read: Annotated[int | None, Query(alias=READ, ge=1, le=MAX_ID)] = None,
) -> HTMLResponse:
    """Show the form; a title that came along is filled in, with what may answer it already.

    A title that comes from no search of ours is looked for here, and noted as a search. The
    entry that was `read` before and left its reader stuck is not offered again.
    """
    carried = title.strip()[:MAX_TITLE_CHARS]
    noted = SearchLog(visit.site, visit.request, visit.viewer)
    search = search if search and noted.is_ours(search) else ""
    found = _search(visit, carried)
    if found is not None and not search:
        search = noted.searched(found, place="ask", lang=visit.locale)
    near = _near_answers(visit, found, search, read) if found is not None else ()
    form = replace(blank_form(visit, title=carried, search=search, product=product), read=read)
    return visit.page("ask/form.html", AskPage(form=form, near=near))


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
    return redirect(f"{path}?done=solved&locale={visit.locale}")


@router.post("/ask", name="send question")
def ask(visit: VisitDep, sent: SentFormDep, files: Files = []) -> Response:  # noqa: B006
    """Store a question and lead to its private page; nothing typed or sent is lost on errors.

    A program that was caught gets the same thanks without anything being stored.
    """
    if sent.asked.website:
        return visit.page("ask/sent.html", SentPage(title=sent.asked.typed.title))
    ahead = read_ahead(visit, sent.parcel, sent.asked.keep)
    try:
        checked = check_uploads(visit, files, room=MAX_FILES_AT_ONCE - len(ahead.files))
        asked = replace(sent.asked, files=checked.files, parcel=ahead.number)
        received = Received(checked.errors) if checked.errors else receive_question(visit, asked)
    except TooMany as often:
        errors = (FieldError("form", visit.text(texts.TOO_OFTEN)),)
        page = _form_again(visit, sent, errors, ahead=ahead, status=429)
        page.headers["retry-after"] = str(often.retry_after_s)
        return page
    if received.errors:
        return _form_again(visit, sent, received.errors, ahead=keep_ahead(visit, ahead, checked))
    return redirect(received.url)


def _form_again(
    visit: Visit,
    sent: SentForm,
    errors: tuple[FieldError, ...],
    *,
    ahead: FilesAhead,
    status: int = 422,
) -> HTMLResponse:
    """Return the form with what was typed, the files that came, and what is wrong."""
    typed = sent.asked.typed
    form = replace(
        blank_form(visit, title=typed.title, search=sent.asked.search, product=typed.product),
        body=typed.body,
        email=typed.email,
        errors=errors,
        started=same_or_new_stamp(visit.site, sent.asked.started),
        parcel=ahead.signed,
        files=kept_files(ahead.files),
    )
    return visit.page("ask/form.html", AskPage(form=form), status=status)


def _search(visit: Visit, title: str) -> SearchResults | None:
    """Look for a title that is long enough to say something."""
    if len(title) < MIN_NEAR_CHARS:
        return None
    return visit.site.live.searcher.search(
        title, viewer=visit.viewer, limit=NEAR + 1, lang=visit.locale
    )


def _near_answers(
    visit: Visit, found: SearchResults, search: str, read: int | None
) -> tuple[NearAnswer, ...]:
    """Return the entries that may answer what was looked for; `hits` are above the floor."""
    near = (
        NearAnswer(
            hit.id,
            hit.title,
            link_from_search(hit.url, search, rank),
            other_language(hit.lang, locale=visit.locale),
        )
        for rank, hit in enumerate(found.hits, start=1)
        if hit.type == "entry" and hit.id != read
    )
    return tuple(near)[:NEAR]
