"""What other programs read about the site: feed, sitemap, robots, search description."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator

from fastapi import APIRouter
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from kb.access import GUEST
from kb.addresses import entry_path
from kb.entries import Entry
from kb.store.engine import reading
from kb.store.entries.reading import latest_entries
from web.http.dependencies import SiteDep
from web.http.markdown import render_markdown
from web.http.site import Site

router = APIRouter()

FEED_ENTRIES = 20
SITEMAP_ENTRIES = 50_000
"""The most that one sitemap may hold by its standard."""

SITEMAP_PAGE = 500
KEPT_S = 300
"""How long caches may keep these; what was taken down is gone from them after five minutes."""

ATOM = "http://www.w3.org/2005/Atom"
SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
OPENSEARCH = "http://a9.com/-/spec/opensearch/1.1/"
NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""Characters that no XML 1.0 document may hold."""

CLOSED = ("/admin/", "/api/", "/desk/", "/q/", "/search", "/sign-in")


@router.get("/feed", name="feed")
def show_feed(request: Request, site: SiteDep) -> Response:
    """The latest entries that everybody may read, as Atom."""
    look = site.look
    with reading(site.engine) as conn:
        latest = latest_entries(conn, viewer=GUEST, limit=FEED_ENTRIES)
    root = ET.Element("feed", xmlns=ATOM)
    _add(root, "title", look.settings.site_name)
    _add(root, "id", look.absolute(request, "/feed"))
    ET.SubElement(root, "link", rel="self", href=look.absolute(request, "/feed"))
    ET.SubElement(root, "link", href=look.absolute(request, "/"))
    newest = max((one.updated_at for one in latest), default=None)
    _add(root, "updated", newest.isoformat() if newest else "1970-01-01T00:00:00+00:00")
    author = ET.SubElement(root, "author")
    _add(author, "name", look.settings.site_name)
    for entry in latest:
        url = look.absolute(request, entry_path(entry.id, entry.title))
        _add_entry(root, entry, url, permanent=look.absolute(request, f"/faq/{entry.id}"))
    return _xml(site, root, "application/atom+xml")


def _add_entry(root: ET.Element, entry: Entry, url: str, *, permanent: str) -> None:
    item = ET.SubElement(root, "entry", {"xml:lang": entry.locale})
    _add(item, "title", entry.title)
    _add(item, "id", permanent)
    ET.SubElement(item, "link", href=url)
    _add(item, "published", (entry.published_at or entry.created_at).isoformat())
    _add(item, "updated", entry.updated_at.isoformat())
    content = _add(item, "content", str(render_markdown(entry.answer).html))
    content.set("type", "html")


@router.get("/sitemap.xml", name="sitemap")
def show_sitemap(request: Request, site: SiteDep) -> Response:
    """Every entry that everybody may read."""
    root = ET.Element("urlset", xmlns=SITEMAP)
    _add(ET.SubElement(root, "url"), "loc", site.look.absolute(request, "/"))
    with reading(site.engine) as conn:
        for entry in _public_entries(conn):
            item = ET.SubElement(root, "url")
            path = entry_path(entry.id, entry.title)
            _add(item, "loc", site.look.absolute(request, path))
            _add(item, "lastmod", entry.updated_at.date().isoformat())
    return _xml(site, root, "application/xml")


def _public_entries(conn: Connection) -> Iterator[Entry]:
    after_id, seen = None, 1
    while seen < SITEMAP_ENTRIES:
        part = latest_entries(conn, viewer=GUEST, after_id=after_id, limit=SITEMAP_PAGE)
        yield from part
        if len(part) < SITEMAP_PAGE:
            return
        seen += len(part)
        after_id = part[-1].id


@router.get("/robots.txt", name="robots")
async def show_robots(request: Request, site: SiteDep) -> Response:
    """What search engines may visit."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in CLOSED)]
    lines += ["", f"Sitemap: {site.look.absolute(request, '/sitemap.xml')}", ""]
    return Response("\n".join(lines), media_type="text/plain", headers=_kept(site))


@router.get("/opensearch.xml", name="opensearch")
async def show_opensearch(request: Request, site: SiteDep) -> Response:
    """How browsers can search here from their address bar."""
    root = ET.Element("OpenSearchDescription", xmlns=OPENSEARCH)
    _add(root, "ShortName", site.settings.site_name[:16])
    _add(root, "Description", site.settings.site_name)
    _add(root, "InputEncoding", "UTF-8")
    target = site.look.absolute(request, "/search") + "?q={searchTerms}"
    ET.SubElement(root, "Url", type="text/html", template=target)
    return _xml(site, root, "application/opensearchdescription+xml")


def _add(parent: ET.Element, name: str, text: str) -> ET.Element:
    child = ET.SubElement(parent, name)
    child.text = NOT_XML.sub("", text)
    return child


def _xml(site: Site, root: ET.Element, media_type: str) -> Response:
    body = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return Response(body, media_type=media_type, headers=_kept(site))


def _kept(site: Site) -> dict[str, str]:
    """Return what caches may do: nothing where the links follow the name that was asked for."""
    public = f"public, max-age={KEPT_S}"
    return {"cache-control": public if site.look.public_url else "no-cache"}
