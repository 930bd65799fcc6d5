"""Signing in with address and password: the same steps, and as long, whether they fit or not."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import Response

from kb.errors import NotFound
from kb.store.engine import reading, transaction
from kb.store.people.accounts import (
    Account,
    find_account_by_email,
    find_password_hash,
    set_password_hash,
)
from web.http.account.arriving import let_in
from web.http.account.guesses import Attempt
from web.http.account.signed_cookies import AwaitedSignUp, proof_of
from web.http.frame import Visit
from web.http.replies import redirect
from web.http.visitors import client_address


@dataclass(frozen=True, slots=True)
class Outcome:
    """Nobody was signed in; `wait_s` above 0 says that nothing was looked at either."""

    wait_s: int = 0


def sign_in_by_password(
    visit: Visit, email: str, password: str, *, next_url: str
) -> Response | Outcome:
    """Sign somebody in and lead on, or say why not.

    Whose address is not confirmed yet is led to where the mail can be sent again.
    """
    site = visit.site
    with reading(site.engine) as conn:
        account = find_account_by_email(conn, email)
        stored = None if account is None else find_password_hash(conn, account.id)
    attempt = attempt_of(visit, email, account)
    wait_s = site.guesses.wait_s(attempt)
    if wait_s:
        return Outcome(wait_s)
    if not site.passwords.fits(password, stored) or account is None or stored is None:
        site.guesses.failed(attempt)
        return Outcome()
    if not account.is_open:
        return Outcome()
    if account.email_confirmed_at is None:
        reply = redirect("/sign-up/sent")
        site.cookies.await_sign_up(reply, AwaitedSignUp(account.email or "", proof_of(stored)))
        return reply
    renewed = site.passwords.hash(password) if site.passwords.is_outdated(stored) else None
    try:
        with transaction(site.engine) as conn:
            if renewed is not None:
                set_password_hash(conn, account.id, renewed)
            return let_in(visit, conn, account, next_url)
    except NotFound:
        # Disabled between the two looks.
        return Outcome()


def attempt_of(visit: Visit, email: str, account: Account | None) -> Attempt:
    """What a try to get into an account counts against."""
    device = visit.site.cookies.device_of(visit.request, account.id if account else None)
    return Attempt(email=email, address=client_address(visit.request), device=device)
