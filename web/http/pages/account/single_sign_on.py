"""Signing in at the company's own identity provider (OpenID Connect)."""

from __future__ import annotations

import logging
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from starlette.responses import Response

from kb.access import Permission, may
from kb.errors import NotFound
from kb.store.engine import transaction
from web.http.account.arriving import let_in, safe_path
from web.http.account.identity_provider import (
    Failure,
    IdentityProvider,
    Pending,
    Person,
    SignInFailed,
)
from web.http.account.provider_settings import BACK_PATH, START_PATH
from web.http.account.sign_in_contexts import ProviderFailedPage
from web.http.account.single_sign_on import AddressTaken, TeamAccount, account_of
from web.http.dependencies import VisitDep
from web.http.frame import Visit
from web.http.replies import redirect

log = logging.getLogger(__name__)
router = APIRouter()

STATUS = {Failure.UNREACHABLE: 503, Failure.UNTRUSTED: 502}
REFUSED = 403


@router.get(START_PATH, name="single sign-on")
def begin(visit: VisitDep, next: Annotated[str, Query(max_length=2_000)] = "") -> Response:
    """Lead to the identity provider."""
    provider = _provider(visit)
    try:
        url, pending = provider.begin(safe_path(next))
    except SignInFailed as failed:
        return _failed(visit, provider, failed, next_url=safe_path(next))
    reply = redirect(url)
    kept = [pending.state, pending.nonce, pending.verifier, pending.next_url]
    visit.site.cookies.single_sign_on.write(reply, kept)
    return reply


@router.get(BACK_PATH, name="back from single sign-on")
def come_back(visit: VisitDep) -> Response:
    """Sign in whom the provider vouches for; make an account for who is new."""
    provider = _provider(visit)
    cookie = visit.site.cookies.single_sign_on
    pending = _pending(cookie.read(visit.request))
    next_url = pending.next_url if pending else ""
    try:
        person = provider.finish(pending, dict(visit.request.query_params))
        reply = _let_in(visit, person, next_url)
    except SignInFailed as failed:
        reply = _failed(visit, provider, failed, next_url=next_url)
    except AddressTaken:
        reply = _page(visit, provider, "taken", next_url=next_url)
    except TeamAccount:
        reply = _page(visit, provider, "team", next_url=next_url)
    except NotFound:
        reply = _page(visit, provider, "closed", next_url=next_url)
    cookie.clear(reply)
    return reply


def _let_in(visit: Visit, person: Person, next_url: str) -> Response:
    with transaction(visit.site.engine) as conn:
        owner = visit.viewer.account_id if may(visit.viewer, Permission.OWN_ACCOUNT) else None
        account = account_of(conn, person, locale=visit.locale, signed_in=owner)
        return let_in(visit, conn, account, next_url)


def _pending(kept: Any) -> Pending | None:
    return Pending(*(str(one) for one in kept)) if kept else None


def _provider(visit: Visit) -> IdentityProvider:
    provider = visit.site.provider
    if provider is None:
        raise NotFound("page", START_PATH)
    return provider


def _failed(
    visit: Visit, provider: IdentityProvider, failed: SignInFailed, *, next_url: str
) -> Response:
    log.warning("single sign-on: %s: %s", failed.why, failed)
    status = STATUS.get(failed.why, REFUSED)
    return _page(visit, provider, str(failed.why), next_url=next_url, status=status)


def _page(
    visit: Visit, provider: IdentityProvider, why: str, *, next_url: str, status: int = REFUSED
) -> Response:
    retry = f"{START_PATH}?{urlencode({'next': next_url})}" if next_url else START_PATH
    page = ProviderFailedPage(why=why, host=provider.host, retry_url=retry)
    return visit.page("account/provider_failed.html", page, status=status)
