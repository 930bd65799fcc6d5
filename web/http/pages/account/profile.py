"""The account: what it is, and its name, language, keys and linked sign-ins."""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from kb.access import STAFF
from kb.errors import InvalidInput
from kb.people.own_account import may_unlink, rename, unlink
from kb.store.engine import reading, transaction
from kb.store.people.accounts import get_account
from kb.store.people.groups import list_groups
from kb.store.people.identities import identities_of
from kb.store.people.preferences import set_language, set_single_keys
from web.http.account import own_texts
from web.http.account.fresh import account_id_of, require_fresh
from web.http.account.profile_contexts import (
    AccountPage,
    LinkedSignIn,
    NamePage,
    PreferencesPage,
    SignInsPage,
)
from web.http.account.provider_settings import START_PATH
from web.http.account.sign_up_form import locale_choices
from web.http.contexts import FieldError
from web.http.dependencies import AccountVisitDep, FormLine, Id
from web.http.i18n import LOCALES, own_name
from web.http.languages import LOCALE
from web.http.replies import redirect

router = APIRouter()

SIGN_INS = "/account/sign-ins"


@router.get("/account", response_class=HTMLResponse, name="account")
def show_account(visit: AccountVisitDep) -> HTMLResponse:
    """Show what the account is, and where to change it."""
    with reading(visit.site.engine) as conn:
        account = get_account(conn, account_id_of(visit))
        linked = len(identities_of(conn, account.id))
        shown = {one.name: one.shown for one in list_groups(conn)} if account.groups else {}
    context = AccountPage(
        name=account.name,
        email=account.email or "",
        is_confirmed=account.email_confirmed_at is not None,
        has_password=account.has_password,
        language=own_name(account.locale if account.locale in LOCALES else LOCALES[0]),
        single_keys=account.single_keys,
        groups=tuple(sorted(shown.get(name, name) for name in account.groups)),
        role=str(account.role) if account.role in STAFF else "",
        linked=linked,
    )
    return visit.page("account/profile.html", context)


@router.get("/account/name", response_class=HTMLResponse, name="account name")
def show_name(visit: AccountVisitDep) -> HTMLResponse:
    """Show where the name is changed."""
    return visit.page("account/profile_name.html", NamePage(name=visit.viewer.name))


@router.post("/account/name", response_class=HTMLResponse, name="change account name")
def change_name(visit: AccountVisitDep, name: FormLine = "") -> Response:
    """Give the account another name."""
    try:
        with transaction(visit.site.engine) as conn:
            rename(conn, account_id_of(visit), name, viewer=visit.viewer)
    except InvalidInput:
        errors = (FieldError("name", visit.text(own_texts.NAME_WRONG)),)
        page = NamePage(name=name, errors=errors)
        return visit.page("account/profile_name.html", page, status=422)
    return redirect("/account?done=name-changed")


@router.get("/account/preferences", response_class=HTMLResponse, name="account preferences")
def show_preferences(visit: AccountVisitDep) -> HTMLResponse:
    """Show where language and keys are chosen."""
    with reading(visit.site.engine) as conn:
        account = get_account(conn, account_id_of(visit))
    page = PreferencesPage(locale_choices(account.locale), account.single_keys)
    return visit.page("account/profile_preferences.html", page)


@router.post("/account/preferences", response_class=HTMLResponse, name="change preferences")
def change_preferences(
    visit: AccountVisitDep, locale: FormLine = "", single_keys: FormLine = ""
) -> Response:
    """Give the account a language, for pages and mails, and switch single keys on or off."""
    if locale not in LOCALES:
        errors = (FieldError("locale", visit.text(own_texts.LANGUAGE_WRONG)),)
        page = PreferencesPage(locale_choices(visit.locale), single_keys == "on", errors)
        return visit.page("account/profile_preferences.html", page, status=422)
    with transaction(visit.site.engine) as conn:
        set_language(conn, account_id_of(visit), locale)
        set_single_keys(conn, account_id_of(visit), single_keys == "on")
    return redirect(f"/account?done=preferences-changed&{LOCALE}={locale}")


@router.get(SIGN_INS, response_class=HTMLResponse, name="linked sign-ins")
def show_sign_ins(visit: AccountVisitDep) -> HTMLResponse:
    """Show by whom else the account may be signed in."""
    with reading(visit.site.engine) as conn:
        account = get_account(conn, account_id_of(visit))
        identities = identities_of(conn, account.id)
        rows = tuple(
            LinkedSignIn(
                host=urlsplit(one.issuer).netloc or one.issuer,
                since=one.created_at.date(),
                remove_url=f"{SIGN_INS}/{one.id}/remove",
            )
            for one in identities
        )
        may_remove = may_unlink(conn, account)
    provider = visit.site.provider
    page = SignInsPage(rows, may_remove)
    linked = {urlsplit(one.issuer).hostname for one in identities}
    if provider is not None and provider.host not in linked:
        link_url = f"{START_PATH}?{urlencode({'next': SIGN_INS})}"
        page = SignInsPage(rows, may_remove, provider.host, link_url)
    return visit.page("account/profile_sign_ins.html", page)


@router.post("/account/sign-ins/{identity_id}/remove", name="unlink sign-in")
def remove_sign_in(visit: AccountVisitDep, identity_id: Id) -> Response:
    """Take one of them away."""
    require_fresh(visit, SIGN_INS)
    with transaction(visit.site.engine) as conn:
        account = get_account(conn, account_id_of(visit))
        unlink(conn, account, identity_id, viewer=visit.viewer)
    return redirect(f"{SIGN_INS}?done=sign-in-unlinked")
