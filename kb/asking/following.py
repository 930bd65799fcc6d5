"""Who is told about the answer to a question."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from sqlalchemy import Connection

from kb.asking.conversations import AskedQuestion
from kb.errors import Conflict
from kb.mail import find_address
from kb.store.mail.watches import watch_question
from kb.store.people.accounts import find_account

DEFAULT_LOCALE = "en"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who gets mail about a question, and in which language."""

    email: str
    locale: str
    account_id: int | None = None


def find_recipient(conn: Connection, question: AskedQuestion) -> Recipient | None:
    """Who may get mail about a question: its account, else the guest who asked it here.

    None where the account is closed or its address not confirmed, where the guest has not
    confirmed the question, and for what came from another system, which answers by itself.
    """
    if question.account_id is not None:
        account = find_account(conn, question.account_id)
        if account is None or not account.is_open or account.email_confirmed_at is None:
            return None
        return Recipient(account.email or "", account.locale, account.id)
    if not question.is_ours or question.waits:
        return None
    email = find_address(question.sender)
    return Recipient(email, question.locale or DEFAULT_LOCALE) if email else None


def let_asker_follow(conn: Connection, question: AskedQuestion) -> None:
    """Let the asker be told of answers by mail, where the address is known to be theirs."""
    recipient = find_recipient(conn, question)
    if recipient is None:
        return
    try:
        watch_question(
            conn,
            question.id,
            email=recipient.email,
            account_id=recipient.account_id,
            locale=recipient.locale,
        )
    except Conflict as full:
        # Who follows too much still may ask; the answer stands on the question's page.
        log.info("question %s is not followed: %s", question.id, full)
