"""Pages that a link of a mail leads to: those with a secret, and those of a link that ended."""

from __future__ import annotations

from typing import Literal

from fastapi.responses import HTMLResponse

from web.http.account.profile_contexts import OwnLinkEndedPage
from web.http.account.sign_in_contexts import LinkEndedPage
from web.http.frame import Visit

GONE = 410


def link_ended(visit: Visit, kind: Literal["confirm", "password"]) -> HTMLResponse:
    """Say that a link to confirm an address or set a password was used or is too old."""
    return visit.page("account/link_ended.html", LinkEndedPage(kind), status=GONE)


def own_link_ended(visit: Visit, *, again_url: str) -> HTMLResponse:
    """Say that a link about one's own account was used or is too old, and where to get another."""
    page = OwnLinkEndedPage(again_url=again_url)
    return visit.page("account/profile_link_ended.html", page, status=GONE)


def with_secret(page: HTMLResponse) -> HTMLResponse:
    """The page with a secret in its address: kept nowhere and told to no other page."""
    page.headers["cache-control"] = "private, no-store"
    # Not "no-referrer": with that the page's own form comes from the origin "null" (Fetch, 3.2),
    # and over plain HTTP, where browsers send no Sec-Fetch-Site, nobody could tell it from foreign.
    page.headers["referrer-policy"] = "strict-origin"
    return page
