"""Small facts that a browser keeps for us, signed so that nobody else can write them."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from typing import Any

from itsdangerous import BadSignature, URLSafeTimedSerializer
from starlette.requests import HTTPConnection
from starlette.responses import Response

DEVICE_S = 400 * 24 * 3600
"""The longest that browsers keep a cookie."""

SIGN_UP_S = 2 * 24 * 3600
SINGLE_SIGN_ON_S = 600
MAX_ACCOUNTS = 5
"""People who share a browser; the one who came first is forgotten first."""

PROOF_CHARS = 32


class SignedCookie:
    """One cookie; its value is readable in the browser, so it holds no secret."""

    def __init__(self, secret: bytes, name: str, *, secure: bool, max_age_s: int) -> None:
        self._serializer = URLSafeTimedSerializer(secret, salt=f"kundig {name}")
        self._secure = secure
        self._max_age_s = max_age_s
        self.name = f"__Host-kb_{name}" if secure else f"kb_{name}"

    def write(self, response: Response, value: object) -> None:
        """Let the browser keep a value of JSON types."""
        response.set_cookie(
            self.name,
            self._serializer.dumps(value),
            max_age=self._max_age_s,
            path="/",
            secure=self._secure,
            httponly=True,
            samesite="lax",
        )

    def read(self, request: HTTPConnection) -> Any:
        """The value; None for one that is missing, old, or was not written by us."""
        try:
            return self._serializer.loads(
                request.cookies.get(self.name, ""), max_age=self._max_age_s
            )
        except BadSignature:
            return None

    def clear(self, response: Response) -> None:
        """Let the browser forget it."""
        response.delete_cookie(
            self.name, path="/", secure=self._secure, httponly=True, samesite="lax"
        )


@dataclass(frozen=True, slots=True)
class AwaitedSignUp:
    """A sign-up that waits for its mail in the browser where it was typed.

    `proof` belongs to the password that was typed; whoever signs up again with another one
    makes it worthless.
    """

    email: str
    proof: str


def proof_of(password_hash: str) -> str:
    """What shows later that a browser typed the password of this (salted) hash."""
    return hashlib.sha256(password_hash.encode()).hexdigest()[:PROOF_CHARS]


class AccountCookies:
    """The cookies around signing in."""

    def __init__(self, secret: bytes, *, secure: bool) -> None:
        def cookie(name: str, max_age_s: int) -> SignedCookie:
            return SignedCookie(secret, name, secure=secure, max_age_s=max_age_s)

        self._device = cookie("device", DEVICE_S)
        self._sign_up = cookie("sign_up", SIGN_UP_S)
        self.single_sign_on = cookie("single_sign_on", SINGLE_SIGN_ON_S)

    def remember_device(self, response: Response, request: HTTPConnection, account_id: int) -> None:
        """Let the browser be known as one where somebody signed in to this account."""
        known = self._known(request)
        if account_id in known:
            return
        kept = list(known.items())[-(MAX_ACCOUNTS - 1) :]
        self._device.write(response, [*kept, (account_id, secrets.token_urlsafe(8))])

    def device_of(self, request: HTTPConnection, account_id: int | None) -> str:
        """The name of this browser at an account that it was signed in to; else empty."""
        return "" if account_id is None else self._known(request).get(account_id, "")

    def _known(self, request: HTTPConnection) -> dict[int, str]:
        return {int(key): str(name) for key, name in self._device.read(request) or []}

    def await_sign_up(self, response: Response, awaited: AwaitedSignUp) -> None:
        """Let the browser know the sign-up that was typed in it."""
        self._sign_up.write(response, [awaited.email, awaited.proof])

    def awaited_sign_up(self, request: HTTPConnection) -> AwaitedSignUp | None:
        """The sign-up that was typed in this browser and waits for its mail."""
        found = self._sign_up.read(request)
        return AwaitedSignUp(str(found[0]), str(found[1])) if found else None

    def end_sign_up(self, response: Response) -> None:
        """Let the browser forget the sign-up."""
        self._sign_up.clear(response)
