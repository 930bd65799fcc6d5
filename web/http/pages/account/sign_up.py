"""Signing up, and confirming the address."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from kb.errors import NotFound
from kb.people.signing_up import (
    CONFIRM,
    confirm,
    confirmation_link,
    find_linked,
    is_sign_up_open,
    may_take_over,
)
from kb.store.engine import reading, transaction
from kb.store.people.accounts import find_account_by_email, find_password_hash
from web.http.account import texts
from web.http.account.arriving import let_in, waiting
from web.http.account.letters import post_confirmation
from web.http.account.link_pages import link_ended
from web.http.account.password_sign_in import attempt_of
from web.http.account.sign_in_contexts import ConfirmPage, SignUpPage, SignUpSentPage
from web.http.account.sign_up_form import Typed, check_typed, locale_choices, send_sign_up
from web.http.account.signed_cookies import proof_of
from web.http.contexts import FieldError
from web.http.dependencies import FormLine, VisitDep
from web.http.frame import Visit
from web.http.rate_limits import TooMany
from web.http.replies import redirect
from web.http.visitors import client_address

router = APIRouter()


SIGN_UP_CLOSED = 403


@router.get("/sign-up", response_class=HTMLResponse, name="sign up")
def show_form(visit: VisitDep) -> HTMLResponse:
    """Show what to fill in for an account."""
    with reading(visit.site.engine) as conn:
        is_open = is_sign_up_open(conn)
    page = SignUpPage(locales=locale_choices(visit.locale), is_open=is_open)
    return visit.page("account/sign_up.html", page)


@router.post("/sign-up", name="send sign-up")
def sign_up(
    visit: VisitDep,
    name: FormLine = "",
    email: FormLine = "",
    password: FormLine = "",
    locale: FormLine = "",
) -> Response:
    """Send the mail that confirms the address; the reply never tells who has an account."""
    typed = Typed(name=name, email=email, password=password, locale=locale or visit.locale)
    with reading(visit.site.engine) as conn:
        is_open = is_sign_up_open(conn)
    errors = check_typed(visit, typed)
    wait_s = 0
    if is_open and not errors:
        wait_s = visit.site.guesses.mail_wait_s(client_address(visit.request))
    if wait_s:
        errors = (FieldError("email", texts.wait_text(wait_s, visit.locale)),)
    if errors or not is_open:
        page = SignUpPage(
            name=typed.name,
            email=typed.email,
            locales=locale_choices(typed.locale),
            errors=errors,
            is_open=is_open,
        )
        status = 429 if wait_s else 422
        reply: Response = visit.page(
            "account/sign_up.html", page, status=status if is_open else SIGN_UP_CLOSED
        )
        return waiting(reply, wait_s)
    reply = redirect(f"/sign-up/sent?locale={typed.locale}")
    send_sign_up(visit, typed, reply)
    return reply


@router.get("/sign-up/sent", response_class=HTMLResponse, name="sign-up sent")
def show_sent(visit: VisitDep) -> HTMLResponse:
    """Say what to do with the mail."""
    awaited = visit.site.cookies.awaited_sign_up(visit.request)
    return visit.page("account/sign_up_sent.html", SignUpSentPage(awaited.email if awaited else ""))


@router.post("/sign-up/again", name="send sign-up again")
def send_again(visit: VisitDep) -> Response:
    """Send the mail of this browser's sign-up once more."""
    awaited = visit.site.cookies.awaited_sign_up(visit.request)
    if awaited is None:
        return redirect("/sign-up")
    wait_s = visit.site.guesses.mail_wait_s(client_address(visit.request))
    if wait_s:
        raise TooMany(wait_s)
    with transaction(visit.site.engine) as conn:
        account = find_account_by_email(conn, awaited.email)
        if account is not None and may_take_over(account):
            secret = confirmation_link(conn, account)
            post_confirmation(conn, visit.site.look, account, secret=secret)
    return redirect("/sign-up/sent?done=mail-again")


@router.get("/confirm/{secret}", response_class=HTMLResponse, name="confirm address")
def show_confirm(visit: VisitDep, secret: str) -> HTMLResponse:
    """Ask whether to confirm: opening a link alone, as mail scanners do, changes nothing."""
    with reading(visit.site.engine) as conn:
        account = find_linked(conn, CONFIRM, secret)
        stored = None if account is None else find_password_hash(conn, account.id)
    if account is None:
        return link_ended(visit, "confirm")
    return visit.page(
        "account/confirm_address.html",
        ConfirmPage(
            action=f"/confirm/{secret}",
            email=account.email or "",
            name=account.name,
            asks_password=not _typed_here(visit, account.email or "", stored),
        ),
    )


@router.post("/confirm/{secret}", name="send confirmation")
def confirm_address(visit: VisitDep, secret: str, password: FormLine = "") -> Response:
    """Confirm the address and sign its owner in.

    In another browser than the one of the sign-up the password is asked for: else somebody
    could sign up with a stranger's address, and the stranger would confirm it for them.
    """
    site = visit.site
    with reading(site.engine) as conn:
        account = find_linked(conn, CONFIRM, secret)
        stored = None if account is None else find_password_hash(conn, account.id)
    if account is None:
        return link_ended(visit, "confirm")
    if not _typed_here(visit, account.email or "", stored):
        attempt = attempt_of(visit, account.email or "", account)
        wait_s = site.guesses.wait_s(attempt)
        message = texts.wait_text(wait_s, visit.locale) if wait_s else ""
        if not wait_s and not site.passwords.fits(password, stored):
            site.guesses.failed(attempt)
            message = visit.text(texts.NOT_ITS_PASSWORD if password else texts.PASSWORD_MISSING)
        if message:
            page = ConfirmPage(
                action=f"/confirm/{secret}",
                email=account.email or "",
                name=account.name,
                asks_password=True,
                errors=(FieldError("password", message),),
            )
            status = 429 if wait_s else 422
            return waiting(visit.page("account/confirm_address.html", page, status=status), wait_s)
    try:
        with transaction(site.engine) as conn:
            if find_password_hash(conn, account.id) != stored:
                # Somebody signed up anew in between: what was proved is about the older one.
                raise NotFound("link", CONFIRM)
            account = confirm(conn, secret)
            return let_in(visit, conn, account, "/account/questions?done=address-confirmed")
    except NotFound:
        return link_ended(visit, "confirm")


def _typed_here(visit: Visit, email: str, stored: str | None) -> bool:
    """Whether this browser typed the sign-up whose password is stored."""
    awaited = visit.site.cookies.awaited_sign_up(visit.request)
    if awaited is None or stored is None:
        return False
    return awaited.email == email and awaited.proof == proof_of(stored)
