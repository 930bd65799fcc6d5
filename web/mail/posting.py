"""Puts letters into the outbox, from where the worker sends them."""

from __future__ import annotations

import uuid

from sqlalchemy import Connection

from kb.mail import Mail, check_address
from kb.settings import Settings
from kb.store.mail.deliveries import add_delivery
from web.mail.composing import compose
from web.mail.letters import HasSettings, Letter
from web.mail.links import mail_link
from web.mail.server import message_host


def post(conn: Connection, look: HasSettings, letter: Letter) -> bool:
    """Put a letter into the outbox, in the caller's transaction: it leaves after the commit.

    Without a mail server it is kept there, for an administrator to read. Returns False for an
    unasked letter to somebody who got three within a day; a page says then what it says else,
    since it must not tell who gets mail here. Raises InvalidInput for an address that is none.
    """
    settings = look.settings
    composed = compose(settings, letter)
    mail = Mail(
        purpose=letter.purpose,
        recipient=check_address(letter.to),
        locale=composed.locale,
        subject=composed.subject,
        body_text=composed.text,
        body_html=composed.html,
        message_id=_message_id(settings, letter.key or f"mail-{uuid.uuid4()}"),
        headers=_headers(settings, letter),
        account_id=letter.account_id,
        unasked=letter.unasked,
    )
    return add_delivery(conn, mail, kept=not settings.smtp_url)


def _message_id(settings: Settings, key: str) -> str:
    return f"<{key}@{message_host(settings)}>"


def _headers(settings: Settings, letter: Letter) -> dict[str, str]:
    """The headers that this mail has beside those of every mail.

    One click unsubscribes, as RFC 8058 describes it.
    """
    found: dict[str, str] = {}
    if letter.thread:
        before = _message_id(settings, letter.thread)
        found |= {"In-Reply-To": before, "References": before}
    if letter.unsubscribe and settings.public_url:
        found["List-Unsubscribe"] = f"<{mail_link(settings, letter.unsubscribe)}>"
        found["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return found
