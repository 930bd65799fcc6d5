"""The mail by which a guest confirms a question."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from sqlalchemy import Connection

from kb.asking.confirming import make_link
from kb.asking.conversations import AskedQuestion
from kb.asking.following import DEFAULT_LOCALE
from kb.store.questions.waiting import CONFIRM_DAYS
from web.http.site import Look
from web.mail.letters import Letter
from web.mail.posting import post


@dataclass(frozen=True, slots=True)
class ConfirmQuestion:
    """What the mail to a guest says; nothing that was typed, since anybody may have typed it."""

    path: str
    days: int
    asked_on: date


def post_confirmation(
    conn: Connection, look: Look, question: AskedQuestion, *, again: bool = False
) -> None:
    """Mail the link that confirms a guest's question; at most three a day to one address.

    `again` mails one more to who did not get the first.
    """
    locale = question.locale or DEFAULT_LOCALE
    query = urlencode({"secret": make_link(conn, question), "locale": locale})
    context = ConfirmQuestion(f"/ask/confirm?{query}", CONFIRM_DAYS, question.asked_at.date())
    number = f"-{secrets.token_hex(4)}" if again else ""
    letter = Letter(
        template="confirm_question",
        to=question.sender,
        locale=locale,
        context=context,
        purpose="confirm-question",
        unasked=True,
        key=f"question-{question.id}{number}",
    )
    post(conn, look, letter)
