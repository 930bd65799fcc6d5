"""Changing the e-mail address of an account: it counts once the new one is proved."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from kb.errors import Conflict, NotFound
from kb.mail import find_address
from kb.people.own_account import address_link, change_address, find_address_change
from kb.store.engine import reading, transaction
from kb.store.people.accounts import find_account_by_email, get_account
from web.http.account import own_texts, texts
from web.http.account.fresh import account_id_of, require_fresh
from web.http.account.letters import post_known
from web.http.account.link_pages import own_link_ended, with_secret
from web.http.account.own_letters import post_address_changed, post_address_link
from web.http.account.profile_contexts import (
    AddressLinkPage,
    AddressPage,
    AddressSentPage,
)
from web.http.contexts import FieldError
from web.http.dependencies import AccountVisitDep, FormLine
from web.http.frame import Visit
from web.http.rate_limits import TooMany
from web.http.replies import redirect
from web.http.visitors import client_address

router = APIRouter()

EMAIL = "/account/email"


@router.get(EMAIL, response_class=HTMLResponse, name="account address")
def show_address(visit: AccountVisitDep) -> HTMLResponse:
    """Show where the address is changed."""
    require_fresh(visit, EMAIL)
    with reading(visit.site.engine) as conn:
        account = get_account(conn, account_id_of(visit))
    return visit.page("account/profile_address.html", AddressPage(email=account.email or ""))


@router.post(EMAIL, response_class=HTMLResponse, name="send account address")
def send_link(visit: AccountVisitDep, email: FormLine = "") -> Response:
    """Send a link to the new address; the page is the same where somebody has it already."""
    require_fresh(visit, EMAIL)
    site = visit.site
    with reading(site.engine) as conn:
        account = get_account(conn, account_id_of(visit))
    wanted = find_address(email)
    if wanted is None:
        return _refused(visit, account.email or "", email, texts.ADDRESS_UNREADABLE)
    if wanted == account.email and account.email_confirmed_at is not None:
        return _refused(visit, wanted, email, own_texts.ADDRESS_SAME)
    if wait_s := site.guesses.mail_wait_s(client_address(visit.request)):
        raise TooMany(wait_s)
    with transaction(site.engine) as conn:
        secret = address_link(conn, account, wanted)
        if secret is not None:
            post_address_link(conn, site.look, account, email=wanted, secret=secret)
        else:
            known = find_account_by_email(conn, wanted)
            if known is not None and known.is_open:
                post_known(conn, site.look, known)
    return visit.page("account/profile_address_sent.html", AddressSentPage(email=wanted))


def _refused(visit: Visit, present: str, typed: str, message: str) -> Response:
    errors = (FieldError("email", visit.text(message)),)
    page = AddressPage(email=present, typed=typed.strip(), errors=errors)
    return visit.page("account/profile_address.html", page, status=422)


@router.get("/account/email/{secret}", response_class=HTMLResponse, name="address link")
def show_link(visit: AccountVisitDep, secret: str) -> HTMLResponse:
    """Show what the link of the mail does; nothing is changed by looking at it."""
    with reading(visit.site.engine) as conn:
        change = find_address_change(conn, account_id_of(visit), secret)
    if change is None:
        return own_link_ended(visit, again_url=EMAIL)
    page = AddressLinkPage(action=f"{EMAIL}/{secret}", email=change.email)
    return with_secret(visit.page("account/profile_address_link.html", page))


@router.post("/account/email/{secret}", response_class=HTMLResponse, name="use address link")
def use_link(visit: AccountVisitDep, secret: str) -> Response:
    """Make the new address the account's, and tell the old one."""
    try:
        with transaction(visit.site.engine) as conn:
            change = change_address(conn, account_id_of(visit), secret)
            post_address_changed(conn, visit.site.look, change.account)
    except NotFound:
        return own_link_ended(visit, again_url=EMAIL)
    except Conflict:
        errors = (FieldError("confirm", visit.text(own_texts.ADDRESS_TAKEN)),)
        page = AddressLinkPage(action=f"{EMAIL}/{secret}", email="", errors=errors)
        return visit.page("account/profile_address_link.html", page, status=409)
    return redirect("/account?done=address-changed")
