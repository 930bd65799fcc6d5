"""Members of a company's own site, vouched for by a short-lived token that its server signs."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from starlette.requests import Request

from kb.access import INTERNAL, MEMBERS, PUBLIC, Role, Scope, Viewer, is_audience
from kb.mail import MAX_ADDRESS_CHARS
from kb.store.engine import reading
from kb.store.people.groups import existing_groups
from kb.store.people.widget_sites import WidgetSite, find_widget_site
from web.http.frame import accepted_locale
from web.http.i18n import LOCALES
from web.http.site import Site
from web.http.widget.paths import is_widget_path
from web.http.widget.secrets import secret_of

log = logging.getLogger(__name__)

ALGORITHM = "HS256"
"""The only one: a token never chooses how it is checked."""

MAX_LIFE_S = 15 * 60
LEEWAY_S = 60
"""Clocks of two servers may be this far apart."""

MAX_TOKEN_CHARS = 4_096
MAX_SUB_CHARS = 200
MAX_NAME_CHARS = 200
MAX_GROUPS = 50
RESERVED = frozenset({PUBLIC, MEMBERS, INTERNAL})
"""Audiences that no token grants: the first two go without saying, the last is the team's."""


@dataclass(frozen=True, slots=True)
class Member:
    """Whom a site vouches for; `email` is empty where the token names none."""

    viewer: Viewer
    origin: str
    sub: str
    email: str


def is_member_token(key: str) -> bool:
    """Whether a bearer is a signed token (three parts, RFC 7519) rather than an API key."""
    return key.count(".") == 2


def read_member(site: Site, request: Request, token: str) -> Member | None:
    """Whom a token stands for, with the address that its site vouches for.

    None unless the request is for the widget and comes from a page of the very site that signed,
    the site lets members in, and the token is for this installation and at most 15 minutes old.
    """
    origin = request.headers.get("origin", "")
    public_url = site.look.public_url
    if not public_url or not origin or len(token) > MAX_TOKEN_CHARS:
        return None
    if not is_widget_path(request.url.path):
        return None
    with reading(site.engine) as conn:
        known = find_widget_site(conn, origin)
    if known is None or not known.members:
        return None
    claims = _claims(site, known, token)
    if claims is None:
        return None
    with reading(site.engine) as conn:
        groups = existing_groups(conn, _named_groups(claims))
    locale = claims.get("locale")
    viewer = Viewer(
        role=Role.CUSTOMER,
        groups=groups,
        locale=locale if locale in LOCALES else accepted_locale(request),
        name=_text(claims, "name", MAX_NAME_CHARS),
        scopes=frozenset({Scope.READ, Scope.ASK}),
    )
    return Member(viewer, origin, claims["sub"], _text(claims, "email", MAX_ADDRESS_CHARS).lower())


def _claims(site: Site, known: WidgetSite, token: str) -> dict[str, Any] | None:
    """The claims of a token that holds here and now."""
    key = OctKey.import_key(secret_of(site, known))
    rules = jwt.JWTClaimsRegistry(
        leeway=LEEWAY_S,
        iss={"essential": True, "value": known.origin},
        aud={"essential": True, "value": site.look.public_url},
        sub={"essential": True},
        iat={"essential": True},
        exp={"essential": True},
    )
    try:
        found = jwt.decode(token, key, algorithms=[ALGORITHM])
        rules.validate(found.claims)
    except (JoseError, ValueError) as problem:
        log.info("a member's token of %s is refused: %s", known.origin, problem)
        return None
    claims = found.claims
    sub = claims["sub"]
    is_named = isinstance(sub, str) and 0 < len(sub) <= MAX_SUB_CHARS
    if not is_named or not 0 < claims["exp"] - claims["iat"] <= MAX_LIFE_S:
        log.info("a member's token of %s is refused: it lasts too long", known.origin)
        return None
    return claims


def _named_groups(claims: dict[str, Any]) -> frozenset[str]:
    named = claims.get("groups", [])
    if not isinstance(named, list):
        return frozenset()
    words = {word for word in named[:MAX_GROUPS] if isinstance(word, str) and is_audience(word)}
    return frozenset(words) - RESERVED


def _text(claims: dict[str, Any], name: str, longest: int) -> str:
    value = claims.get(name)
    return value.strip() if isinstance(value, str) and len(value) <= longest else ""
