"""Setting a new password by a link in a mail."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from kb.errors import NotFound
from kb.mail import find_address
from kb.people.signing_up import (
    RESET,
    find_linked,
    is_sign_up_open,
    password_link,
    set_password_by_link,
)
from kb.store.engine import reading, transaction
from kb.store.people.accounts import find_account_by_email
from web.http.account import texts
from web.http.account.arriving import let_in, start_of, waiting
from web.http.account.letters import post_changed, post_new_password, post_nobody
from web.http.account.link_pages import link_ended
from web.http.account.sign_in_contexts import (
    ForgottenPage,
    ForgottenSentPage,
    NewPasswordPage,
)
from web.http.account.sign_up_form import password_error
from web.http.contexts import FieldError
from web.http.dependencies import FormLine, VisitDep
from web.http.frame import Visit
from web.http.visitors import client_address

router = APIRouter()


@router.get("/forgotten-password", response_class=HTMLResponse, name="forgotten password")
def show_form(visit: VisitDep) -> HTMLResponse:
    """Show where to ask for a link."""
    return visit.page("account/forgotten_password.html", ForgottenPage())


@router.post("/forgotten-password", response_class=HTMLResponse, name="send forgotten password")
def send_link(visit: VisitDep, email: FormLine = "") -> Response:
    """Send a link, or a mail that there is no account; the page is the same."""
    site = visit.site
    address = find_address(email)
    if address is None:
        return _asked_wrong(visit, email, visit.text(texts.ADDRESS_UNREADABLE))
    wait_s = site.guesses.mail_wait_s(client_address(visit.request))
    if wait_s:
        reply = _asked_wrong(visit, email, texts.wait_text(wait_s, visit.locale), status=429)
        return waiting(reply, wait_s)
    with transaction(site.engine) as conn:
        account = find_account_by_email(conn, address)
        if account is None or not account.is_open:
            is_open = is_sign_up_open(conn) and account is None
            post_nobody(conn, site.look, address, locale=visit.locale, may_sign_up=is_open)
        else:
            # Strangers may use up the mails of a day, but not those of its own browser.
            is_own = bool(site.cookies.device_of(visit.request, account.id))
            secret = password_link(conn, account)
            post_new_password(conn, site.look, account, secret=secret, unasked=not is_own)
    return visit.page("account/forgotten_password_sent.html", ForgottenSentPage(address))


def _asked_wrong(visit: Visit, email: str, message: str, *, status: int = 422) -> Response:
    page = ForgottenPage(email=email.strip(), errors=(FieldError("email", message),))
    return visit.page("account/forgotten_password.html", page, status=status)


@router.get("/new-password/{secret}", response_class=HTMLResponse, name="new password")
def show_new(visit: VisitDep, secret: str) -> HTMLResponse:
    """Show where to choose a new password; opening the link does not use it up."""
    page = _page(visit, secret)
    if page is None:
        return link_ended(visit, "password")
    return visit.page("account/new_password.html", page)


@router.post("/new-password/{secret}", name="send new password")
def set_new(visit: VisitDep, secret: str, password: FormLine = "") -> Response:
    """Set the password and sign in here; every other session ends."""
    site = visit.site
    with reading(site.engine) as conn:
        account = find_linked(conn, RESET, secret)
    if account is None:
        return link_ended(visit, "password")
    known = (account.name, account.email or "", site.settings.site_name)
    message = password_error(visit, password, known=known)
    if message:
        page = _page(visit, secret, errors=(FieldError("password", message),))
        if page is None:
            return link_ended(visit, "password")
        return visit.page("account/new_password.html", page, status=422)
    hashed = site.passwords.hash(password)
    try:
        with transaction(site.engine) as conn:
            account = set_password_by_link(conn, secret, hashed)
            post_changed(conn, site.look, account)
            return let_in(visit, conn, account, f"{start_of(account)}?done=password-set")
    except NotFound:
        return link_ended(visit, "password")


def _page(
    visit: Visit, secret: str, *, errors: tuple[FieldError, ...] = ()
) -> NewPasswordPage | None:
    with reading(visit.site.engine) as conn:
        account = find_linked(conn, RESET, secret)
    if account is None:
        return None
    return NewPasswordPage(
        action=f"/new-password/{secret}",
        email=account.email or account.name,
        is_first=not account.has_password,
        errors=errors,
    )
