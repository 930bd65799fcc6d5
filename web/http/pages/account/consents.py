"""What somebody agreed to, and taking it back."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from kb.errors import NotFound
from kb.people.agreeing import (
    Asked,
    agree,
    agree_by_link,
    consent_link,
    find_agreement,
    take_back,
)
from kb.people.consents import get_purpose
from kb.store.engine import reading, transaction
from kb.store.people.accounts import get_account
from kb.store.people.consents import consents_of
from web.http.account.consent_contexts import PATH, ConsentLinkPage, consents_page
from web.http.account.fresh import account_id_of
from web.http.account.link_pages import own_link_ended, with_secret
from web.http.account.own_letters import post_consent_link
from web.http.dependencies import AccountVisitDep
from web.http.replies import redirect

router = APIRouter()


@router.get(PATH, response_class=HTMLResponse, name="consents")
def show_consents(visit: AccountVisitDep) -> HTMLResponse:
    """Show each purpose, whether it is agreed to, and all that was."""
    with reading(visit.site.engine) as conn:
        account = get_account(conn, account_id_of(visit))
        given = consents_of(conn, account.id)
    page = consents_page(account, given, locale=visit.locale)
    return visit.page("account/consents.html", page)


@router.post("/account/consents/{purpose}/give", name="give consent")
def give(visit: AccountVisitDep, purpose: str) -> Response:
    """Note an agreement, or send the mail that completes it."""
    wanted = get_purpose(purpose)
    asked = Asked(PATH, visit.locale)
    done = "agreed"
    with transaction(visit.site.engine) as conn:
        account = get_account(conn, account_id_of(visit))
        if not agree(conn, account, wanted, asked):
            secret = consent_link(conn, account, wanted, asked)
            wording = str(wanted.wording(visit.locale))
            post_consent_link(conn, visit.site.look, account, wording=wording, secret=secret)
            done = "consent-mailed"
    return redirect(f"{PATH}?done={done}")


@router.post("/account/consents/{purpose}/withdraw", name="withdraw consent")
def withdraw(visit: AccountVisitDep, purpose: str) -> Response:
    """Take an agreement back, with one click and at once."""
    with transaction(visit.site.engine) as conn:
        take_back(conn, account_id_of(visit), get_purpose(purpose), Asked(PATH, visit.locale))
    return redirect(f"{PATH}?done=withdrawn")


@router.get("/account/consents/confirm/{secret}", response_class=HTMLResponse, name="consent link")
def show_link(visit: AccountVisitDep, secret: str) -> HTMLResponse:
    """Show what the link of the mail agrees to; nothing is changed by looking at it."""
    with reading(visit.site.engine) as conn:
        account = get_account(conn, account_id_of(visit))
        found = find_agreement(conn, account, secret)
    if found is None:
        return own_link_ended(visit, again_url=PATH)
    wording = found[0].wording(found[1].locale)
    context = ConsentLinkPage(f"{PATH}/confirm/{secret}", wording.title, wording.text)
    return with_secret(visit.page("account/consents_link.html", context))


@router.post("/account/consents/confirm/{secret}", name="use consent link")
def use_link(visit: AccountVisitDep, secret: str) -> Response:
    """Note the agreement that the mail confirmed."""
    try:
        with transaction(visit.site.engine) as conn:
            account = get_account(conn, account_id_of(visit))
            agree_by_link(conn, account, secret)
    except NotFound:
        return own_link_ended(visit, again_url=PATH)
    return redirect(f"{PATH}?done=agreed")
