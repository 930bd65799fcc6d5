"""JSON replies and redirects, and what caches may do with replies."""

from __future__ import annotations

from typing import Any

import orjson
from starlette.responses import RedirectResponse, Response

from kb.access import Viewer

PRIVATE = "private, no-store"
"""For whoever is known by a key or a session: no cache, not even the browser's."""

OWN_BROWSER = "private, no-cache"
REVALIDATED = "no-cache"
"""For guests: what is published must be seen within a second."""

SHORT_S = 60
VARY = "Authorization, Cookie, Accept-Language"


def json_reply(content: Any, *, viewer: Viewer, status: int = 200, max_age_s: int = 0) -> Response:
    """A JSON reply; `max_age_s` lets caches keep it, but only a guest's."""
    return Response(
        orjson.dumps(content),
        status_code=status,
        media_type="application/json",
        headers={"cache-control": cache_control(viewer, max_age_s=max_age_s), "vary": VARY},
    )


def redirect(url: str) -> RedirectResponse:
    """Lead the browser on after a form, with a GET that nothing keeps."""
    return RedirectResponse(url, status_code=303, headers={"cache-control": "no-store"})


def forget_pages(reply: Response) -> Response:
    """The reply after signing out: the next reader of this browser finds nothing of the last.

    Neither pages on the way back, nor the draft of a question, nor what was looked for.
    """
    reply.headers["clear-site-data"] = '"cache", "storage"'
    return reply


def cache_control(viewer: Viewer, *, max_age_s: int = 0) -> str:
    """What caches may do with a reply to this viewer."""
    if viewer.account_id is not None:
        return PRIVATE
    return f"public, max-age={max_age_s}" if max_age_s else REVALIDATED


def page_cache_control(viewer: Viewer, *, is_private: bool, max_age_s: int = 0) -> str:
    """What caches may do with a page: `is_private` ones stay nowhere, not even in the browser.

    Other pages of somebody signed in stay in their browser alone, which asks each time whether
    they still hold.
    """
    if is_private:
        return PRIVATE
    if viewer.account_id is not None:
        return OWN_BROWSER
    return f"public, max-age={max_age_s}" if max_age_s else REVALIDATED
