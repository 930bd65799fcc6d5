"""A real mail server on this machine that keeps what it gets, and refuses what a test wants."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.waiting import PATIENCE_S


@dataclass
class Inbox:
    """What came in; `said_to` are replies to recipients, used up one by one."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    said_to: dict[str, list[str]] = field(default_factory=dict)
    said_to_data: list[str] = field(default_factory=list)
    signed_in: list[str] = field(default_factory=list)
    was_encrypted: list[bool] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        planned = self.said_to.get(address, [])
        if planned:
            return planned.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.said_to_data:
            return self.said_to_data.pop(0)
        content = envelope.content
        assert isinstance(content, bytes)
        self.raw.append(content)
        self.mails.append(message_from_bytes(content, policy=SMTP_POLICY))
        self.recipients += envelope.rcpt_tos
        self.was_encrypted.append(session.ssl is not None)
        return "250 taken"

    def authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        assert isinstance(data, LoginPassword)
        fits = (data.login, data.password) == (b"kundig", b"p@ss:word")
        if fits:
            self.signed_in.append(data.login.decode())
        return AuthResult(success=fits, handled=fits)


class _Controller(Controller):
    """Finds a free port by itself, and knows it once the server listens."""

    def _trigger_server(self) -> None:
        assert self.server is not None
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def running(
    inbox: Inbox, *, tls: ssl.SSLContext | None = None, wants_password: bool = False
) -> Iterator[Inbox]:
    """Let the inbox take mail on 127.0.0.1 until the block ends."""
    controller = _Controller(
        inbox,
        hostname="127.0.0.1",
        port=0,
        tls_context=tls,
        authenticator=inbox.authenticate if wants_password else None,
        auth_required=wants_password,
        auth_require_tls=False,
        auth_exclude_mechanism=["LOGIN"],
        enable_SMTPUTF8=False,
        ready_timeout=PATIENCE_S,
    )
    controller.start()
    inbox.port = controller.port
    try:
        yield inbox
    finally:
        controller.stop(no_assert=True)
