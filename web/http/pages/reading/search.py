"""The results page, and browsing the shelves, which is a search without a query."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

import anyio.to_thread
from anyio import CapacityLimiter
from fastapi import APIRouter, Depends, Query
from fastapi.responses import HTMLResponse

from kb.addresses import entry_path
from kb.entries import Entry
from kb.plain_text import markdown_to_text
from kb.store.engine import reading
from kb.store.entries.shelf_queries import OnShelves, entries_on_shelves, shelf_names
from search.query import clean
from search.results import Filters, SearchResults
from web.http.api.search import MAX_FILTER_VALUES, MAX_QUERY_CHARS, search_threads
from web.http.contexts import FacetChoice, ResultRow, SearchPage
from web.http.dependencies import VisitDep
from web.http.frame import Visit
from web.http.paging import decode_cursor, encode_cursor
from web.http.searching.log import MAX_RANK, MAX_TOKEN_CHARS, SEARCH, SearchLog
from web.http.searching.results_page import SHOWN, SearchRequest, search_page

router = APIRouter()

PAGE = 10
BROWSED = 20
PREVIEW_CHARS = 200

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
) -> HTMLResponse:
    """Show what answers `q`; without it the entries on the chosen shelves, or the bare form."""
    query = clean(q)
    if not query:
        return await anyio.to_thread.run_sync(_browse, visit, selected, place.cursor)
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
        names = shelf_names(conn, _slugs(results, selected))
    request = SearchRequest(
        query=query,
        locale=visit.locale,
        selected=selected,
        cursor=place.cursor,
        search=search,
        shown_before=place.shown_before,
        names=names,
    )
    return visit.page("search/results.html", search_page(results, request))


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


def _browse(
    visit: Visit, selected: Mapping[str, Sequence[str]], cursor: str | None
) -> HTMLResponse:
    shelves = OnShelves(
        products=tuple(selected.get("product", ())),
        categories=tuple(selected.get("category", ())),
        tags=tuple(selected.get("tag", ())),
    )
    if shelves == OnShelves():
        return visit.page("search/results.html", SearchPage(query=""))
    after_id = decode_cursor("shelf", cursor)
    with reading(visit.site.engine) as conn:
        names = shelf_names(conn, selected)
        found, total = entries_on_shelves(
            conn, shelves, viewer=visit.viewer, after_id=after_id, limit=BROWSED + 1
        )
    request = SearchRequest(query="", locale=visit.locale, selected=selected, names=names)
    shown = found[:BROWSED]
    more = encode_cursor("shelf", shown[-1].id) if len(found) > BROWSED else None
    context = SearchPage(
        query=", ".join(
            request.name(facet, value) for facet, values in selected.items() for value in values
        ),
        verdict="answer" if total else "none",
        total=total,
        rows=tuple(_row(entry, visit.locale) for entry in shown),
        filters=tuple(_selected_choices(request)),
        clear_url="/search",
        first_url=request.url() if cursor else None,
        next_url=request.url(cursor=more) if more else None,
    )
    return visit.page("search/results.html", context)


def _selected_choices(request: SearchRequest) -> list[FacetChoice]:
    choices = []
    for facet, values in request.selected.items():
        for value in values:
            others = tuple(one for one in values if one != value)
            url = request.url({facet: others})
            label = request.name(facet, value)
            choices.append(FacetChoice(label=label, count=0, url=url, selected=True))
    return choices


def _row(entry: Entry, locale: str) -> ResultRow:
    text = " ".join(markdown_to_text(entry.answer).split())
    preview = text if len(text) <= PREVIEW_CHARS else f"{text[:PREVIEW_CHARS].rsplit(' ', 1)[0]} …"
    reviewed = entry.reviewed_at or entry.updated_at
    return ResultRow(
        title=entry.title,
        title_marks=(),
        url=entry_path(entry.id, entry.title),
        snippet=preview,
        marks=(),
        type="entry",
        product=entry.product_name,
        reviewed_on=reviewed.date(),
        lang=None if entry.locale == locale else entry.locale,
    )
