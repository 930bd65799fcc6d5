"""The widget that other sites embed: its script."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from web.http.assets import JAVASCRIPT
from web.http.dependencies import SiteDep
from web.http.widget.script import CACHE_S, widget_script

router = APIRouter()


@router.get("/widget.js", name="widget")
async def show_script(request: Request, site: SiteDep) -> Response:
    """The script; pages of any site may load it, but it is answered on the admin's sites only."""
    script = widget_script(site.settings.accent)
    headers = {
        "cache-control": f"public, max-age={CACHE_S}, stale-while-revalidate=86400",
        "etag": script.etag,
        # Pages that isolate themselves load only what says so.
        "cross-origin-resource-policy": "cross-origin",
    }
    if script.etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(script.content, media_type=JAVASCRIPT, headers=headers)
