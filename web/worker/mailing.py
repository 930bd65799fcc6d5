"""Sends what waits in the outbox, one mail at a time, never inside a transaction."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import timedelta
from email.headerregistry import Address
from smtplib import SMTP

from sqlalchemy import Engine

from kb.clock import utc_now
from kb.mail import Delivery
from kb.settings import Settings
from kb.store.engine import reading, transaction
from kb.store.mail import deliveries
from web.mail.sending import NotNow, Refused, ServerTrouble, connection, hand_in
from web.mail.server import MailServer, check_mail_settings, mail_server, message_host, sender

log = logging.getLogger(__name__)

WAITS = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=4),
    timedelta(hours=12),
    timedelta(days=1),
    timedelta(days=1),
    timedelta(days=1),
)
"""How long a mail waits after each failed try; after the last one it is given up.

Together they are four days: a mailbox that is full on Friday is read on Monday, and RFC 5321
(4.5.4.1) wants so much.
"""

GIVE_UP_AFTER = timedelta(days=5)
"""How long a server that takes no mail at all is waited for; after that links in mails are old."""

MAILS_A_TALK = 50
"""Mails after which a connection is made anew; some servers count them."""

SERVER_PAUSE_S = 30.0
LONGEST_PAUSE_S = 300.0
"""How long a server is left alone that takes no mail: twice as long after each try, since some
lock out who comes with a wrong password too often."""


class Mailing:
    """Sends mail until nothing is due; without a mail server it never does anything."""

    def __init__(
        self, settings: Settings, engine: Engine, *, is_over: Callable[[], bool] = lambda: False
    ) -> None:
        """Raises InvalidInput for mail settings that cannot be used."""
        check_mail_settings(settings)
        self._server: MailServer | None = mail_server(settings)
        self._sender: Address | None = sender(settings)
        self._own_name = message_host(settings)
        self._engine = engine
        self._is_over = is_over
        self._paused_until = float("-inf")
        self._pause_s = SERVER_PAUSE_S

    def send_due(self) -> int:
        """Send the mails that are due and return how many left; raises Unavailable.

        A server that cannot be reached, or lets us not in, is left alone for a while. That is no
        failed try of the mail, which leaves as soon as the server is back.
        """
        if self._server is None or self._sender is None or time.monotonic() < self._paused_until:
            return 0
        with reading(self._engine) as conn:
            if not deliveries.has_mail(conn):
                return 0
        mail = self._claim()
        if mail is None:
            return 0
        sent, is_open = 0, False
        try:
            with connection(self._server, own_name=self._own_name) as smtp:
                is_open, self._pause_s = True, SERVER_PAUSE_S
                while mail is not None:
                    sent += self._send(smtp, self._sender, mail)
                    is_full = sent >= MAILS_A_TALK or self._is_over()
                    mail = None if is_full else self._claim()
        except ServerTrouble as problem:
            log.warning("mail does not leave: %s", problem)
            self._paused_until = time.monotonic() + self._pause_s
            self._pause_s = min(2 * self._pause_s, LONGEST_PAUSE_S)
            if mail is not None and is_open:
                self._try_later(mail, str(problem))
            elif mail is not None:
                self._put_back(mail, str(problem))
        return sent

    def _claim(self) -> Delivery | None:
        with transaction(self._engine) as conn:
            return deliveries.claim_mail(conn)

    def _send(self, smtp: SMTP, sender: Address, mail: Delivery) -> bool:
        try:
            hand_in(smtp, mail, sender)
        except Refused as problem:
            log.warning("mail %d is refused: %s", mail.id, problem)
            with transaction(self._engine) as conn:
                deliveries.mark_failed(conn, mail.id, str(problem))
            return False
        except NotNow as problem:
            log.info("mail %d is not taken now: %s", mail.id, problem)
            self._try_later(mail, str(problem))
            return False
        with transaction(self._engine) as conn:
            deliveries.mark_sent(conn, mail.id)
        return True

    def _try_later(self, mail: Delivery, reason: str) -> None:
        with transaction(self._engine) as conn:
            if mail.attempts > len(WAITS):
                deliveries.mark_failed(conn, mail.id, reason)
            else:
                wait = WAITS[mail.attempts - 1]
                deliveries.try_later(conn, mail.id, reason, wait=wait)

    def _put_back(self, mail: Delivery, reason: str) -> None:
        with transaction(self._engine) as conn:
            if utc_now() - mail.created_at > GIVE_UP_AFTER:
                deliveries.mark_failed(conn, mail.id, reason)
            else:
                deliveries.put_back(conn, mail.id, reason)
