"""Whether a browser's sign-in is recent enough for what cannot be undone."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlencode

from sqlalchemy import Connection
from starlette.exceptions import HTTPException

from kb.clock import utc_now
from kb.store.engine import reading
from kb.store.people.sessions import Session, list_sessions
from web.http.frame import Visit

FRESH_FOR = timedelta(minutes=10)
"""For so long after signing in nothing is asked again: somebody left the desk since."""

CONFIRM_PATH = "/account/confirm"


def account_id_of(visit: Visit) -> int:
    """The account of a visit for which the table of routes asks for one."""
    account_id = visit.viewer.account_id
    assert account_id is not None
    return account_id


def own_session(visit: Visit, conn: Connection) -> Session | None:
    """The session that this browser is in; None where it ended this very moment."""
    session_id = visit.site.sessions.session_id(conn, visit.request)
    found = [one for one in list_sessions(conn, account_id_of(visit)) if one.id == session_id]
    return found[0] if found else None


def require_fresh(visit: Visit, back: str) -> None:
    """Return for a recent sign-in, else lead to where it is renewed, which leads `back`.

    Raises HTTPException 303.
    """
    with reading(visit.site.engine) as conn:
        session = own_session(visit, conn)
    if session is None or utc_now() - session.created_at > FRESH_FOR:
        url = f"{CONFIRM_PATH}?{urlencode({'next': back})}"
        raise HTTPException(303, headers={"location": url})
