"""Setting or changing the password of one's own account."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from kb.people.signing_up import set_password
from kb.store.engine import reading, transaction
from kb.store.people.accounts import Account, find_password_hash, get_account
from web.http.account import own_texts, texts
from web.http.account.fresh import account_id_of, own_session, require_fresh
from web.http.account.letters import post_changed
from web.http.account.profile_contexts import PasswordPage
from web.http.account.sign_up_form import password_error
from web.http.contexts import FieldError
from web.http.dependencies import AccountVisitDep, FormLine
from web.http.frame import Visit
from web.http.rate_limits import Allowance
from web.http.replies import redirect

router = APIRouter()

PASSWORD = "/account/password"


@router.get(PASSWORD, response_class=HTMLResponse, name="account password")
def show_password(visit: AccountVisitDep) -> HTMLResponse:
    """Show where the password is set; without one so far a recent sign-in stands for it."""
    with reading(visit.site.engine) as conn:
        account = get_account(conn, account_id_of(visit))
    if not account.has_password:
        require_fresh(visit, PASSWORD)
    return _page(visit, account)


@router.post(PASSWORD, response_class=HTMLResponse, name="change account password")
def change_password(
    visit: AccountVisitDep, present: FormLine = "", password: FormLine = ""
) -> Response:
    """Set the password; every other session of the account ends, and its owner is told."""
    site = visit.site
    with reading(site.engine) as conn:
        account = get_account(conn, account_id_of(visit))
        stored = find_password_hash(conn, account.id)
        session = own_session(visit, conn)
    errors = []
    if stored is None:
        require_fresh(visit, PASSWORD)
    else:
        site.limits.spend(Allowance.CONFIRM, str(account.id))
        if not present:
            errors.append(FieldError("present", visit.text(texts.PASSWORD_MISSING)))
        elif not site.passwords.fits(present, stored):
            errors.append(FieldError("present", visit.text(own_texts.PASSWORD_WRONG)))
    known = (account.name, account.email or "", site.settings.site_name)
    if problem := password_error(visit, password, known=known):
        errors.append(FieldError("password", problem))
    if errors:
        return _page(visit, account, errors=tuple(errors))
    hashed = site.passwords.hash(password)
    keep = session.id if session else None
    with transaction(site.engine) as conn:
        set_password(conn, account.id, hashed, viewer=visit.viewer, keep=keep, by="account")
        post_changed(conn, site.look, account)
    return redirect("/account?done=password-changed")


def _page(visit: Visit, account: Account, *, errors: tuple[FieldError, ...] = ()) -> HTMLResponse:
    page = PasswordPage(account.has_password, account.email or "", errors)
    return visit.page("account/profile_password.html", page, status=422 if errors else 200)
