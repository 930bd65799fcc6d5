"""The company's identity provider: OpenID Connect, authorization code with PKCE."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import BadSignatureError, InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from web.http.account.provider_settings import Client

SCOPE = "openid email profile"
TIMEOUT_S = 5.0
KEPT_S = 3600.0
"""How long the provider's description is believed; its keys are asked for anew when one is new."""

CLOCK_LEEWAY_S = 60
MAX_SUBJECT_CHARS = 255
ALGORITHMS = (
    *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512", "EdDSA", "Ed25519"),
)
"""Signatures by a key that only the provider has; never `none`, never one by a shared secret."""


class Failure(StrEnum):
    """Why nobody was signed in."""

    UNREACHABLE = "unreachable"
    REFUSED = "refused"
    EXPIRED = "expired"
    UNTRUSTED = "untrusted"


class SignInFailed(Exception):
    """The provider signed nobody in; `why` is for people, the message for the log."""

    def __init__(self, why: Failure, detail: str) -> None:
        super().__init__(detail)
        self.why = why


@dataclass(frozen=True, slots=True)
class Pending:
    """A sign-in that began here and comes back: what its answer must fit."""

    state: str
    nonce: str
    verifier: str
    next_url: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """Whom the provider signed in; `email` is empty where it gave none."""

    issuer: str
    subject: str
    email: str = ""
    email_verified: bool = False
    name: str = ""
    locale: str = ""


class IdentityProvider:
    """Leads people to the provider and reads what it says of them; safe to share."""

    def __init__(self, client: Client, *, transport: httpx2.BaseTransport | None = None) -> None:
        """`transport` carries the requests in the place of the network."""
        self._client = client
        self._transport = transport
        self._lock = Lock()
        self._known: tuple[float, Mapping[str, Any]] | None = None
        self._keys: KeySet | None = None

    @property
    def host(self) -> str:
        """The provider's host, for people to recognise."""
        return urlsplit(self._client.issuer).hostname or ""

    def begin(self, next_url: str) -> tuple[str, Pending]:
        """Where to lead the browser, and what its cookie keeps; raises SignInFailed."""
        pending = Pending(
            state=secrets.token_urlsafe(16),
            nonce=secrets.token_urlsafe(16),
            verifier=secrets.token_urlsafe(48),
            next_url=next_url,
        )
        with self._session() as session:
            url, _ = session.create_authorization_url(
                self._described(session)["authorization_endpoint"],
                state=pending.state,
                code_verifier=pending.verifier,
                nonce=pending.nonce,
            )
        return str(url), pending

    def finish(self, pending: Pending | None, answer: Mapping[str, str]) -> Person:
        """Whom the provider signed in, by what it sent the browser back with.

        Raises SignInFailed where it signed nobody in, cannot be reached, or where its answer
        does not belong to the sign-in that began in this browser.
        """
        state = answer.get("state", "")
        if pending is None or not secrets.compare_digest(
            state.encode(errors="replace"), pending.state.encode()
        ):
            raise SignInFailed(Failure.EXPIRED, "no sign-in of this browser waits for the answer")
        if not _same_issuer(answer.get("iss", self._client.issuer), self._client.issuer):
            raise SignInFailed(Failure.UNTRUSTED, "the answer is another provider's")
        if "code" not in answer:
            raise SignInFailed(Failure.REFUSED, f"the provider said {answer.get('error', '')!r}")
        with self._session() as session:
            described = self._described(session)
            try:
                token = session.fetch_token(
                    described["token_endpoint"],
                    grant_type="authorization_code",
                    code=answer["code"],
                    code_verifier=pending.verifier,
                )
                claims = self._verified(session, described, token, pending.nonce)
                if "email" not in claims and "userinfo_endpoint" in described:
                    claims = {**self._asked(session, described, claims["sub"]), **claims}
            except httpx2.HTTPError as problem:
                raise SignInFailed(Failure.UNREACHABLE, str(problem)) from problem
            except (AuthlibBaseError, JoseError, ValueError, TypeError, KeyError) as problem:
                raise SignInFailed(Failure.UNTRUSTED, str(problem)) from problem
        return self._person(claims)

    def _session(self) -> OAuth2Client:
        return OAuth2Client(
            self._client.id,
            self._client.secret,
            scope=SCOPE,
            redirect_uri=self._client.back_url,
            code_challenge_method="S256",
            token_endpoint_auth_method=self._auth_method(),
            timeout=TIMEOUT_S,
            transport=self._transport,
        )

    def _auth_method(self) -> str:
        """Return how the token is asked for; as the standard says, unless only the other goes."""
        described = self._known[1] if self._known else {}
        known = described.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        return "client_secret_basic" if "client_secret_basic" in known else "client_secret_post"

    def _described(self, session: OAuth2Client) -> Mapping[str, Any]:
        """Return the provider's own description of itself, kept for an hour."""
        known = self._known
        if known is not None and time.monotonic() - known[0] < KEPT_S:
            return known[1]
        url = f"{self._client.issuer.rstrip('/')}/.well-known/openid-configuration"
        found = _fetched(session, url)
        if not _same_issuer(found.get("issuer"), self._client.issuer):
            detail = f"{url} describes the issuer {found.get('issuer')!r}"
            raise SignInFailed(Failure.UNTRUSTED, detail)
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            if not isinstance(found.get(name), str):
                raise SignInFailed(Failure.UNTRUSTED, f"{url} has no {name}")
        with self._lock:
            self._known = (time.monotonic(), found)
            self._keys = None
        session.token_endpoint_auth_method = self._auth_method()
        return found

    def _verified(
        self, session: OAuth2Client, described: Mapping[str, Any], token: Any, nonce: str
    ) -> Mapping[str, Any]:
        """Return the claims of the ID token, once everything about it fits."""
        offered = described.get("id_token_signing_alg_values_supported", ["RS256"])
        registry = JWSRegistry(
            algorithms=[name for name in ALGORITHMS if name in offered], strict_check_header=False
        )
        given = token["id_token"]
        try:
            decoded = jwt.decode(given, self._key_set(session, described), registry=registry)
        except (InvalidKeyIdError, BadSignatureError):
            # The provider may have changed its keys since we asked.
            fresh = self._key_set(session, described, anew=True)
            decoded = jwt.decode(given, fresh, registry=registry)
        claims = CodeIDToken(
            decoded.claims,
            decoded.header,
            {
                "iss": {"essential": True, "value": described["issuer"]},
                "aud": {"essential": True, "value": self._client.id},
            },
            {
                "nonce": nonce,
                "client_id": self._client.id,
                "access_token": token.get("access_token"),
            },
        )
        claims.validate(leeway=CLOCK_LEEWAY_S)
        return dict(claims)

    def _key_set(
        self, session: OAuth2Client, described: Mapping[str, Any], *, anew: bool = False
    ) -> KeySet:
        keys = self._keys
        if keys is None or anew:
            found = _fetched(session, described["jwks_uri"])
            keys = KeySet.import_key_set({"keys": list(found.get("keys", []))})
            with self._lock:
                self._keys = keys
        return keys

    def _asked(
        self, session: OAuth2Client, described: Mapping[str, Any], subject: str
    ) -> Mapping[str, Any]:
        """Return what the provider tells of a person when asked with their token."""
        reply = session.request("GET", described["userinfo_endpoint"])
        reply.raise_for_status()
        found = reply.json()
        if not isinstance(found, dict) or found.get("sub") != subject:
            raise ValueError("the provider told of somebody else")
        return found

    def _person(self, claims: Mapping[str, Any]) -> Person:
        subject = claims.get("sub")
        if not isinstance(subject, str) or not 0 < len(subject) <= MAX_SUBJECT_CHARS:
            raise SignInFailed(Failure.UNTRUSTED, "the provider gave nobody a name")

        def text(*names: str) -> str:
            found = (claims.get(name) for name in names)
            return next((one for one in found if isinstance(one, str) and one.strip()), "")

        return Person(
            issuer=claims["iss"],
            subject=subject,
            email=text("email"),
            email_verified=claims.get("email_verified") in (True, "true"),
            name=text("name", "preferred_username", "nickname"),
            locale=text("locale"),
        )


def _same_issuer(said: object, expected: str) -> bool:
    return isinstance(said, str) and said.rstrip("/") == expected.rstrip("/")


def _fetched(session: OAuth2Client, url: str) -> Mapping[str, Any]:
    try:
        reply = session.request("GET", url, withhold_token=True)
        reply.raise_for_status()
        found = reply.json()
    except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as problem:
        raise SignInFailed(Failure.UNREACHABLE, f"{url}: {problem}") from problem
    if not isinstance(found, dict):
        raise SignInFailed(Failure.UNTRUSTED, f"{url} is no JSON object")
    return found
