"""Deletes what is over: old sign-ins and links, what nobody confirmed, the texts of old mails."""

from __future__ import annotations

import logging
from datetime import timedelta

from sqlalchemy import Engine

from kb.clock import utc_now
from kb.store.engine import transaction
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


def sweep(engine: Engine) -> None:
    """Delete all that is over; one transaction for each kind. Raises Unavailable."""
    now = utc_now()
    with transaction(engine) as conn:
        forget_sessions(conn, before=now - timedelta(days=SESSION_DAYS))
    with transaction(engine) as conn:
        forget_unconfirmed_accounts(conn, before=now - timedelta(days=ACCOUNT_DAYS))
    with transaction(engine) as conn:
        forget_tokens(conn, before=now - timedelta(days=TOKEN_DAYS))
    with transaction(engine) as conn:
        questions = forget_unconfirmed_questions(conn, now=now)
    with transaction(engine) as conn:
        mails = forget_mail(conn)
        forget_stopped(conn)
    if questions or mails:
        log.info("deleted %d unconfirmed questions and the texts of %d mails", questions, mails)
