"""What search engines and browsers read about the site: sitemap, robots, search description."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator, Sequence
from typing import Annotated
from urllib.parse import urlencode

import orjson
from fastapi import APIRouter, Path, Query
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from kb.access import GUEST
from kb.errors import NotFound
from kb.shelves import SHELF_KINDS
from kb.store.engine import reading
from kb.store.entries.addresses import (
    Address,
    count_published,
    entry_addresses,
    shelf_addresses,
)
from kb.store.entries.downloads import has_downloads
from kb.store.entries.listing import Reader
from web.http.api.search import MAX_QUERY_CHARS
from web.http.api.suggest import MAX_SUGGESTIONS, MAX_TYPED_CHARS
from web.http.dependencies import SiteDep, VisitDep
from web.http.i18n import LOCALES
from web.http.languages import LOCALE
from web.http.reading.atom import add
from web.http.reading.lists import INDEX_PATHS
from web.http.reading.xml_replies import kept, xml_reply
from web.http.replies import SHORT_S, VARY, cache_control
from web.http.site import Site

router = APIRouter()

SITEMAP_ENTRIES = 10_000
"""Entries in one sitemap. The standard lets it hold 50,000; shelves and speed want less."""

MAX_SITEMAPS = 1_000
SHELVES_OF_A_KIND = 10_000

SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
XHTML = "http://www.w3.org/1999/xhtml"
OPENSEARCH = "http://a9.com/-/spec/opensearch/1.1/"
SUGGESTIONS_TYPE = "application/x-suggestions+json"

CLOSED = (
    "/account",
    "/admin/",
    "/api/",
    "/ask",
    "/desk/",
    "/opensearch/",
    "/q/",
    "/search",
    "/sign-in",
    "/sign-up",
    "/watch",
)
"""Where crawlers find nothing to keep; a path without a slash at its end closes all below."""


@router.get("/sitemap.xml", name="sitemap")
def show_sitemap(request: Request, site: SiteDep) -> Response:
    """Every page that everybody may read; where there are many entries, the list of sitemaps."""
    with reading(site.engine) as conn:
        entries = count_published(conn, viewer=GUEST)
        if entries <= SITEMAP_ENTRIES:
            found = [*_shelf_pages(conn), *_entry_pages(conn, 1)]
            return xml_reply(site, _url_set(found, site, request, home=True), "application/xml")
    sitemaps = -(-entries // SITEMAP_ENTRIES)
    root = ET.Element("sitemapindex", xmlns=SITEMAP)
    for number in range(min(sitemaps, MAX_SITEMAPS) + 1):
        item = ET.SubElement(root, "sitemap")
        add(item, "loc", site.look.absolute(request, f"/sitemaps/{number}.xml"))
    return xml_reply(site, root, "application/xml")


@router.get("/sitemaps/{number}.xml", name="sitemap part")
def show_sitemap_part(
    request: Request, site: SiteDep, number: Annotated[int, Path(ge=0, le=MAX_SITEMAPS)]
) -> Response:
    """One of the sitemaps: 0 has home and the shelves, the others ten thousand entries each."""
    with reading(site.engine) as conn:
        found = list(_entry_pages(conn, number) if number else _shelf_pages(conn))
    if number and not found:
        raise NotFound("sitemap", number)
    return xml_reply(site, _url_set(found, site, request, home=not number), "application/xml")


def _entry_pages(conn: Connection, number: int) -> Iterator[Address]:
    offset = (number - 1) * SITEMAP_ENTRIES
    return entry_addresses(conn, viewer=GUEST, offset=offset, limit=SITEMAP_ENTRIES)


def _shelf_pages(conn: Connection) -> list[Address]:
    """The pages of all shelves of a kind, and each shelf, in every language."""
    shelves: list[Address] = []
    newest = []
    for kind in SHELF_KINDS:
        found = shelf_addresses(conn, kind, viewer=GUEST, limit=SHELVES_OF_A_KIND)
        if found:
            changed = max(one.changed_at for one in found)
            newest.append(changed)
            shelves += [Address(INDEX_PATHS[kind], changed), *found]
    if not newest:
        return []
    if has_downloads(conn, Reader(GUEST, "")):
        shelves.append(Address("/downloads", max(newest)))
    return [Address(one.path, one.changed_at, _in_languages(one.path)) for one in shelves]


def _in_languages(path: str) -> tuple[tuple[str, str], ...]:
    each = [(locale, f"{path}?{urlencode({LOCALE: locale})}") for locale in LOCALES]
    return (*each, ("x-default", path))


def _url_set(found: Sequence[Address], site: Site, request: Request, *, home: bool) -> ET.Element:
    """The pages, the home page before them: a site without answers has that one alone.

    The standard wants at least one page.
    """
    root = ET.Element("urlset", {"xmlns": SITEMAP, "xmlns:xhtml": XHTML})
    pages = [(one.path, one.changed_at, one.translations) for one in found]
    newest = max((one.changed_at for one in found), default=None)
    start = [("/", newest, _in_languages("/"))] if home else []
    for path, changed_at, translations in [*start, *pages]:
        item = ET.SubElement(root, "url")
        add(item, "loc", site.look.absolute(request, path))
        if changed_at is not None:
            add(item, "lastmod", changed_at.date().isoformat())
        for lang, other in translations:
            href = site.look.absolute(request, other)
            ET.SubElement(item, "xhtml:link", rel="alternate", hreflang=lang, href=href)
    return root


@router.get("/robots.txt", name="robots")
async def show_robots(request: Request, site: SiteDep) -> Response:
    """What search engines may visit."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in CLOSED)]
    lines += ["", f"Sitemap: {site.look.absolute(request, '/sitemap.xml')}", ""]
    return Response("\n".join(lines), media_type="text/plain", headers=kept(site))


@router.get("/opensearch.xml", name="opensearch")
async def show_opensearch(request: Request, site: SiteDep) -> Response:
    """How browsers can search here from their address bar, with suggestions."""
    root = ET.Element("OpenSearchDescription", xmlns=OPENSEARCH)
    add(root, "ShortName", site.settings.site_name[:16])
    add(root, "Description", site.settings.site_name[:1024])
    add(root, "InputEncoding", "UTF-8")
    for type_, path in (
        ("text/html", "/search"),
        (SUGGESTIONS_TYPE, "/opensearch/suggestions"),
    ):
        template = f"{site.look.absolute(request, path)}?q={{searchTerms}}"
        ET.SubElement(root, "Url", type=type_, template=template)
    ET.SubElement(
        root,
        "Url",
        type="application/opensearchdescription+xml",
        rel="self",
        template=site.look.absolute(request, "/opensearch.xml"),
    )
    return xml_reply(site, root, "application/opensearchdescription+xml")


@router.get("/opensearch/suggestions", name="opensearch suggestions")
async def suggest_to_browsers(
    visit: VisitDep, q: Annotated[str, Query(max_length=MAX_QUERY_CHARS)] = ""
) -> Response:
    """What to offer in an address bar: the text, then suggestions, notes and addresses.

    See the OpenSearch Suggestions extension 1.1.
    """
    found = visit.site.live.suggest(q[:MAX_TYPED_CHARS], viewer=visit.viewer, limit=MAX_SUGGESTIONS)
    reply = [
        q,
        [one.text for one in found],
        [""] * len(found),
        [visit.absolute(one.url) for one in found],
    ]
    headers = {"cache-control": cache_control(visit.viewer, max_age_s=SHORT_S), "vary": VARY}
    return Response(orjson.dumps(reply), media_type=SUGGESTIONS_TYPE, headers=headers)
