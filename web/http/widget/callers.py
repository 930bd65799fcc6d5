"""Who asks through the widget: a guest, or a member whom the site around it vouches for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, Any

import orjson
from fastapi import Depends, Query
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from kb.access import GUEST, Role, Viewer
from web.http.dependencies import SiteDep
from web.http.frame import Visit, accepted_locale
from web.http.i18n import LOCALES, best_locale
from web.http.rate_limits import Allowance
from web.http.replies import PRIVATE, REVALIDATED
from web.http.site import Site
from web.http.visitors import client_address
from web.http.widget.members import Member, is_member_token, read_member

VARY = "Authorization, Origin, Accept-Language"
MAX_ORIGIN_CHARS = 300


@dataclass(frozen=True, slots=True)
class Caller:
    """One request of the widget; `email` is a member's, empty for guests and where unknown."""

    request: Request
    site: Site
    viewer: Viewer
    email: str = ""

    @property
    def locale(self) -> str:
        """The language that the widget speaks."""
        return self.viewer.locale

    @property
    def is_member(self) -> bool:
        """Whether a site vouches for who asks."""
        return self.viewer.role is not Role.GUEST

    @property
    def visit(self) -> Visit:
        """The same request as pages see it."""
        return Visit(self.request, self.site, self.viewer, self.locale)

    def absolute(self, path: str) -> str:
        """An absolute link to a path of this site."""
        return self.site.look.absolute(self.request, path)

    def spend(self, allowance: Allowance) -> None:
        """Count one action against the reader's address; raises TooMany."""
        self.site.limits.spend(allowance, client_address(self.request))

    def spend_for_site(self, allowance: Allowance) -> None:
        """Count one action against the site around the widget; raises TooMany."""
        origin = self.request.headers.get("origin", "")
        if origin:
            self.site.limits.spend(allowance, origin[:MAX_ORIGIN_CHARS])

    def reply(self, content: Any, *, status: int = 200) -> Response:
        """A JSON reply: members' never kept by any cache, guests' asked for anew."""
        headers = {"cache-control": PRIVATE if self.is_member else REVALIDATED, "vary": VARY}
        return Response(
            orjson.dumps(content),
            status_code=status,
            media_type="application/json",
            headers=headers,
        )


async def current_caller(
    request: Request,
    site: SiteDep,
    lang: Annotated[str, Query(max_length=35, description="What the widget speaks.")] = "",
) -> Caller:
    """Who asks. Cookies and API keys count for nothing here: other sites' pages could send them.

    Raises HTTPException 401 for a token that is not valid, so that the page can fetch a new one.
    """
    locale = best_locale([lang]) if lang else accepted_locale(request)
    header = request.headers.get("authorization")
    if header is None:
        return Caller(request, site, replace(GUEST, locale=locale))
    member = await run_in_threadpool(_member, request, site, header)
    viewer = member.viewer
    if lang or viewer.locale not in LOCALES:
        viewer = replace(viewer, locale=locale)
    return Caller(request, site, viewer, member.email)


def _member(request: Request, site: Site, header: str) -> Member:
    scheme, _, token = header.partition(" ")
    member = None
    if scheme.lower() == "bearer" and is_member_token(token):
        member = read_member(site, request, token.strip())
    if member is None:
        site.limits.spend(Allowance.REFUSED_KEY, client_address(request))
        detail = "this token is not valid, or no longer"
        raise HTTPException(401, detail, headers={"www-authenticate": "Bearer"})
    return member


CallerDep = Annotated[Caller, Depends(current_caller)]
