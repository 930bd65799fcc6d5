"""Accounts: role, groups, disabling."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Query
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from kb.access import Role
from kb.errors import Conflict, InvalidInput
from kb.people.administering import NewAccount, add_for, end_everywhere, link_for
from kb.people.erasing import erase_account
from kb.people.erasures import Mode
from kb.people.signing_up import INVITE_LASTS, is_sign_up_open, open_sign_up, password_link
from kb.store.engine import reading, transaction
from kb.store.people.accounts import get_account
from kb.store.people.directory import (
    AccountSearch,
    change_groups,
    change_role,
    count_accounts,
    disable_account,
    enable_account,
    find_accounts,
)
from web.http.account.letters import post_invitation, post_new_password
from web.http.admin import texts
from web.http.admin.account_pages import (
    TypedAccount,
    account_page,
    account_row,
    check_new,
    new_account_page,
    role_choices,
    role_of,
)
from web.http.admin.people_contexts import AccountsPage, Choice
from web.http.contexts import FieldError
from web.http.dependencies import AdminVisitDep, FormLine, Id, PageCursor
from web.http.frame import Visit
from web.http.i18n import best_locale
from web.http.paging import decode_cursor, encode_cursor
from web.http.paths import with_query
from web.http.replies import redirect

router = APIRouter()

PATH = "/admin/accounts"
PAGE = 50
CURSOR = "accounts"

Ticked = Annotated[list[str] | None, Form(max_length=60)]


@router.get(PATH, response_class=HTMLResponse, name="accounts")
def show_accounts(
    visit: AdminVisitDep,
    q: Annotated[str, Query(max_length=200)] = "",
    role: Annotated[str, Query(max_length=20)] = "",
    cursor: PageCursor = None,
) -> HTMLResponse:
    """Show the accounts whose name or address holds `q`, by name."""
    search = AccountSearch(q, role_of(role))
    start = decode_cursor(CURSOR, cursor) or 0
    with reading(visit.site.engine) as conn:
        found = count_accounts(conn, search)
        rows = find_accounts(conn, search, limit=PAGE, start=start)
        is_open = is_sign_up_open(conn)
    more = encode_cursor(CURSOR, start + PAGE)
    page = AccountsPage(
        rows=tuple(account_row(account) for account in rows),
        found=found,
        q=q,
        roles=(Choice("", "", chosen=search.role is None), *role_choices(search.role)),
        is_open=is_open,
        first_url=with_query(PATH, q=q, role=role) if start else None,
        next_url=(with_query(PATH, q=q, role=role, cursor=more) if found > start + PAGE else None),
    )
    return visit.page("admin/accounts.html", page)


@router.post(f"{PATH}/sign-up", name="open sign-up")
def switch_sign_up(visit: AdminVisitDep, state: FormLine = "") -> Response:
    """Let anybody sign up, or nobody."""
    with transaction(visit.site.engine) as conn:
        open_sign_up(conn, state == "open", viewer=visit.viewer)
    visit.site.sign_up.look_again()
    return redirect(f"{PATH}?done=sign-up-{'open' if state == 'open' else 'closed'}")


@router.get(f"{PATH}/new", response_class=HTMLResponse, name="new account")
def show_new(visit: AdminVisitDep) -> HTMLResponse:
    """Show what to fill in for an account."""
    with reading(visit.site.engine) as conn:
        page = new_account_page(conn, TypedAccount(locale=visit.locale))
    return visit.page("admin/new_account.html", page)


@router.post(f"{PATH}/new", name="add account")
def add(
    visit: AdminVisitDep,
    name: FormLine = "",
    email: FormLine = "",
    role: FormLine = "",
    locale: FormLine = "",
    groups: Ticked = None,
) -> Response:
    """Add an account and invite its owner by mail to choose a password."""
    wanted = TypedAccount(name, email, role, locale or visit.locale, frozenset(groups or ()))
    errors = check_new(visit, wanted)
    if not errors:
        try:
            return _invite(visit, wanted)
        except (Conflict, InvalidInput) as problem:
            taken = isinstance(problem, Conflict)
            message = texts.ADDRESS_TAKEN if taken else texts.GROUP_UNKNOWN
            errors = (FieldError("email" if taken else "groups", visit.text(message)),)
    with reading(visit.site.engine) as conn:
        page = new_account_page(conn, wanted, errors=errors)
    return visit.page("admin/new_account.html", page, status=422)


def _invite(visit: Visit, wanted: TypedAccount) -> Response:
    new = NewAccount(
        wanted.name,
        role_of(wanted.role) or Role.CUSTOMER,
        email=wanted.email,
        locale=best_locale([wanted.locale]),
        groups=wanted.groups,
    )
    with transaction(visit.site.engine) as conn:
        account = add_for(conn, new, viewer=visit.viewer)
        secret = password_link(conn, account, lasts=INVITE_LASTS)
        post_invitation(conn, visit.site.look, account, secret=secret, by=visit.viewer.name)
    return redirect(f"{PATH}/{account.id}?done=account-invited")


@router.get(f"{PATH}/{{account_id}}", response_class=HTMLResponse, name="account of somebody")
def show_account(visit: AdminVisitDep, account_id: Id) -> HTMLResponse:
    """Show one account and what can be done with it."""
    with reading(visit.site.engine) as conn:
        page = account_page(conn, visit, account_id)
    return visit.page("admin/account.html", page)


@router.post(f"{PATH}/{{account_id}}", name="change account")
def change(
    visit: AdminVisitDep, account_id: Id, role: FormLine = "", groups: Ticked = None
) -> Response:
    """Change role and groups."""
    error = None
    try:
        with transaction(visit.site.engine) as conn:
            wanted = role_of(role)
            if wanted is not None:
                change_role(conn, account_id, wanted, viewer=visit.viewer)
            change_groups(conn, account_id, frozenset(groups or ()), viewer=visit.viewer)
    except Conflict:
        error = FieldError("role", visit.text(texts.LAST_ADMIN))
    except InvalidInput:
        error = FieldError("groups", visit.text(texts.GROUP_UNKNOWN))
    return _shown(visit, account_id, error) if error else _done(account_id, "account-saved")


@router.post(f"{PATH}/{{account_id}}/disable", name="disable account")
def disable(visit: AdminVisitDep, account_id: Id) -> Response:
    """Let nobody in with the account any more."""
    try:
        with transaction(visit.site.engine) as conn:
            disable_account(conn, account_id, viewer=visit.viewer)
    except Conflict:
        return _shown(visit, account_id, FieldError("role", visit.text(texts.LAST_ADMIN)))
    return _done(account_id, "account-disabled")


@router.post(f"{PATH}/{{account_id}}/enable", name="enable account")
def enable(visit: AdminVisitDep, account_id: Id) -> Response:
    """Let the account in again."""
    with transaction(visit.site.engine) as conn:
        enable_account(conn, account_id, viewer=visit.viewer)
    return _done(account_id, "account-enabled")


@router.post(f"{PATH}/{{account_id}}/erase", name="erase account")
def erase(
    visit: AdminVisitDep, account_id: Id, mode: FormLine = "", typed: FormLine = ""
) -> Response:
    """Erase somebody who asked for it; the name has to be typed, since nothing brings it back."""
    with reading(visit.site.engine) as conn:
        name = get_account(conn, account_id).name
    wanted = Mode.DELETE if mode == Mode.DELETE else Mode.ANONYMISE
    if " ".join(typed.split()).casefold() != name.casefold():
        return _shown(visit, account_id, FieldError("typed", visit.text(texts.NAME_UNTYPED)))
    home = visit.site.settings.home
    try:
        erase_account(visit.site.engine, home, account_id, mode=wanted, viewer=visit.viewer)
    except Conflict:
        return _shown(visit, account_id, FieldError("role", visit.text(texts.LAST_ADMIN)))
    return redirect(f"{PATH}?done=account-erased")


@router.post(f"{PATH}/{{account_id}}/sign-out", name="sign account out")
def sign_out(visit: AdminVisitDep, account_id: Id) -> Response:
    """End every session of the account."""
    with transaction(visit.site.engine) as conn:
        end_everywhere(conn, account_id, viewer=visit.viewer)
    return _done(account_id, "account-signed-out")


@router.post(f"{PATH}/{{account_id}}/link", name="send password link")
def send_link(visit: AdminVisitDep, account_id: Id) -> Response:
    """Mail a link that sets a password; show it once where the account has no address."""
    with transaction(visit.site.engine) as conn:
        account = get_account(conn, account_id)
        secret = link_for(conn, account, viewer=visit.viewer)
        if account.email and account.has_password:
            post_new_password(conn, visit.site.look, account, secret=secret, unasked=False)
        elif account.email:
            post_invitation(conn, visit.site.look, account, secret=secret, by=visit.viewer.name)
    if account.email:
        return _done(account_id, "link-sent")
    with reading(visit.site.engine) as conn:
        link = visit.absolute(f"/new-password/{secret}")
        page = account_page(conn, visit, account_id, link=link)
    return visit.page("admin/account.html", page)


def _shown(visit: Visit, account_id: int, error: FieldError) -> Response:
    with reading(visit.site.engine) as conn:
        page = account_page(conn, visit, account_id, errors=(error,))
    return visit.page("admin/account.html", page, status=409)


def _done(account_id: int, what: str) -> Response:
    return redirect(f"{PATH}/{account_id}?done={what}")
