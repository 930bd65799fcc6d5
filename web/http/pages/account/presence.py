"""Showing once more that it is you, before something that cannot be undone."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from kb.errors import NotFound
from kb.people.own_account import find_presence, presence_link, use_presence
from kb.store.engine import reading, transaction
from kb.store.people.accounts import Account, find_password_hash, get_account
from web.http.account import own_texts, texts
from web.http.account.fresh import CONFIRM_PATH, account_id_of
from web.http.account.link_pages import own_link_ended, with_secret
from web.http.account.own_letters import post_presence_link
from web.http.account.profile_contexts import (
    PresenceLinkPage,
    PresencePage,
    Way,
)
from web.http.contexts import FieldError
from web.http.dependencies import ACCOUNT_PAGE, AccountVisitDep, FormLine
from web.http.frame import Visit
from web.http.paths import own_path
from web.http.rate_limits import Allowance
from web.http.replies import redirect

router = APIRouter()


@router.get(CONFIRM_PATH, response_class=HTMLResponse, name="confirm presence")
def show_form(
    visit: AccountVisitDep, next: Annotated[str, Query(max_length=2_000)] = ACCOUNT_PAGE
) -> HTMLResponse:
    """Ask for the password, or offer a mail to who has none."""
    with reading(visit.site.engine) as conn:
        account = get_account(conn, account_id_of(visit))
    return visit.page("account/profile_presence.html", _asked(account, next))


@router.post(CONFIRM_PATH, response_class=HTMLResponse, name="send presence")
def confirm(
    visit: AccountVisitDep, password: FormLine = "", next: FormLine = ACCOUNT_PAGE
) -> Response:
    """Begin a new session in the place of the old one, and lead to where it was asked for."""
    site = visit.site
    site.limits.spend(Allowance.CONFIRM, str(account_id_of(visit)))
    with reading(site.engine) as conn:
        account = get_account(conn, account_id_of(visit))
        stored = find_password_hash(conn, account.id)
    if stored is None or not site.passwords.fits(password, stored):
        wrong = own_texts.PASSWORD_WRONG if password else texts.PASSWORD_MISSING
        errors = (FieldError("password", visit.text(wrong)),)
        page = _asked(account, next, errors=errors)
        return visit.page("account/profile_presence.html", page, status=422)
    return _renewed(visit, own_path(next, otherwise=ACCOUNT_PAGE))


@router.post("/account/confirm/mail", response_class=HTMLResponse, name="mail presence")
def send_mail(visit: AccountVisitDep, next: FormLine = ACCOUNT_PAGE) -> HTMLResponse:
    """Send the account's owner a link that shows that it is them."""
    site = visit.site
    site.limits.spend(Allowance.CONFIRM, str(account_id_of(visit)))
    with transaction(site.engine) as conn:
        account = get_account(conn, account_id_of(visit))
        if account.email is None or account.email_confirmed_at is None:
            raise NotFound("address of account", account.id)
        secret = presence_link(conn, account.id, own_path(next, otherwise=ACCOUNT_PAGE))
        post_presence_link(conn, site.look, account, secret=secret)
    page = PresencePage(next, "mail", account.email, is_sent=True)
    return visit.page("account/profile_presence.html", page)


@router.get("/account/confirm/{secret}", response_class=HTMLResponse, name="presence link")
def show_link(visit: AccountVisitDep, secret: str) -> HTMLResponse:
    """Show what the link of the mail is for; nothing is changed by looking at it."""
    with reading(visit.site.engine) as conn:
        found = find_presence(conn, account_id_of(visit), secret)
    if found is None:
        return own_link_ended(visit, again_url=CONFIRM_PATH)
    page = PresenceLinkPage(f"{CONFIRM_PATH}/{secret}")
    return with_secret(visit.page("account/profile_presence_link.html", page))


@router.post("/account/confirm/{secret}", response_class=HTMLResponse, name="use presence link")
def use_link(visit: AccountVisitDep, secret: str) -> Response:
    """Begin a new session in the place of the old one, and lead to where it was asked for."""
    try:
        with transaction(visit.site.engine) as conn:
            wanted = use_presence(conn, account_id_of(visit), secret)
    except NotFound:
        return own_link_ended(visit, again_url=CONFIRM_PATH)
    return _renewed(visit, own_path(wanted, otherwise=ACCOUNT_PAGE))


def _asked(account: Account, next_url: str, *, errors: tuple[FieldError, ...] = ()) -> PresencePage:
    way: Way = "again"
    if account.has_password:
        way = "password"
    elif account.email is not None and account.email_confirmed_at is not None:
        way = "mail"
    wanted = own_path(next_url, otherwise=ACCOUNT_PAGE)
    return PresencePage(wanted, way, account.email or "", errors=errors)


def _renewed(visit: Visit, next_url: str) -> Response:
    reply = redirect(next_url)
    with transaction(visit.site.engine) as conn:
        visit.site.sessions.start(reply, conn, account_id_of(visit), visit.request)
    return reply
