"""The cookie that names a session of the record."""

from __future__ import annotations

from sqlalchemy import Connection
from starlette.requests import HTTPConnection
from starlette.responses import Response

from kb.people.devices import device_name
from kb.store.people.accounts import get_account
from kb.store.people.sessions import (
    add_session,
    end_session_by_secret,
    find_session_id,
    longest_time,
)

MAX_SECRET_CHARS = 100


class Sessions:
    """Starts and ends sessions; a cookie holds a random secret, the record its hash."""

    def __init__(self, *, secure: bool) -> None:
        self._secure = secure
        # The prefix makes browsers refuse the cookie from a neighbouring host.
        self.cookie_name = "__Host-kb_session" if secure else "kb_session"

    def start(
        self,
        response: Response,
        conn: Connection,
        account_id: int,
        request: HTTPConnection,
        *,
        api_key_id: int | None = None,
    ) -> None:
        """Let the response sign its reader in; a session that the browser had before ends.

        Raises NotFound for an account that may not sign in.
        """
        before = self.secret_of(request)
        if before is not None:
            end_session_by_secret(conn, before)
        secret = add_session(
            conn,
            account_id,
            device=device_name(request.headers.get("user-agent", "")),
            api_key_id=api_key_id,
        )
        # The record says when a session ends; the cookie only must not end before.
        response.set_cookie(
            self.cookie_name,
            secret,
            max_age=int(longest_time(get_account(conn, account_id).role).total_seconds()),
            path="/",
            secure=self._secure,
            httponly=True,
            samesite="lax",
        )

    def end(self, response: Response, conn: Connection, request: HTTPConnection) -> None:
        """Let the response sign its reader out of this browser."""
        secret = self.secret_of(request)
        if secret is not None:
            end_session_by_secret(conn, secret)
        response.delete_cookie(
            self.cookie_name, path="/", secure=self._secure, httponly=True, samesite="lax"
        )

    def secret_of(self, request: HTTPConnection) -> str | None:
        """The secret that the browser sent along, None for none."""
        secret = request.cookies.get(self.cookie_name, "")
        return secret if 0 < len(secret) <= MAX_SECRET_CHARS else None

    def session_id(self, conn: Connection, request: HTTPConnection) -> int | None:
        """The number of the session that this browser is in, None for none."""
        secret = self.secret_of(request)
        return None if secret is None else find_session_id(conn, secret)
