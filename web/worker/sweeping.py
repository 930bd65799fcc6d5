"""Deletes what is over: old sign-ins and links, what nobody confirmed, the texts of old mails."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine

from kb.clock import utc_now
from kb.store.engine import giving_way
from kb.store.grouping.runs import forget_runs
from kb.store.mail.deliveries import forget_mail
from kb.store.mail.watches import forget_stopped
from kb.store.people.accounts import forget_unconfirmed as forget_unconfirmed_accounts
from kb.store.people.sessions import forget_sessions
from kb.store.people.tokens import forget_tokens
from kb.store.questions.waiting import forget_unconfirmed as forget_unconfirmed_questions

log = logging.getLogger(__name__)

SESSION_DAYS = 30
"""How long it can be seen that somebody was signed in."""

ACCOUNT_DAYS = 14
"""How long somebody who signs up may take to confirm the address."""

TOKEN_DAYS = 7
"""How long the page behind an old link can say that the link is old."""

RUN_DAYS = 90
"""How long it is kept what each run of the indexer did."""

AT_ONCE = 1_000
"""Rows of one transaction: some hundredths of a second, so that no writer waits long."""

QUESTIONS_AT_ONCE = 100
"""Questions of one: with each go its replies, files, links and followers."""

Forgetting = Callable[[Connection], int]


def sweep(engine: Engine) -> None:
    """Delete all that is over, some of it in each transaction. Raises Unavailable."""
    now = utc_now()
    for what, at_once, forget in _duties(now):
        done = _forget_all(engine, forget, at_once)
        if done:
            log.info("deleted what is over: %d %s", done, what)


def _duties(now: datetime) -> tuple[tuple[str, int, Forgetting], ...]:
    def before(days: int) -> datetime:
        return now - timedelta(days=days)

    def limited(forget: Callable[..., int], days: int) -> Forgetting:
        return lambda conn: forget(conn, before=before(days), limit=AT_ONCE)

    return (
        ("sign-ins", AT_ONCE, limited(forget_sessions, SESSION_DAYS)),
        ("unconfirmed accounts", AT_ONCE, limited(forget_unconfirmed_accounts, ACCOUNT_DAYS)),
        ("links", AT_ONCE, limited(forget_tokens, TOKEN_DAYS)),
        ("runs", AT_ONCE, limited(forget_runs, RUN_DAYS)),
        (
            "unconfirmed questions and files",
            QUESTIONS_AT_ONCE,
            lambda conn: forget_unconfirmed_questions(conn, now=now, limit=QUESTIONS_AT_ONCE),
        ),
        ("texts of mails", AT_ONCE, lambda conn: forget_mail(conn, limit=AT_ONCE)),
        ("ended watches", AT_ONCE, lambda conn: forget_stopped(conn, limit=AT_ONCE)),
    )


def _forget_all(engine: Engine, forget: Forgetting, at_once: int) -> int:
    total = 0
    while True:
        with giving_way(engine) as conn:
            done = forget(conn)
        total += done
        if done < at_once:
            return total
