"""Sends what waits in the outbox, one mail at a time, never inside a transaction."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import timedelta
from email.headerregistry import Address
from smtplib import SMTP

from sqlalchemy import Engine

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
)
"""How long a mail waits after each failed try; after the last one it is given up."""

MAILS_A_TALK = 50
"""Mails after which a connection is made anew; some servers count them."""

SERVER_PAUSE_S = 30.0
"""How long a server is left alone that could not be reached."""


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

    def send_due(self) -> int:
        """Send the mails that are due and return how many left; raises Unavailable.

        A server that cannot be reached is left alone for a while.
        """
        if self._server is None or self._sender is None or time.monotonic() < self._paused_until:
            return 0
        with reading(self._engine) as conn:
            if not deliveries.has_mail(conn):
                return 0
        mail = self._claim()
        if mail is None:
            return 0
        sent = 0
        try:
            with connection(self._server, own_name=self._own_name) as smtp:
                while mail is not None:
                    sent += self._send(smtp, self._sender, mail)
                    is_full = sent >= MAILS_A_TALK or self._is_over()
                    mail = None if is_full else self._claim()
        except ServerTrouble as problem:
            self._paused_until = time.monotonic() + SERVER_PAUSE_S
            log.warning("mail does not leave: %s", problem)
            if mail is not None:
                self._try_later(mail, str(problem))
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
