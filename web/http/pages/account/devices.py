"""Where somebody is signed in, and signing out there."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from kb.clock import utc_now
from kb.store.engine import reading, transaction
from kb.store.people.sessions import end_session, end_sessions, list_sessions
from web.http.account.device_contexts import PATH, devices_page
from web.http.account.fresh import account_id_of
from web.http.dependencies import AccountVisitDep, Id
from web.http.replies import redirect

router = APIRouter()


@router.get(PATH, response_class=HTMLResponse, name="devices")
def show_devices(visit: AccountVisitDep) -> HTMLResponse:
    """Show every browser in which the account is signed in."""
    with reading(visit.site.engine) as conn:
        sessions = list_sessions(conn, account_id_of(visit))
        own_id = visit.site.sessions.session_id(conn, visit.request)
    page = devices_page(sessions, own_id, today=utc_now().date())
    return visit.page("account/devices.html", page)


@router.post("/account/devices/others/end", name="end other devices")
def end_others(visit: AccountVisitDep) -> Response:
    """Sign out everywhere but here."""
    with transaction(visit.site.engine) as conn:
        own_id = visit.site.sessions.session_id(conn, visit.request)
        end_sessions(conn, account_id_of(visit), keep=own_id)
    return redirect(f"{PATH}?done=others-ended")


@router.post("/account/devices/{session_id}/end", name="end device")
def end_device(visit: AccountVisitDep, session_id: Id) -> Response:
    """Sign one of them out; signing out this one leads to the start page."""
    with transaction(visit.site.engine) as conn:
        own_id = visit.site.sessions.session_id(conn, visit.request)
        end_session(conn, account_id_of(visit), session_id)
        if session_id != own_id:
            return redirect(f"{PATH}?done=device-ended")
        reply = redirect(f"/?done=signed-out&locale={visit.locale}")
        visit.site.sessions.end(reply, conn, visit.request)
    return reply
