"""Atom feeds: the newest entries that everybody may read, of the site and of each shelf."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from kb.access import GUEST
from kb.errors import NotFound
from kb.shelves import ShelfKind
from kb.store.attachments.files import attachments_of
from kb.store.engine import reading
from kb.store.entries.listing import OnShelves
from kb.store.entries.newest import newest_on_shelves
from kb.store.entries.shelf_queries import find_shelf
from web.http.dependencies import SiteDep
from web.http.languages import accepted_locale, chosen_here
from web.http.reading.atom import Feed, atom_feed
from web.http.reading.xml_replies import xml_reply
from web.http.site import Site

router = APIRouter()

FEED_ENTRIES = 20
ATOM_TYPE = "application/atom+xml"


@router.get("/feed", name="feed")
def show_feed(request: Request, site: SiteDep) -> Response:
    """The newest entries of the whole site, in every language."""
    with reading(site.engine) as conn:
        latest = newest_on_shelves(conn, OnShelves(), viewer=GUEST, limit=FEED_ENTRIES)
        files = attachments_of(conn, "entry", [one.id for one in latest])
    name = site.settings.site_name
    root = atom_feed(
        Feed(name, name, "/feed", "/"),
        latest,
        files,
        absolute=lambda path: _absolute(site, request, path),
    )
    return xml_reply(site, root, ATOM_TYPE)


@router.get("/categories/{slug}/feed", name="category feed")
def show_category_feed(request: Request, site: SiteDep, slug: str) -> Response:
    """The newest entries of a category."""
    return _shelf_feed(request, site, "category", slug)


@router.get("/products/{slug}/feed", name="product feed")
def show_product_feed(request: Request, site: SiteDep, slug: str) -> Response:
    """The newest entries of a product."""
    return _shelf_feed(request, site, "product", slug)


@router.get("/tags/{slug}/feed", name="tag feed")
def show_tag_feed(request: Request, site: SiteDep, slug: str) -> Response:
    """The newest entries with a tag."""
    return _shelf_feed(request, site, "tag", slug)


def _shelf_feed(request: Request, site: Site, kind: ShelfKind, slug: str) -> Response:
    with reading(site.engine) as conn:
        shelf = find_shelf(conn, kind, slug, viewer=GUEST)
        if shelf is None:
            raise NotFound(kind, slug[:60])
        wanted = OnShelves(**{kind: shelf.slug})
        latest = newest_on_shelves(conn, wanted, viewer=GUEST, limit=FEED_ENTRIES)
        files = attachments_of(conn, "entry", [one.id for one in latest])
    site_name = site.settings.site_name
    title = f"{site_name}: {shelf.name_in(chosen_here(request) or accepted_locale(request))}"
    root = atom_feed(
        Feed(title, site_name, f"{shelf.path}/feed", shelf.path),
        latest,
        files,
        absolute=lambda path: _absolute(site, request, path),
    )
    return xml_reply(site, root, ATOM_TYPE, varies=True)


def _absolute(site: Site, request: Request, path: str) -> str:
    return site.look.absolute(request, path)
