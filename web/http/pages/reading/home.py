"""The home page: search first, then what the team put first, subjects, products, what is read."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from kb.store.engine import reading
from kb.store.entries.downloads import has_downloads
from kb.store.entries.listing import entries_read_by_many, newest_entries, pinned_entries
from kb.store.entries.shelf_queries import shelf_counts
from web.http.contexts import Link
from web.http.dependencies import VisitDep
from web.http.reading.home_contexts import HomePage
from web.http.reading.lists import INDEX_PATHS, entry_links, reader_of, shelf_links

router = APIRouter()

PINNED = 4
LISTED = 6
SHELVES = 12
EXAMPLES = 3


@router.get("/", response_class=HTMLResponse, name="home")
def show_home(visit: VisitDep) -> HTMLResponse:
    """Show where to start: what the reader may read, in their language before all others."""
    reader = reader_of(visit)
    viewer, locale = visit.viewer, visit.locale
    with reading(visit.site.engine) as conn:
        categories = shelf_counts(conn, "category", viewer=viewer, locale=locale, limit=SHELVES + 1)
        products = shelf_counts(conn, "product", viewer=viewer, locale=locale, limit=SHELVES + 1)
        pinned = pinned_entries(conn, reader, limit=PINNED)
        popular = entries_read_by_many(conn, reader, limit=LISTED)
        latest = newest_entries(conn, reader, limit=LISTED)
        downloads = has_downloads(conn, reader)
    examples = visit.site.live.popular_searches(viewer=viewer, limit=EXAMPLES)
    context = HomePage(
        examples=tuple(Link(one.text, one.url) for one in examples),
        pinned=entry_links(pinned, locale=locale),
        categories=shelf_links(categories[:SHELVES]),
        all_categories_url=INDEX_PATHS["category"] if len(categories) > SHELVES else "",
        products=shelf_links(products[:SHELVES]),
        all_products_url=INDEX_PATHS["product"] if len(products) > SHELVES else "",
        popular=entry_links(popular, locale=locale),
        latest=entry_links(latest, locale=locale),
        downloads_url="/downloads" if downloads else "",
    )
    return visit.page("home.html", context, canonical="/")
