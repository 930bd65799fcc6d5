"""What routes ask for: the site, who is asking, and what they may do."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Depends, Form, Path, Query
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request

from kb.access import GUEST, Permission, Viewer
from kb.errors import NotPermitted
from web.http.frame import Visit, visit_of
from web.http.languages import accepted_locale, page_before
from web.http.rate_limits import Allowance
from web.http.rules import ACCOUNT, ACCOUNT_ASKS, ADMIN, AGENT, READER, Rule
from web.http.site import Site
from web.http.visitors import client_address

DESK = "/desk/topics"
"""Where agents start."""

ACCOUNT_PAGE = "/account"
STAFF_ONLY = frozenset(
    {Permission.EDIT, Permission.MODERATE, Permission.ADMINISTER, Permission.GIVE_ACCESS}
)
SIGNED_IN = Rule(None, signed_in=True)
MAX_ID = 2**62
MAX_KEY_CHARS = 200

Id = Annotated[int, Path(ge=1, le=MAX_ID)]
Limit = Annotated[int, Query(ge=1, le=100, description="Results on one page.")]
FormLine = Annotated[str, Form(max_length=2_000)]
"""One line of a form; what is longer than any field takes is refused before it is looked at."""

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

    Looked up once for each request. Raises HTTPException 401 for a key that is not valid; a
    session that has ended is a guest.
    """
    known: Viewer | None = getattr(request.state, "viewer", None)
    if known is None:
        known = await _look_up_viewer(request, site)
        request.state.viewer = known
    return known


async def _look_up_viewer(request: Request, site: Site) -> Viewer:
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
    if scheme.lower() == "bearer" and 0 < len(key) <= MAX_KEY_CHARS:
        viewer = site.viewer_by_key(key.strip())
    if viewer is None:
        site.limits.spend(Allowance.REFUSED_KEY, client_address(request))
        raise _unauthorised("this key is not known, or it has been revoked")
    return viewer


def _unauthorised(detail: str) -> HTTPException:
    return HTTPException(401, detail, headers={"www-authenticate": "Bearer"})


ViewerDep = Annotated[Viewer, Depends(current_viewer)]


def refuse_unless(request: Request, viewer: Viewer, rule: Rule) -> None:
    """Raise what answers a viewer whom the rule does not let in; return for all others.

    Guests of a page for accounts are led to the sign-in, guests of the API get 401, all others
    NotPermitted.
    """
    if rule.lets(viewer):
        return
    if viewer.account_id is None and rule.signed_in:
        if request.url.path.startswith("/api/"):
            raise _unauthorised(f"this needs {rule.needs}")
        raise lead_to_sign_in(request, rule)
    raise NotPermitted(f"this needs {rule.needs}", text_key=rule.text_key)


async def current_reader(request: Request, viewer: ViewerDep) -> Viewer:
    """Anybody, but for a key without the scope read."""
    refuse_unless(request, viewer, READER)
    return viewer


async def current_asker(request: Request, viewer: ViewerDep) -> Viewer:
    """A known account whose key may send questions in."""
    refuse_unless(request, viewer, ACCOUNT_ASKS)
    return viewer


async def current_editor(request: Request, viewer: ViewerDep) -> Viewer:
    """An agent, moderator or admin whose key has the scope agent."""
    refuse_unless(request, viewer, AGENT)
    return viewer


ReaderDep = Annotated[Viewer, Depends(current_reader)]
AskerDep = Annotated[Viewer, Depends(current_asker)]
EditorDep = Annotated[Viewer, Depends(current_editor)]


async def current_visit(request: Request, site: SiteDep, viewer: ViewerDep) -> Visit:
    """A request for a page; the table of `web.http.who_may` says by whom."""
    return visit_of(request, site, viewer)


async def account_visit(request: Request, site: SiteDep, viewer: ViewerDep) -> Visit:
    """A request for a page of whoever is signed in; a guest is led to the sign-in first."""
    refuse_unless(request, viewer, SIGNED_IN)
    return visit_of(request, site, viewer)


def lead_to_sign_in(request: Request, rule: Rule = ACCOUNT) -> HTTPException:
    """The redirect to the sign-in, which leads back here; after a form to where it stood."""
    if request.method == "GET":
        query = request.url.query
        back = f"{request.url.path}?{query}" if query else request.url.path
    else:
        start = DESK if rule.permission in STAFF_ONLY else ACCOUNT_PAGE
        back = page_before(request) or start
    return HTTPException(303, headers={"location": f"/sign-in?{urlencode({'next': back})}"})


async def staff_visit(request: Request, site: SiteDep, viewer: ViewerDep) -> Visit:
    """A request for an agents' page; a guest is led to the sign-in first."""
    refuse_unless(request, viewer, AGENT)
    return visit_of(request, site, viewer)


async def admin_visit(request: Request, site: SiteDep, viewer: ViewerDep) -> Visit:
    """A request for an administrators' page; a guest is led to the sign-in first."""
    refuse_unless(request, viewer, ADMIN)
    return visit_of(request, site, viewer)


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
