"""Mail as the domain sees it: addresses, and what waits to leave."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from kb.errors import InvalidInput

MAX_ADDRESS_CHARS = 254
"""Longest address that a mail server can be given. Source: RFC 5321, erratum 1690."""

MAX_LOCAL_CHARS = 64

STATES = ("waiting", "sent", "failed", "kept")
"""A mail waits for the worker, was sent, was given up, or is kept because there is no server."""

WATCH = "watch"
"""Purpose of mails to those who follow something; all other mails go first."""

_LOCAL = re.compile(r"[^\s@<>()\[\]\\,;:\"\x00-\x1f\x7f]+")
_LABEL = re.compile(r"(?!-)[\w-]{1,63}(?<!-)")


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail as it is put into the outbox; `headers` are those beside the usual ones."""

    purpose: str
    recipient: str
    locale: str
    subject: str
    body_text: str
    body_html: str
    message_id: str
    headers: Mapping[str, str] = field(default_factory=dict)
    account_id: int | None = None
    unasked: bool = False


@dataclass(frozen=True, slots=True)
class Delivery:
    """One mail in the outbox; its bodies are empty once they are forgotten."""

    id: int
    purpose: str
    recipient: str
    locale: str
    subject: str
    body_text: str
    body_html: str
    message_id: str
    headers: Mapping[str, str]
    state: str
    attempts: int
    created_at: datetime
    not_before: datetime
    sent_at: datetime | None
    error: str | None

    @property
    def may_be_sent_again(self) -> bool:
        """Whether it was given up or kept, and still is a whole mail whose links lead here."""
        stopped = self.state in ("failed", "kept")
        return stopped and bool(self.body_text) and 'href="/' not in self.body_html


def check_address(text: str) -> str:
    """The address stripped and in lower case.

    Raises InvalidInput unless it can be one: local part, @, host of at least two names, no
    white space, quotes or control characters.
    """
    address = text.strip().lower()
    local, _, host = address.rpartition("@")
    labels = host.split(".")
    fits = len(address) <= MAX_ADDRESS_CHARS and len(local) <= MAX_LOCAL_CHARS
    dots = local.startswith(".") or local.endswith(".") or ".." in local
    known = _LOCAL.fullmatch(local) and all(_LABEL.fullmatch(label) for label in labels)
    # A mark that nobody sees makes another address of one that looks the same.
    known = known and address.isprintable()
    if not fits or dots or not known or len(labels) < 2 or labels[-1].isdigit():
        raise InvalidInput(f"{text.strip()[:80]!r} is not an email address", field="email")
    return address


def find_address(text: str | None) -> str | None:
    """The address like `check_address`, None where the text cannot be one."""
    try:
        return check_address(text or "")
    except InvalidInput:
        return None
