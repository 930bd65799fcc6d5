"""What routes ask for: the site, who is asking, and what they may do."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Depends, Path, Query
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request

from kb.access import GUEST, Scope, Viewer, may_administer, may_ask, may_edit
from kb.errors import NotPermitted
from web.http.frame import Visit, accepted_locale, visit_of
from web.http.rate_limits import Allowance
from web.http.site import Site
from web.http.visitors import client_address
from web.http.widget.members import find_member, is_member_token

MAX_ID = 2**62
MAX_KEY_CHARS = 200

Id = Annotated[int, Path(ge=1, le=MAX_ID)]
Limit = Annotated[int, Query(ge=1, le=100, description="Results on one page.")]
PageCursor = Annotated[
    str | None, Query(max_length=300, description="The `cursor` of the page before.")
]


async def site_of(request: Request) -> Site:
    """The open site of this process."""
    site: Site = request.app.state.site
    return site


SiteDep = Annotated[Site, Depends(site_of)]


async def current_viewer(request: Request, site: SiteDep) -> Viewer:
    """Who is asking: by key, else by session, else a guest in the browser's language.

    Raises HTTPException 401 for a key that is not valid; a session that has ended is a guest.
    """
    header = request.headers.get("authorization")
    if header is not None:
        return await run_in_threadpool(_viewer_by_header, request, site, header)
    cookie = request.cookies.get(site.sessions.cookie_name)
    if cookie:
        viewer = await run_in_threadpool(site.viewer_by_session, cookie)
        if viewer is not None:
            return viewer
    return replace(GUEST, locale=accepted_locale(request))


def _viewer_by_header(request: Request, site: Site, header: str) -> Viewer:
    scheme, _, key = header.partition(" ")
    viewer = None
    if scheme.lower() == "bearer" and is_member_token(key):
        viewer = find_member(site, request, key)
    elif scheme.lower() == "bearer" and 0 < len(key) <= MAX_KEY_CHARS:
        viewer = site.viewer_by_key(key.strip())
    if viewer is None:
        site.limits.spend(Allowance.REFUSED_KEY, client_address(request))
        raise _unauthorised("this key is not known, or it has been revoked")
    return viewer


def _unauthorised(detail: str) -> HTTPException:
    return HTTPException(401, detail, headers={"www-authenticate": "Bearer"})


ViewerDep = Annotated[Viewer, Depends(current_viewer)]


def require_reader(viewer: Viewer) -> None:
    """Raise NotPermitted for a key that was not made for reading."""
    if viewer.scopes.isdisjoint({Scope.READ, Scope.AGENT}):
        raise NotPermitted("this needs a key with the scope read")


async def current_reader(viewer: ViewerDep) -> Viewer:
    """Anybody, but for a key without the scope read."""
    require_reader(viewer)
    return viewer


async def current_asker(viewer: ViewerDep) -> Viewer:
    """A known account whose key may send questions in."""
    if viewer.account_id is None:
        raise _unauthorised("this needs a key with the scope ask")
    if not may_ask(viewer):
        raise NotPermitted("this needs a key with the scope ask")
    return viewer


async def current_editor(viewer: ViewerDep) -> Viewer:
    """An agent, moderator or admin whose key has the scope agent."""
    if viewer.account_id is None:
        raise _unauthorised("this needs a key with the scope agent")
    if not may_edit(viewer):
        raise NotPermitted("this needs an agent's key with the scope agent")
    return viewer


ReaderDep = Annotated[Viewer, Depends(current_reader)]
AskerDep = Annotated[Viewer, Depends(current_asker)]
EditorDep = Annotated[Viewer, Depends(current_editor)]


async def current_visit(request: Request, site: SiteDep, viewer: ReaderDep) -> Visit:
    """A request for a page."""
    return visit_of(request, site, viewer)


async def account_visit(request: Request, site: SiteDep, viewer: ViewerDep) -> Visit:
    """A request for a page of whoever is signed in; a guest is led to the sign-in first."""
    if viewer.account_id is None:
        raise lead_to_sign_in(request, otherwise="/account")
    return visit_of(request, site, viewer)


def lead_to_sign_in(request: Request, *, otherwise: str) -> HTTPException:
    """The redirect to the sign-in, which leads back here; after a form to `otherwise`."""
    back = otherwise
    if request.method == "GET":
        query = request.url.query
        back = f"{request.url.path}?{query}" if query else request.url.path
    return HTTPException(303, headers={"location": f"/sign-in?{urlencode({'next': back})}"})


async def staff_visit(request: Request, site: SiteDep, viewer: ViewerDep) -> Visit:
    """A request for an agents' page; a guest is led to the sign-in first."""
    visit = visit_of(request, site, viewer)
    if viewer.account_id is None:
        raise lead_to_sign_in(request, otherwise="/desk/topics")
    if not may_edit(viewer):
        raise NotPermitted("this page is for support agents")
    return visit


async def admin_visit(visit: Annotated[Visit, Depends(staff_visit)]) -> Visit:
    """A request for an administrators' page."""
    if not may_administer(visit.viewer):
        raise NotPermitted("this page is for administrators")
    return visit


AccountVisitDep = Annotated[Visit, Depends(account_visit)]
VisitDep = Annotated[Visit, Depends(current_visit)]
StaffVisitDep = Annotated[Visit, Depends(staff_visit)]
AdminVisitDep = Annotated[Visit, Depends(admin_visit)]


def spend_as_guest(request: Request, site: Site, viewer: Viewer, allowance: Allowance) -> None:
    """Count a guest's write against their address; known accounts are not limited.

    Raises TooMany when the address has none left.
    """
    if viewer.account_id is None:
        site.limits.spend(allowance, client_address(request))
