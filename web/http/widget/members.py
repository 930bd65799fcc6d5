"""Members of a company's own site, vouched for by a short-lived token that its server signs."""

from __future__ import annotations

from starlette.requests import Request

from kb.access import Viewer
from web.http.site import Site


def is_member_token(key: str) -> bool:
    """Whether a bearer is a signed token (three parts, RFC 7519) rather than an API key."""
    return key.count(".") == 2


def find_member(site: Site, request: Request, token: str) -> Viewer | None:
    """Who a member's token stands for; None for one that is forged, old, or for another site."""
    return None
