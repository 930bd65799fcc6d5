"""What the templates of the outbox may read, like `contexts`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from web.http.contexts import Tab


@dataclass(frozen=True, slots=True)
class MailRow:
    """One mail in the list; `state` is one of `kb.mail.STATES`, `error` may be empty."""

    url: str
    subject: str
    recipient: str
    state: str
    at: datetime
    error: str = ""


@dataclass(frozen=True, slots=True)
class OutboxPage:
    """All that admin/outbox.html may read; `server` is where mail goes, empty for nowhere."""

    rows: tuple[MailRow, ...]
    tabs: tuple[Tab, ...]
    q: str
    state: str
    server: str
    first_url: str | None = None
    next_url: str | None = None


@dataclass(frozen=True, slots=True)
class OutboxMailPage:
    """All that admin/outbox_mail.html may read; `text` is empty once it is forgotten."""

    subject: str
    recipient: str
    state: str
    purpose: str
    attempts: int
    created_at: datetime
    not_before: datetime
    sent_at: datetime | None
    error: str
    message_id: str
    text: str
    html_url: str
    send_url: str
    back_url: str
    said: str = ""
