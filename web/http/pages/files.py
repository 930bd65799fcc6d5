"""Static files, the accent's style sheet, and the state of the process."""

from __future__ import annotations

import orjson
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from kb.errors import NotFound, Unavailable
from kb.store.engine import reading
from kb.store.instance import get_incarnation
from web.http.assets import FOR_EVER
from web.http.dependencies import SiteDep

router = APIRouter()


@router.get("/static/{content_hash}/{name:path}", name="static")
async def show_asset(request: Request, site: SiteDep, content_hash: str, name: str) -> Response:
    """A static file under an address that changes with its content."""
    asset = site.look.assets.find(content_hash, name)
    if asset is None:
        raise NotFound("file", name[:100])
    headers = {
        "cache-control": asset.cache_control,
        "etag": f'W/"{asset.content_hash}"',
        "vary": "Accept-Encoding",
    }
    content = asset.content
    # Compressed once at start, and for readers with a cookie too: no secret is in these.
    if asset.compressed is not None and "gzip" in request.headers.get("accept-encoding", ""):
        content = asset.compressed
        headers["content-encoding"] = "gzip"
    return Response(content, media_type=asset.media_type, headers=headers)


@router.get("/theme/{name}.css", name="theme")
async def show_theme(request: Request, site: SiteDep, name: str) -> Response:
    """The style sheet with the site's accent."""
    current = request.url.path == site.look.theme_url
    headers = {"cache-control": FOR_EVER if current else "no-cache"}
    return Response(site.look.theme, media_type="text/css", headers=headers)


@router.get("/health", name="health")
def show_health(site: SiteDep) -> Response:
    """Whether the process serves, and what is missing: 503 only where the record is gone."""
    missing = set(site.live.degraded())
    try:
        with reading(site.engine) as conn:
            get_incarnation(conn)
        missing.discard("record")
    except Unavailable:
        missing.add("record")
    state = "failing" if "record" in missing else "degraded" if missing else "ok"
    return Response(
        orjson.dumps({"status": state, "degraded": sorted(missing)}),
        status_code=503 if state == "failing" else 200,
        media_type="application/json",
        headers={"cache-control": "no-store"},
    )
