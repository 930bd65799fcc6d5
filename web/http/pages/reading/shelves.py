"""Categories, products and tags with their answers, and everything there is to download."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import HTMLResponse
from starlette.responses import RedirectResponse, Response

from kb.addresses import product_path
from kb.errors import NotFound
from kb.shelves import ShelfKind
from kb.store.engine import reading
from kb.store.entries.downloads import downloads_on_shelves
from kb.store.entries.listing import OnShelves, entries_on_shelves, shelf_facets
from kb.store.entries.shelf_queries import (
    find_shelf,
    find_shelf_like,
    shelf_counts,
    shelf_names,
)
from web.http.account.watch_boxes import watch_box
from web.http.dependencies import VisitDep
from web.http.frame import Visit
from web.http.reading.file_contexts import shown_files
from web.http.reading.lists import INDEX_PATHS, reader_of, shelf_links
from web.http.reading.shelf_contexts import DownloadGroup, DownloadsPage, ShelvesPage
from web.http.reading.shelf_page import OnShelf, shelf_page
from web.http.replies import cache_control

router = APIRouter()

ON_A_PAGE = 20
MAX_PAGE = 10_000
MAX_SHELVES = 200
"""Shelves on a page of all of a kind: enough for nearly everybody on one page."""

MAX_WORD_CHARS = 200

Word = Annotated[str, Query(max_length=MAX_WORD_CHARS)]


def wanted_of(
    category: Word = "", product: Word = "", tag: Word = "", lang: Word = ""
) -> OnShelves:
    """What the answers of a shelf are narrowed by, as in the address."""
    words = (word.strip().casefold() for word in (category, product, tag, lang))
    return OnShelves(*words)


Wanted = Annotated[OnShelves, Depends(wanted_of)]
PageNumber = Annotated[int, Query(ge=1, le=MAX_PAGE)]


@router.get("/categories", response_class=HTMLResponse, name="categories")
def show_categories(visit: VisitDep, page: PageNumber = 1) -> HTMLResponse:
    """Show every subject."""
    return _show_index(visit, "category", page)


@router.get("/products", response_class=HTMLResponse, name="products")
def show_products(visit: VisitDep, page: PageNumber = 1) -> HTMLResponse:
    """Show every product."""
    return _show_index(visit, "product", page)


@router.get("/tags", response_class=HTMLResponse, name="tags")
def show_tags(visit: VisitDep, page: PageNumber = 1) -> HTMLResponse:
    """Show every tag, those with most answers first."""
    return _show_index(visit, "tag", page)


@router.get("/categories/{slug}", response_class=HTMLResponse, name="category")
def show_category(visit: VisitDep, slug: str, wanted: Wanted, page: PageNumber = 1) -> Response:
    """Show the answers of a subject."""
    return _show_shelf(visit, "category", slug, wanted, page)


@router.get("/products/{slug}", response_class=HTMLResponse, name="product")
def show_product(visit: VisitDep, slug: str, wanted: Wanted, page: PageNumber = 1) -> Response:
    """Show the answers about a product, and its manuals and downloads."""
    return _show_shelf(visit, "product", slug, wanted, page)


@router.get("/tags/{slug}", response_class=HTMLResponse, name="tag")
def show_tag(visit: VisitDep, slug: str, wanted: Wanted, page: PageNumber = 1) -> Response:
    """Show the answers with a tag."""
    return _show_shelf(visit, "tag", slug, wanted, page)


@router.get("/downloads", response_class=HTMLResponse, name="downloads")
def show_downloads(visit: VisitDep) -> HTMLResponse:
    """Show every manual and file, by product."""
    with reading(visit.site.engine) as conn:
        found = downloads_on_shelves(conn, OnShelves(), reader_of(visit))
    groups = tuple(
        DownloadGroup(
            one.name,
            product_path(one.slug) if one.slug else "",
            shown_files(one.files, langs=one.langs),
        )
        for one in found
    )
    return visit.page("shelf/downloads.html", DownloadsPage(groups), canonical="/downloads")


def _show_index(visit: Visit, kind: ShelfKind, page: int) -> HTMLResponse:
    path = INDEX_PATHS[kind]
    with reading(visit.site.engine) as conn:
        found = shelf_counts(
            conn,
            kind,
            viewer=visit.viewer,
            locale=visit.locale,
            limit=MAX_SHELVES + 1,
            offset=(page - 1) * MAX_SHELVES,
        )
    if page > 1 and not found:
        raise NotFound("page", page)
    context = ShelvesPage(
        kind,
        shelf_links(found[:MAX_SHELVES]),
        first_url=path if page > 1 else None,
        next_url=f"{path}?page={page + 1}" if len(found) > MAX_SHELVES else None,
    )
    canonical = path if page == 1 else f"{path}?page={page}"
    return visit.page("shelf/index.html", context, canonical=canonical)


def _show_shelf(visit: Visit, kind: ShelfKind, slug: str, wanted: OnShelves, page: int) -> Response:
    """Show a shelf that holds something for this viewer; one that holds nothing is not there."""
    reader = reader_of(visit)
    with reading(visit.site.engine) as conn:
        shelf = find_shelf(conn, kind, slug, viewer=visit.viewer)
        if shelf is None:
            return _lead_to_the_one_meant(visit, kind, slug)
        chosen = replace(wanted, **{kind: shelf.slug})
        found, total = entries_on_shelves(
            conn, chosen, reader, offset=(page - 1) * ON_A_PAGE, limit=ON_A_PAGE
        )
        if page > 1 and not found:
            raise NotFound("page", page)
        others: list[ShelfKind] = [one for one in INDEX_PATHS if one != kind]
        facets = shelf_facets(conn, chosen, reader, kinds=others)
        picked: dict[str, list[str]] = {one: [getattr(wanted, one)] for one in others}
        names = shelf_names(conn, picked, locale=visit.locale, visible_to=visit.viewer)
        files = downloads_on_shelves(conn, chosen, reader) if kind == "product" else []
        watch = watch_box(conn, visit, kind, shelf.id)
    pages = max(1, -(-total // ON_A_PAGE))
    held = OnShelf(shelf, chosen, found, total, page, pages, facets, names)
    downloads = tuple(shown for one in files for shown in shown_files(one.files, langs=one.langs))
    context = replace(shelf_page(held, visit), downloads=downloads, watch=watch)
    return visit.page("shelf/shelf.html", context, canonical=held.canonical)


def _lead_to_the_one_meant(visit: Visit, kind: ShelfKind, said: str) -> Response:
    """Redirect to the shelf that was spelt otherwise; raises NotFound where there is none."""
    with reading(visit.site.engine) as conn:
        meant = find_shelf_like(conn, kind, said[:MAX_WORD_CHARS], viewer=visit.viewer)
    if meant is None or meant.slug == said:
        raise NotFound(kind, said[:60])
    query = visit.request.url.query
    target = f"{meant.path}?{query}" if query else meant.path
    headers = {"cache-control": cache_control(visit.viewer)}
    return RedirectResponse(target, status_code=301, headers=headers)
