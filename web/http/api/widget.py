"""What the widget on other sites asks: search, suggestions, entries, votes, questions."""

from __future__ import annotations

from typing import Annotated, Any

import anyio.to_thread
from anyio import CapacityLimiter
from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from kb.store.engine import reading, transaction
from kb.store.entries.reading import find_entry_redirect, get_entry
from kb.store.entries.shelf_queries import find_shelf
from kb.store.entries.writing import vote_helpful
from search.query import clean
from search.result_cache import Asked as AskedSearch
from search.results import Filters, SearchResults, Verdict
from web.http.api.search import search_threads
from web.http.api.widget_bodies import (
    Opening,
    WidgetConfigOut,
    WidgetEntryOut,
    WidgetQuestionIn,
    WidgetSearchOut,
    WidgetSentOut,
    WidgetSuggestOut,
    WidgetVoteIn,
    WidgetVoteOut,
)
from web.http.asking.receiving import Asked, receive_question
from web.http.asking.stamps import make_stamp
from web.http.dependencies import Id
from web.http.problems import error_reply
from web.http.rate_limits import Allowance
from web.http.searching.intents import Target
from web.http.searching.log import SearchLog
from web.http.widget.answers import entry_reply, popular_entries, search_reply, suggestions_reply
from web.http.widget.callers import Caller, CallerDep
from web.http.widget.script import panel_styles
from web.http.widget.texts import next_steps, panel_texts

router = APIRouter(prefix="/widget", tags=["widget"])

PLACE = "api"
MAX_HITS = 8
MAX_TYPED_CHARS = 300
Typed = Annotated[str, Query(max_length=20_000, description="What is looked for.")]
Product = Annotated[str, Query(max_length=200, description="Only what is about this product.")]


@router.get("/config", response_model=WidgetConfigOut)
def show_config(caller: CallerDep) -> Response:
    """What the widget says in the wanted language, and what its forms need."""
    caller.spend(Allowance.WIDGET_READ)
    caller.spend_for_site(Allowance.WIDGET_SITE)
    answer = {
        "lang": caller.locale,
        "texts": panel_texts(caller.locale),
        "styles": panel_styles(),
        "popular": popular_entries(caller),
        "started": make_stamp(caller.site),
        "email": caller.email,
    }
    return caller.reply(answer)


@router.get("/search", response_model=WidgetSearchOut)
async def search(
    caller: CallerDep,
    limiter: Annotated[CapacityLimiter, Depends(search_threads)],
    q: Typed = "",
    product: Product = "",
) -> Response:
    """What answers `q`, best first, among what the caller may read; one search is noted.

    With a product, what is about it; where that holds no answer, whatever answers.
    """
    caller.spend(Allowance.WIDGET_READ)
    caller.spend_for_site(Allowance.WIDGET_SITE)
    wanted = product.strip().casefold()
    results = await _found(caller, q, wanted, limiter)
    if wanted and results.verdict is Verdict.NONE:
        wanted = ""
        results = await _found(caller, q, wanted, limiter)
    noted = SearchLog(caller.site, caller.request, caller.viewer)
    intent = noted.searched(results, place=PLACE, lang=caller.locale, product=wanted or None)
    return caller.reply(search_reply(results, caller, intent=intent))


async def _found(caller: Caller, q: str, product: str, limiter: CapacityLimiter) -> SearchResults:
    """Return what a search finds; one that was made before needs no thread of its own."""
    filters = Filters(products=(product,) if product else ())
    asked = AskedSearch(query=clean(q), filters=filters, limit=MAX_HITS, lang=caller.locale)
    known = caller.site.live.searcher.recall(asked, viewer=caller.viewer)
    if known is not None:
        return known
    return await anyio.to_thread.run_sync(_search, caller, asked, limiter=limiter)


def _search(caller: Caller, asked: AskedSearch) -> SearchResults:
    return caller.site.live.searcher.answer(asked, viewer=caller.viewer)


@router.get("/suggest", response_model=WidgetSuggestOut)
async def suggest(caller: CallerDep, q: Typed = "") -> Response:
    """Titles and shown wordings that fit what was typed; the model is never asked."""
    caller.spend(Allowance.WIDGET_READ)
    caller.spend_for_site(Allowance.WIDGET_SITE)
    found = caller.site.live.suggest(q[:MAX_TYPED_CHARS], viewer=caller.viewer, limit=MAX_HITS)
    return caller.reply(suggestions_reply(found, caller))


@router.get("/entries/{entry_id}", response_model=WidgetEntryOut)
def read_entry(caller: CallerDep, entry_id: Id, opening: Annotated[Opening, Query()]) -> Response:
    """One entry, ready to be shown; a merged one is what it became."""
    caller.spend(Allowance.WIDGET_READ)
    caller.spend_for_site(Allowance.WIDGET_SITE)
    with reading(caller.site.engine) as conn:
        moved_to = find_entry_redirect(conn, entry_id)
        entry = get_entry(conn, moved_to or entry_id, viewer=caller.viewer)
        answer = entry_reply(conn, entry, caller)
    noted = SearchLog(caller.site, caller.request, caller.viewer)
    target = Target("entry", entry.id, opening.rank)
    if opening.intent:
        noted.opened(opening.intent, target)
    elif opening.typed.strip():
        typed = opening.typed.strip()[:MAX_TYPED_CHARS]
        noted.picked(typed, target, place="suggest", lang=caller.locale)
    return caller.reply(answer)


@router.post("/entries/{entry_id}/helpful", response_model=WidgetVoteOut)
def vote(caller: CallerDep, entry_id: Id, said: WidgetVoteIn) -> Response:
    """Say whether an entry helped; one vote per visitor, day and revision, changeable."""
    caller.spend(Allowance.VOTE)
    caller.spend_for_site(Allowance.WIDGET_SITE_WRITE)
    reason = None if said.helpful else said.reason
    with transaction(caller.site.engine) as conn:
        entry = get_entry(conn, entry_id, viewer=caller.viewer)
        visitor = caller.visit.visitor()
        vote_helpful(conn, entry, visitor, helpful=said.helpful, reason=reason)
    return caller.reply({"helpful": said.helpful, "reason": reason})


@router.post("/questions", status_code=201, response_model=WidgetSentOut)
def ask(request: Request, caller: CallerDep, sent: WidgetQuestionIn) -> Response:
    """Send a question in, as the form of the help centre does, with the same guard.

    A guest confirms it by mail. A member's site has vouched for the address in the token: the
    question counts as confirmed, and no other address is taken.
    """
    caller.spend_for_site(Allowance.WIDGET_SITE_WRITE)
    asked = Asked(
        title=sent.title.strip(),
        body=sent.body.strip(),
        email=caller.email or sent.email.strip(),
        product=_known_product(caller, sent.product),
        website=sent.website,
        started=sent.started,
        search=sent.intent,
    )
    done = receive_question(caller.visit, asked, confirmed_email=caller.email)
    if done.errors:
        fields = [{"field": one.field, "message": one.message} for one in done.errors]
        reply = error_reply(request, 422, fields[0]["message"], fields=fields)
        reply.headers["vary"] = "Origin"
        return reply
    answer: dict[str, Any] = {
        "title": done.title,
        "url": caller.absolute(done.url) if done.url else None,
        "steps": next_steps(asked.email, caller.locale, waits=done.waits),
    }
    return caller.reply(answer, status=201)


def _known_product(caller: Caller, slug: str | None) -> str:
    """Return the product, empty for none of ours: readers cannot mend what the page around says."""
    if slug is None:
        return ""
    with reading(caller.site.engine) as conn:
        shelf = find_shelf(conn, "product", slug.casefold(), viewer=caller.viewer)
    return "" if shelf is None else shelf.slug
