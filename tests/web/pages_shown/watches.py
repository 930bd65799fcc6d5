"""What the templates of watches are rendered with."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from web.http.account.watch_boxes import choices
from web.http.account.watch_contexts import (
    ConfirmWatchPage,
    FollowPage,
    FollowSentPage,
    UnsubscribePage,
    WatchBox,
    WatchesPage,
    WatchRow,
)
from web.http.admin.outbox_contexts import MailRow, OutboxMailPage, OutboxPage
from web.http.contexts import FieldError, Notice, Tab

AT = datetime(2026, 7, 1, 9, 30, tzinfo=UTC)
WRONG = (FieldError("watch_email", "Write your email address like name@example.com."),)
GUEST = WatchBox("entry", 7, choices(), needs_email=True, email="mara@", errors=WRONG)
FOLLOWED = WatchBox(
    "question", 7, choices("weekly"), change_url="/x/1", stop_url="/x/1/stop", email="m@a.example"
)
ROWS = (
    WatchRow("entry", "How do I descale <it>?", "/faq/7", choices(), "/x/1", "/x/1/stop"),
    WatchRow("category", "Care", "/categories/care", choices("daily"), "/x/2", "/x/2/stop"),
    WatchRow("tag", "", "", choices(), "/x/3", "/x/3/stop"),
)
ASKED = ("entry", "How do I descale?", "/faq/7", "daily")
MAIL = OutboxMailPage(
    subject="Confirm <this>",
    recipient="mara@example.org",
    state="failed",
    purpose="confirm-address",
    attempts=2,
    created_at=AT,
    not_before=AT,
    sent_at=None,
    error="550 no such user",
    message_id="<mail-1@example.com>",
    text="Hello\n<b>",
    html_url="/admin/outbox/1/html",
    send_url="/admin/outbox/1/send",
    back_url="/admin/outbox",
    said="This email cannot be sent again.",
)
SENT = OutboxMailPage(
    "Sent", "m@a.example", "sent", "watch", 1, AT, AT, AT, "", "<1>", "", "", "", "/"
)
WAITING = OutboxMailPage(
    "Waits", "m@a.example", "waiting", "watch", 1, AT, AT, None, "", "<1>", "", "", "", "/"
)
MAILS = tuple(
    MailRow("/admin/outbox/1", "Confirm", "mara@example.org", state, AT, "451 later")
    for state in ("waiting", "sent", "failed", "kept")
)
TABS = (
    Tab("all", "/admin/outbox", current=True, count=4),
    Tab("kept", "/x", current=False, count=1),
)

PAGES: dict[str, tuple[Any, ...]] = {
    "watches/follow.html": (
        FollowPage("How do I descale?", "/faq/7", GUEST),
        FollowPage("Why?", "/q/7", FOLLOWED),
        FollowPage("Care", "/c", WatchBox("category", 7, choices(), needs_confirming=True)),
        FollowPage("Care", "/c", WatchBox("category", 7, choices(), email="m@a.example")),
    ),
    "watches/sent.html": (FollowSentPage("How?", "/faq/7", "mara@example.org", 7),),
    "watches/confirm.html": (
        ConfirmWatchPage("ended"),
        ConfirmWatchPage("ask", *ASKED, action="/watch/confirm/x"),
        ConfirmWatchPage("done", *ASKED, stop_url="/unsubscribe/x"),
    ),
    "watches/watches.html": (
        WatchesPage(ROWS, "mara@example.org", Notice("Stopped.", "/x/1/resume")),
        WatchesPage((), "mara@example.org"),
        WatchesPage(()),
    ),
    "watches/unsubscribe.html": (
        UnsubscribePage("ended"),
        UnsubscribePage(
            "active",
            "entry",
            "How?",
            "/faq/7",
            "m…@a.example",
            choices=choices(),
            stop_action="/unsubscribe/x",
            undo_action="/unsubscribe/x/undo",
            frequency_action="/unsubscribe/x/frequency",
            saved=True,
        ),
        UnsubscribePage("stopped", "question", "", "", "m…@a.example"),
        UnsubscribePage("active", email="m…@a.example", count=3, whole_digest=True),
    ),
    "admin/outbox.html": (
        OutboxPage(MAILS, TABS, "mara", "kept", "mail.example.com:587", "/first", "/next"),
        OutboxPage((), TABS, "", "kept", ""),
        OutboxPage((), TABS, "", "", ""),
    ),
    "admin/outbox_mail.html": (MAIL, SENT, WAITING),
}
