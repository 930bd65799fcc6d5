"""The mail server and the sender of the settings, read and checked."""

from __future__ import annotations

from dataclasses import dataclass, field
from email.headerregistry import Address
from email.utils import parseaddr
from urllib.parse import unquote, urlsplit

from kb.errors import InvalidInput
from kb.mail import check_address
from kb.settings import Settings

PORTS = {"smtp": 587, "smtps": 465}
"""Ports where none is named: submission, and submission over TLS. Source: RFC 8314."""

NO_HOST = "kundig.invalid"
"""Right half of message ids where neither sender nor public address is set."""


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed in; `is_encrypted` means TLS from the first byte."""

    host: str
    port: int
    is_encrypted: bool
    user: str = ""
    password: str = field(default="", repr=False)


def mail_server(settings: Settings) -> MailServer | None:
    """The server of the settings, None where there is none; raises InvalidInput."""
    if not settings.smtp_url:
        return None
    try:
        parts = urlsplit(settings.smtp_url)
        port = parts.port
    except ValueError as problem:
        raise _wrong_url() from problem
    extra = parts.path.strip("/") or parts.query or parts.fragment
    if parts.scheme not in PORTS or not parts.hostname or extra:
        raise _wrong_url()
    if bool(parts.username) != bool(parts.password):
        raise InvalidInput("KB_SMTP_URL needs user and password, or neither", field="KB_SMTP_URL")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if not (user + password).isascii():
        # smtplib cannot send them: it would fail at each mail, in words about a codec.
        raise InvalidInput(
            "user and password of KB_SMTP_URL must be ASCII: letters, digits and signs that "
            "English has",
            field="KB_SMTP_URL",
        )
    return MailServer(
        host=parts.hostname,
        port=port or PORTS[parts.scheme],
        is_encrypted=parts.scheme == "smtps",
        user=user,
        password=password,
    )


def _wrong_url() -> InvalidInput:
    # The address itself is not repeated: it may hold a password.
    return InvalidInput(
        "KB_SMTP_URL must be like smtp://user:password@mail.example.com:587 or smtps://…; "
        "write @ : / # ? % in a password as %40 %3A %2F %23 %3F %25",
        field="KB_SMTP_URL",
    )


def sender(settings: Settings) -> Address | None:
    """Who mails come from, None where it is not set; raises InvalidInput."""
    if not settings.mail_from:
        return None
    name, found = parseaddr(settings.mail_from)
    try:
        # A header ends where its line does.
        address = check_address(found if settings.mail_from.isprintable() else "")
        return Address(display_name=name or settings.site_name, addr_spec=ascii_host(address))
    except (InvalidInput, ValueError) as problem:
        raise InvalidInput(
            f"KB_MAIL_FROM must be like Help <help@example.com>, got {settings.mail_from!r}",
            field="KB_MAIL_FROM",
        ) from problem


def ascii_host(address: str) -> str:
    """The address with its host as mail servers know it: `müller.example` as `xn--mller-kva…`.

    Raises ValueError for a host that no name server can know.
    """
    local, _, host = address.rpartition("@")
    return f"{local}@{host.encode('idna').decode('ascii')}"


def message_host(settings: Settings) -> str:
    """The right half of message ids: the sender's host, else the site's."""
    from_address = sender(settings)
    if from_address is not None:
        return from_address.domain
    return urlsplit(settings.public_url).hostname or NO_HOST


def check_mail_settings(settings: Settings) -> None:
    """Raise InvalidInput for mail settings that cannot be used, alone or together.

    A server without a sender or without the site's own address could only send mails that are
    refused, or whose links lead nowhere.
    """
    server = mail_server(settings)
    if sender(settings) is None and server is not None:
        raise InvalidInput("KB_SMTP_URL needs KB_MAIL_FROM", field="KB_MAIL_FROM")
    if server is not None and not settings.public_url:
        raise InvalidInput(
            "KB_SMTP_URL needs KB_PUBLIC_URL: the links in mails are made of it",
            field="KB_PUBLIC_URL",
        )
