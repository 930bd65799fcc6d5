"""Signing in with an API key, and out again."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Query
from fastapi.responses import HTMLResponse
from starlette.responses import RedirectResponse, Response

from kb.store.engine import reading
from kb.store.people.keys import find_key_id
from web.http import messages
from web.http.contexts import FieldError, SignInPage
from web.http.dependencies import MAX_KEY_CHARS, VisitDep
from web.http.rate_limits import Allowance
from web.http.visitors import client_address

router = APIRouter()

AFTER_SIGN_IN = "/desk/topics"
Next = Annotated[str, Query(max_length=2_000)]


@router.get("/sign-in", response_class=HTMLResponse, name="sign in")
def show_form(visit: VisitDep, next: Next = AFTER_SIGN_IN) -> HTMLResponse:
    """Show where to enter a key."""
    return visit.page("sign_in.html", SignInPage(next_url=safe_path(next)))


@router.post("/sign-in", name="send key")
def sign_in(
    visit: VisitDep,
    key: Annotated[str, Form(max_length=2_000)] = "",
    next: Annotated[str, Form(max_length=2_000)] = AFTER_SIGN_IN,
) -> Response:
    """Start a session for a key that is valid, and lead to where its owner wanted to go."""
    wanted = safe_path(next)
    typed = key.strip()
    message = None if typed else messages.KEY_MISSING
    key_id = None
    if typed:
        visit.site.limits.spend(Allowance.SIGN_IN, client_address(visit.request))
        if len(typed) <= MAX_KEY_CHARS:
            with reading(visit.site.engine) as conn:
                key_id = find_key_id(conn, typed)
        if key_id is None:
            message = messages.KEY_UNKNOWN
    if message is not None or key_id is None:
        errors = (FieldError("key", visit.text(message or messages.KEY_UNKNOWN)),)
        return visit.page("sign_in.html", SignInPage(next_url=wanted, errors=errors), status=422)
    reply = RedirectResponse(wanted, status_code=303, headers={"cache-control": "no-store"})
    visit.site.sessions.start(reply, key_id)
    return reply


@router.post("/sign-out", name="sign out")
def sign_out(visit: VisitDep) -> Response:
    """End the session in this browser."""
    reply = RedirectResponse(
        f"/?done=signed-out&locale={visit.locale}",
        status_code=303,
        headers={"cache-control": "no-store"},
    )
    visit.site.sessions.end(reply)
    return reply


def safe_path(path: str) -> str:
    """The path if it is one of this site, else where agents start.

    Browsers read `//host`, `/\\host` and a tab between the slashes as another site.
    """
    plain = path.startswith("/") and path[1:2] not in ("/", "\\")
    return path if plain and path.isprintable() and path.isascii() else AFTER_SIGN_IN
