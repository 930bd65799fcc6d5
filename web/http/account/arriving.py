"""Where signing in leads, and what the browser is given on the way."""

from __future__ import annotations

from sqlalchemy import Connection
from starlette.responses import Response

from kb.access import STAFF
from kb.store.people.accounts import Account
from web.http.frame import Visit
from web.http.paths import own_path
from web.http.replies import redirect

STAFF_START = "/desk/topics"
CUSTOMER_START = "/account/questions"
MAX_NEXT_CHARS = 2_000


def let_in(visit: Visit, conn: Connection, account: Account, next_url: str) -> Response:
    """Sign the browser in as the account and lead on; raises NotFound for a disabled account."""
    reply = redirect(next_url or start_of(account))
    visit.site.sessions.start(reply, conn, account.id, visit.request)
    visit.site.cookies.remember_device(reply, visit.request, account.id)
    visit.site.cookies.end_sign_up(reply)
    return reply


def start_of(account: Account) -> str:
    """Where an account starts that wanted nothing else."""
    return STAFF_START if account.role in STAFF else CUSTOMER_START


def waiting(reply: Response, wait_s: int) -> Response:
    """The reply, which says to programs too how long to wait; 0 changes nothing."""
    if wait_s:
        reply.headers["retry-after"] = str(wait_s)
    return reply


def safe_path(path: str) -> str:
    """The path if it is one of this site, else empty."""
    return own_path(path, otherwise="") if len(path) <= MAX_NEXT_CHARS else ""
