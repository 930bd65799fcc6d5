"""Hands mails to the mail server, and says what became of each."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

from kb.mail import Delivery
from web.mail.server import MailServer, ascii_host

TIMEOUT_S = 20.0
"""How long one step of the talk with the server may take."""

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})

_WIDE = SMTP.clone(max_line_length=900)
"""For headers: a folded address in List-Unsubscribe would be an encoded word, which is none."""


class Refused(Exception):
    """The server does not take this mail, now or later."""


class NotNow(Exception):
    """The server does not take this mail now."""


class ServerTrouble(Exception):
    """The server cannot be reached, or takes no mail from us at all."""


def message_of(mail: Delivery, sender: Address) -> EmailMessage:
    """The mail as it leaves: text and HTML, with the headers that programs look for.

    Raises ValueError for a recipient whose host no name server can know.
    """
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    name, _, host = ascii_host(mail.recipient).rpartition("@")
    message["To"] = Address(username=name, domain=host)
    message["Subject"] = mail.subject
    message["Date"] = mail.created_at
    message["Message-ID"] = mail.message_id
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message["Content-Language"] = mail.locale
    for name, value in mail.headers.items():
        message[name] = value
    message.set_content(mail.body_text)
    message.add_alternative(mail.body_html, subtype="html")
    return message


@contextmanager
def connection(server: MailServer, *, own_name: str) -> Iterator[smtplib.SMTP]:
    """A talk with the server, signed in where it has a user; trouble in it names the server.

    Raises ServerTrouble.
    """
    where = f"{server.host}:{server.port}"
    try:
        smtp = _open(server, own_name)
    except (OSError, smtplib.SMTPException) as problem:
        raise ServerTrouble(f"{where}: {_line(problem)}") from problem
    try:
        yield smtp
    except ServerTrouble as problem:
        raise ServerTrouble(f"{where}: {problem}") from problem
    finally:
        try:
            smtp.quit()
        except (OSError, smtplib.SMTPException):
            smtp.close()


def _open(server: MailServer, own_name: str) -> smtplib.SMTP:
    context = tls_context(server.host)
    if server.is_encrypted:
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(
            server.host,
            server.port,
            local_hostname=own_name,
            timeout=TIMEOUT_S,
            context=context,
        )
    else:
        smtp = smtplib.SMTP(server.host, server.port, local_hostname=own_name, timeout=TIMEOUT_S)
    try:
        smtp.ehlo_or_helo_if_needed()
        if not server.is_encrypted and smtp.has_extn("starttls"):
            smtp.starttls(context=context)
        elif not server.is_encrypted and server.user and server.host not in LOOPBACK:
            raise smtplib.SMTPException("offers no STARTTLS, and a password is not sent without")
        if server.user:
            smtp.login(server.user, server.password)
    except BaseException:
        smtp.close()
        raise
    return smtp


def tls_context(host: str) -> ssl.SSLContext:
    """How a connection is encrypted: certificates are checked, but for this very machine.

    A mail server beside us mostly has a certificate made up at its installation.
    """
    context = ssl.create_default_context()
    if host in LOOPBACK:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def hand_in(smtp: smtplib.SMTP, mail: Delivery, sender: Address) -> None:
    """Give one mail to the server; raises Refused, NotNow, or ServerTrouble."""
    try:
        recipient = ascii_host(mail.recipient)
        message = message_of(mail, sender)
    except ValueError as problem:
        raise Refused(_line(problem)) from problem
    options: list[str] = []
    policy = _WIDE
    if not recipient.isascii():
        if not smtp.has_extn("smtputf8"):
            raise Refused("the mail server takes no addresses outside ASCII")
        options, policy = ["SMTPUTF8", "BODY=8BITMIME"], _WIDE.clone(utf8=True)
    content = message.as_bytes(policy=policy)
    try:
        smtp.sendmail(sender.addr_spec, [recipient], content, mail_options=options)
    except smtplib.SMTPRecipientsRefused as problem:
        code, words = next(iter(problem.recipients.values()))
        raise _refusal(code, words) from problem
    except smtplib.SMTPDataError as problem:
        raise _refusal(problem.smtp_code, problem.smtp_error) from problem
    except (OSError, smtplib.SMTPException) as problem:
        # Also a sender who is refused: that is about our settings, not about this mail.
        raise ServerTrouble(_line(problem)) from problem


def _refusal(code: int, words: bytes | str) -> Refused | NotNow:
    said = words.decode(errors="replace") if isinstance(words, bytes) else words
    line = " ".join(f"{code} {said}".split())[:300]
    return Refused(line) if code >= 500 else NotNow(line)


def _line(problem: Exception) -> str:
    if isinstance(problem, smtplib.SMTPResponseException):
        return str(_refusal(problem.smtp_code, problem.smtp_error))
    return " ".join(str(problem).split())[:300] or type(problem).__name__
