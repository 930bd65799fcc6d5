"""The form with which something is followed, for whoever looks at it."""

from __future__ import annotations

from sqlalchemy import Connection

from kb.access import Viewer
from kb.store.mail.watches import find_watch
from kb.store.people.accounts import Account, find_account, find_account_by_email
from kb.watches import FREQUENCIES, INSTANT, Follower
from web.http.account.watch_contexts import FrequencyChoice, WatchBox
from web.http.frame import Visit


def watch_box(conn: Connection, visit: Visit, kind: str, target_id: int) -> WatchBox:
    """The form for one thing that the page shows: an entry, a shelf, or one's own question.

    For a guest nothing is read; whether an address follows it is nobody else's business.
    """
    if visit.viewer.account_id is None:
        return WatchBox(kind, target_id, choices(), needs_email=True)
    follower = follower_of(conn, visit.viewer)
    if follower is None:
        return WatchBox(kind, target_id, choices(), needs_confirming=True)
    watch = find_watch(conn, kind, target_id, follower=follower)
    if watch is None or watch.stopped_at is not None:
        return WatchBox(kind, target_id, choices(), email=follower.email)
    return WatchBox(
        kind,
        target_id,
        choices(watch.frequency),
        change_url=f"/account/watches/{watch.id}",
        stop_url=f"/account/watches/{watch.id}/stop",
        email=follower.email,
    )


def choices(chosen: str = INSTANT) -> tuple[FrequencyChoice, ...]:
    """How often somebody may be told, the chosen one marked."""
    return tuple(FrequencyChoice(word, word == chosen) for word in FREQUENCIES)


def follower_of(conn: Connection, viewer: Viewer) -> Follower | None:
    """The account behind a viewer as a follower; None for guests, and before it confirmed."""
    account = None if viewer.account_id is None else find_account(conn, viewer.account_id)
    return _as_follower(account)


def follower_by_address(conn: Connection, email: str, locale: str) -> Follower:
    """Whoever proved this address: its account where it has one, else a guest."""
    return _as_follower(find_account_by_email(conn, email)) or Follower(email, locale)


def _as_follower(account: Account | None) -> Follower | None:
    if account is None or not account.is_open or not account.email:
        return None
    if account.email_confirmed_at is None:
        return None
    return Follower(account.email, account.locale, account.id)
