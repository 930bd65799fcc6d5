"""The results page; a search without a query leads to the shelf that it names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated
from urllib.parse import urlencode

import anyio.to_thread
from anyio import CapacityLimiter
from fastapi import APIRouter, Depends, Query
from fastapi.responses import HTMLResponse
from starlette.responses import RedirectResponse, Response

from kb.shelves import SHELF_KINDS, shelf_path
from kb.store.engine import reading
from kb.store.entries.shelf_queries import shelf_names
from search.query import clean
from search.results import Filters, SearchResults, Verdict
from web.http.api.search import MAX_FILTER_VALUES, MAX_QUERY_CHARS, search_threads
from web.http.asking.forms import MAX_TITLE_CHARS
from web.http.asking.stamps import make_stamp
from web.http.contexts import AskForm
from web.http.dependencies import VisitDep
from web.http.frame import Visit
from web.http.replies import cache_control
from web.http.searching.log import MAX_RANK, MAX_TOKEN_CHARS, SEARCH, SearchLog
from web.http.searching.results_contexts import SearchPage
from web.http.searching.results_page import SHOWN, SearchRequest, search_page

router = APIRouter()

PAGE = 10
MAX_SLUG_CHARS = 200
"""What is longer names no shelf."""


Text = Annotated[str, Query(max_length=MAX_QUERY_CHARS)]
Values = Annotated[list[str] | None, Query(max_length=MAX_FILTER_VALUES)]
Cursor = Annotated[str | None, Query(max_length=300)]


@dataclass(frozen=True, slots=True)
class Place:
    """Which page of which search is asked for; the first one has no cursor."""

    cursor: str | None = None
    search: str = ""
    shown_before: int = 0


def place_of(
    cursor: Cursor = None,
    search: Annotated[str, Query(alias=SEARCH, max_length=MAX_TOKEN_CHARS)] = "",
    shown_before: Annotated[int, Query(alias=SHOWN, ge=0, le=MAX_RANK)] = 0,
) -> Place:
    """The page as the address names it."""
    return Place(cursor, search, shown_before) if cursor else Place()


def chosen_filters(
    product: Values = None,
    category: Values = None,
    type: Values = None,
    lang: Values = None,
    tag: Values = None,
) -> Mapping[str, Sequence[str]]:
    """The selected values of each facet, as in the address."""
    given = {"product": product, "category": category, "type": type, "lang": lang, "tag": tag}
    return {name: _distinct(values) for name, values in given.items() if values}


def _distinct(values: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value.strip().casefold() for value in values if value.strip()))


@router.get("/search", response_class=HTMLResponse, name="search")
async def show_results(
    visit: VisitDep,
    limiter: Annotated[CapacityLimiter, Depends(search_threads)],
    selected: Annotated[Mapping[str, Sequence[str]], Depends(chosen_filters)],
    place: Annotated[Place, Depends(place_of)],
    q: Text = "",
) -> Response:
    """Show what answers `q`; without it lead to the chosen shelf, or show the bare form."""
    query = clean(q)
    if not query:
        return _browse(visit, selected)
    return await anyio.to_thread.run_sync(_find, visit, query, selected, place, limiter=limiter)


def _find(
    visit: Visit, query: str, selected: Mapping[str, Sequence[str]], place: Place
) -> HTMLResponse:
    results = visit.site.live.searcher.search(
        query,
        viewer=visit.viewer,
        filters=_filters(selected),
        limit=PAGE,
        cursor=place.cursor,
        lang=visit.locale,
    )
    search = _noted(visit, results, selected, place)
    with reading(visit.site.engine) as conn:
        names = shelf_names(
            conn, _slugs(results, selected), locale=visit.locale, visible_to=visit.viewer
        )
    request = SearchRequest(
        query=query,
        locale=visit.locale,
        selected=selected,
        cursor=place.cursor,
        search=search,
        shown_before=place.shown_before,
        names=names,
    )
    page = search_page(results, request)
    if results.verdict is Verdict.NONE:
        page = replace(page, ask=_question(visit, query, search))
    return visit.page("search/results.html", page)


def _question(visit: Visit, query: str, search: str) -> AskForm:
    """The form that sends what was looked for as a question, in one step."""
    return AskForm(
        title=query[:MAX_TITLE_CHARS],
        search=search,
        asks_email=visit.viewer.account_id is None,
        started=make_stamp(visit.site),
    )


def _noted(
    visit: Visit, results: SearchResults, selected: Mapping[str, Sequence[str]], place: Place
) -> str:
    """Note the search and return what its links carry; a later page belongs to the first."""
    noted = SearchLog(visit.site, visit.request, visit.viewer)
    if place.cursor is not None:
        return place.search if noted.is_ours(place.search) else ""
    product = next(iter(selected.get("product", ())), None)
    return noted.searched(results, place="results", lang=visit.locale, product=product)


def _filters(selected: Mapping[str, Sequence[str]]) -> Filters:
    return Filters(
        types=tuple(selected.get("type", ())),
        langs=tuple(selected.get("lang", ())),
        products=tuple(selected.get("product", ())),
        categories=tuple(selected.get("category", ())),
        tags=tuple(selected.get("tag", ())),
    )


def _slugs(results: SearchResults, selected: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Return the slugs that the page shows, by facet."""
    slugs = {
        name: [found.value for found in results.facets.get(name, ())]
        for name in ("product", "category", "tag")
    }
    slugs["product"] += [hit.product for hit in (*results.hits, *results.near) if hit.product]
    for name, values in selected.items():
        slugs.setdefault(name, []).extend(values)
    return slugs


def _browse(visit: Visit, selected: Mapping[str, Sequence[str]]) -> Response:
    """Lead to the shelf that the filters name; without one show the bare form."""
    first = {
        name: values[0]
        for name, values in selected.items()
        if values and len(values[0]) <= MAX_SLUG_CHARS
    }
    kind = next((one for one in SHELF_KINDS if one in first), None)
    if kind is None:
        return visit.page("search/results.html", SearchPage(query=""))
    others = [(name, value) for name, value in first.items() if name not in (kind, "type")]
    path = shelf_path(kind, first[kind])
    headers = {"cache-control": cache_control(visit.viewer)}
    target = f"{path}?{urlencode(others)}" if others else path
    return RedirectResponse(target, status_code=302, headers=headers)
