"""The home page: search first, then subjects, products and what is new."""

from __future__ import annotations

from urllib.parse import urlencode

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from kb.access import GUEST
from kb.addresses import entry_path
from kb.store.engine import reading
from kb.store.entries.shelf_queries import (
    OnShelves,
    ShelfCount,
    category_counts,
    entries_on_shelves,
    product_counts,
)
from web.http.contexts import EntryLink, HomePage, Shelf
from web.http.dependencies import VisitDep

router = APIRouter()

LATEST = 6


@router.get("/", response_class=HTMLResponse, name="home")
def show_home(visit: VisitDep) -> HTMLResponse:
    """Show where to start; what is new is what everybody may read, in the reader's language."""
    with reading(visit.site.engine) as conn:
        categories = category_counts(conn, viewer=visit.viewer)
        products = product_counts(conn, viewer=visit.viewer)
        own = OnShelves(langs=(visit.locale,))
        latest, total = entries_on_shelves(conn, own, viewer=GUEST, limit=LATEST)
        if not total:
            latest, _ = entries_on_shelves(conn, OnShelves(), viewer=GUEST, limit=LATEST)
    context = HomePage(
        categories=tuple(_shelf("category", found) for found in categories),
        products=tuple(_shelf("product", found) for found in products),
        latest=tuple(
            EntryLink(one.title, entry_path(one.id, one.title), one.category_name or "")
            for one in latest
        ),
    )
    return visit.page("home.html", context)


def _shelf(kind: str, found: ShelfCount) -> Shelf:
    return Shelf(found.name, f"/search?{urlencode({kind: found.slug})}", found.entries)
