"""Signing in with a password or an API key, and out again."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Query
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from kb.store.engine import reading, transaction
from kb.store.people.accounts import get_account
from kb.store.people.keys import find_key_id, find_viewer_by_key
from kb.store.people.sessions import end_sessions
from kb.store.people.tokens import end_links
from web.http import messages
from web.http.account import texts
from web.http.account.arriving import safe_path, start_of, waiting
from web.http.account.password_sign_in import Outcome, sign_in_by_password
from web.http.account.provider_settings import START_PATH
from web.http.account.sign_in_contexts import SignInPage
from web.http.contexts import FieldError
from web.http.dependencies import MAX_KEY_CHARS, AccountVisitDep, FormLine, ViewerDep, VisitDep
from web.http.frame import Visit
from web.http.rate_limits import Allowance
from web.http.replies import forget_pages, redirect
from web.http.visitors import client_address

router = APIRouter()

Next = Annotated[str, Query(max_length=2_000)]


@router.get("/sign-in", response_class=HTMLResponse, name="sign in")
def show_form(visit: VisitDep, viewer: ViewerDep, next: Next = "") -> Response:
    """Show where to enter address and password; who is signed in goes on."""
    wanted = safe_path(next)
    if viewer.account_id is not None:
        with reading(visit.site.engine) as conn:
            return redirect(wanted or start_of(get_account(conn, viewer.account_id)))
    return _page(visit, SignInPage(next_url=wanted))


@router.post("/sign-in", name="send password or key")
def sign_in(
    visit: VisitDep,
    email: FormLine = "",
    password: FormLine = "",
    key: Annotated[str | None, Form(max_length=2_000)] = None,
    next: FormLine = "",
) -> Response:
    """Start a session, and lead to where its owner wanted to go."""
    wanted = safe_path(next)
    if key is not None:
        return _sign_in_by_key(visit, key.strip(), wanted)
    page = SignInPage(next_url=wanted, email=email.strip())
    errors = []
    if not email.strip():
        errors.append(FieldError("email", visit.text(texts.ADDRESS_UNREADABLE)))
    if not password:
        errors.append(FieldError("password", visit.text(texts.PASSWORD_MISSING)))
    if errors:
        return _page(visit, page, errors=tuple(errors))
    outcome = sign_in_by_password(visit, email, password, next_url=wanted)
    return outcome if isinstance(outcome, Response) else _refused(visit, page, outcome)


def _refused(visit: Visit, page: SignInPage, outcome: Outcome) -> Response:
    if outcome.wait_s:
        error = FieldError("email", texts.wait_text(outcome.wait_s, visit.locale))
        return waiting(_page(visit, page, errors=(error,), status=429), outcome.wait_s)
    return _page(visit, page, errors=(FieldError("email", visit.text(texts.NO_MATCH)),))


def _sign_in_by_key(visit: Visit, typed: str, wanted: str) -> Response:
    message = None if typed else messages.KEY_MISSING
    viewer = key_id = None
    if typed:
        visit.site.limits.spend(Allowance.SIGN_IN, client_address(visit.request))
        if len(typed) <= MAX_KEY_CHARS:
            with reading(visit.site.engine) as conn:
                key_id = find_key_id(conn, typed)
                viewer = find_viewer_by_key(conn, typed)
        if viewer is None:
            message = messages.KEY_UNKNOWN
    if message is not None or viewer is None or viewer.account_id is None:
        error = FieldError("key", visit.text(message or messages.KEY_UNKNOWN))
        return _page(visit, SignInPage(next_url=wanted, by_key=True), errors=(error,))
    with transaction(visit.site.engine) as conn:
        account = get_account(conn, viewer.account_id)
        reply = redirect(wanted or start_of(account))
        visit.site.sessions.start(reply, conn, account.id, visit.request, api_key_id=key_id)
    return reply


def _page(
    visit: Visit, page: SignInPage, *, errors: tuple[FieldError, ...] = (), status: int = 422
) -> HTMLResponse:
    provider = visit.site.provider
    shown = SignInPage(
        next_url=page.next_url,
        email=page.email,
        errors=errors,
        provider_host=provider.host if provider else "",
        provider_url=START_PATH,
        by_key=page.by_key,
    )
    return visit.page("account/sign_in.html", shown, status=status if errors else 200)


@router.post("/sign-out", name="sign out")
def sign_out(visit: VisitDep) -> Response:
    """End the session in this browser."""
    reply = redirect(f"/?done=signed-out&locale={visit.locale}")
    with transaction(visit.site.engine) as conn:
        visit.site.sessions.end(reply, conn, visit.request)
    return forget_pages(reply)


@router.post("/sign-out-everywhere", name="sign out everywhere")
def sign_out_everywhere(visit: AccountVisitDep) -> Response:
    """End every session and open link of whoever is signed in, in every browser."""
    assert visit.viewer.account_id is not None
    reply = redirect(f"/?done=signed-out-everywhere&locale={visit.locale}")
    with transaction(visit.site.engine) as conn:
        end_sessions(conn, visit.viewer.account_id)
        end_links(conn, visit.viewer.account_id)
        visit.site.sessions.end(reply, conn, visit.request)
    return forget_pages(reply)
