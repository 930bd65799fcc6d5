"""Signed cookies that stand for an API key, for people who sign in with one."""

from __future__ import annotations

from itsdangerous import BadSignature, URLSafeTimedSerializer
from starlette.responses import Response

MAX_AGE_S = 12 * 3600
"""A working day; after it the key is asked for again."""


class Sessions:
    """Writes and reads session cookies; a cookie holds the number of a key, nothing else.

    Revoking the key ends every session made with it, since each request looks it up.
    """

    def __init__(self, secret: bytes, *, secure: bool) -> None:
        self._serializer = URLSafeTimedSerializer(secret, salt="kundig session")
        self._secure = secure
        # The prefix makes browsers refuse the cookie from a neighbouring host.
        self.cookie_name = "__Host-kb_session" if secure else "kb_session"

    def start(self, response: Response, key_id: int) -> None:
        """Let the response sign its reader in."""
        response.set_cookie(
            self.cookie_name,
            self._serializer.dumps(key_id),
            max_age=MAX_AGE_S,
            path="/",
            secure=self._secure,
            httponly=True,
            samesite="lax",
        )

    def end(self, response: Response) -> None:
        """Let the response sign its reader out."""
        response.delete_cookie(
            self.cookie_name, path="/", secure=self._secure, httponly=True, samesite="lax"
        )

    def key_id(self, cookie: str) -> int | None:
        """The key that a cookie stands for; None for a forged, old or unreadable one."""
        try:
            found = self._serializer.loads(cookie, max_age=MAX_AGE_S)
        except BadSignature:
            return None
        return found if isinstance(found, int) else None
