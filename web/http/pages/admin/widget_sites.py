"""Where the widget may stand, and which of those sites may vouch for members."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Query
from fastapi.responses import HTMLResponse
from starlette.responses import RedirectResponse, Response

from kb.errors import Conflict, InvalidInput
from kb.store.engine import reading, transaction
from kb.store.people.widget_sites import (
    WidgetSite,
    add_widget_site,
    keep_members_out,
    let_members_in,
    list_widget_sites,
    remove_widget_site,
)
from web.http.admin.widget_contexts import NewSecret, WidgetSiteRow, WidgetSitesPage
from web.http.contexts import FieldError, Notice
from web.http.dependencies import AdminVisitDep, Id
from web.http.frame import Visit
from web.http.messages import to_translate
from web.http.replies import redirect
from web.http.widget.secrets import secret_of

router = APIRouter()

PATH = "/admin/widget-sites"
TEMPLATE = "admin/widget_sites.html"

UNREADABLE = to_translate("Write an address like https://www.example.com.")
KNOWN = to_translate("This site is allowed already. It is in the list below.")
FULL = to_translate("At most 200 sites can have the widget. Remove one first.")
NEEDS_HTTPS = to_translate(
    "This site needs https before it may vouch for members. Add its https address."
)
NEEDS_ADDRESS = to_translate("Members can be let in once KB_PUBLIC_URL is set: tokens name it.")
DONE = {
    "added": to_translate("Site allowed. The widget answers there from now on."),
    "removed": to_translate("Site removed. The widget leads to the help centre there from now on."),
    "members-out": to_translate("Members are kept out. Their tokens no longer count."),
}


@router.get(PATH, response_class=HTMLResponse, name="widget sites")
def show_sites(
    visit: AdminVisitDep, did: Annotated[str, Query(max_length=20)] = ""
) -> HTMLResponse:
    """Show the sites by origin, the form for a new one, and what goes into their pages."""
    notice = Notice(visit.text(DONE[did])) if did in DONE else None
    return visit.page(TEMPLATE, _page(visit, notice=notice))


@router.post(PATH, name="add widget site")
def add(visit: AdminVisitDep, origin: Annotated[str, Form(max_length=2_000)] = "") -> Response:
    """Allow a site; on errors the form keeps what was typed."""
    try:
        with transaction(visit.site.engine) as conn:
            add_widget_site(conn, origin, viewer=visit.viewer)
    except Conflict:
        return _refused(visit, KNOWN, typed=origin)
    except InvalidInput as problem:
        return _refused(visit, UNREADABLE if problem.field else FULL, typed=origin)
    return _back(visit, "added")


@router.post(f"{PATH}/{{site_id}}/remove", name="remove widget site")
def remove(visit: AdminVisitDep, site_id: Id) -> Response:
    """Take the widget off a site."""
    with transaction(visit.site.engine) as conn:
        remove_widget_site(conn, site_id, viewer=visit.viewer)
    return _back(visit, "removed")


@router.post(f"{PATH}/{{site_id}}/members", name="members of a widget site")
def switch_members(
    visit: AdminVisitDep, site_id: Id, let: Annotated[str, Form(max_length=10)] = ""
) -> Response:
    """Let a site's members in and show its new secret, this once; or keep them out."""
    if let == "out":
        with transaction(visit.site.engine) as conn:
            keep_members_out(conn, site_id, viewer=visit.viewer)
        return _back(visit, "members-out")
    if not visit.site.look.public_url:
        return _refused(visit, NEEDS_ADDRESS)
    try:
        with transaction(visit.site.engine) as conn:
            site = let_members_in(conn, site_id, viewer=visit.viewer)
    except InvalidInput:
        return _refused(visit, NEEDS_HTTPS)
    shown = NewSecret(site.origin, secret_of(visit.site, site))
    reply = visit.page(TEMPLATE, _page(visit, new_secret=shown))
    reply.headers["cache-control"] = "private, no-store"
    return reply


def _back(visit: Visit, did: str) -> RedirectResponse:
    return redirect(f"{PATH}?did={did}&locale={visit.locale}")


def _refused(visit: Visit, message: str, *, typed: str = "") -> HTMLResponse:
    errors = (FieldError("origin", visit.text(message)),)
    return visit.page(TEMPLATE, _page(visit, typed=typed, errors=errors), status=422)


def _page(
    visit: Visit,
    *,
    typed: str = "",
    errors: tuple[FieldError, ...] = (),
    notice: Notice | None = None,
    new_secret: NewSecret | None = None,
) -> WidgetSitesPage:
    with reading(visit.site.engine) as conn:
        sites = list_widget_sites(conn, viewer=visit.viewer)
    return WidgetSitesPage(
        rows=tuple(_row(site) for site in sites),
        snippet=f'<script src="{visit.absolute("/widget.js")}" async></script>',
        takes_members=bool(visit.site.look.public_url),
        typed=typed,
        errors=errors,
        notice=notice,
        new_secret=new_secret,
    )


def _row(site: WidgetSite) -> WidgetSiteRow:
    return WidgetSiteRow(
        origin=site.origin,
        members=site.members,
        is_private=site.is_private,
        added_by=site.by_name,
        added_on=site.created_at.date(),
        members_url=f"{PATH}/{site.id}/members",
        remove_url=f"{PATH}/{site.id}/remove",
    )
