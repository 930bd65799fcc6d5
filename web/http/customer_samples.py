"""Invented questions, forms and mails for the page of all pieces."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from markupsafe import Markup

from web.http.account.watch_contexts import FrequencyChoice, WatchBox
from web.http.admin.outbox_contexts import MailRow
from web.http.admin.people_contexts import Choice
from web.http.asking.question_contexts import Said, Step
from web.http.contexts import AskForm, FieldError, KeptFile, ProductChoice
from web.http.pieces_contexts import CustomerSamples
from web.http.reading.entry_samples import sample_files

ASKED = date(2026, 11, 2)
ANSWERED = date(2026, 11, 3)
WRITTEN = datetime(2026, 11, 3, 9, 30, tzinfo=UTC)
GUEST_BOX = WatchBox(
    "entry",
    12,
    (FrequencyChoice("instant", chosen=True), FrequencyChoice("daily"), FrequencyChoice("weekly")),
    needs_email=True,
)


def customer_samples() -> CustomerSamples:
    """The pieces of asking, following and accounts in their states."""
    return CustomerSamples(
        form=AskForm(
            body="It beeps three times, then the orange drop lights.",
            errors=(FieldError("title", "Write your question in one sentence."),),
            products=(ProductChoice("piazza", "Piazza", chosen=True),),
            files=(KeptFile(1, "beeps.mp4", 9.9, "MB"),),
        ),
        steps=(
            Step("asked", "done", ASKED),
            Step("confirmed", "done", ASKED),
            Step("answered", "now"),
            Step("solved", "next"),
        ),
        said=(
            Said(1, "asker", on=ASKED, text="It beeps three times since this morning."),
            Said(
                2,
                "team",
                on=ANSWERED,
                html=Markup("<p>Rinse the <strong>tank</strong>, then start it again.</p>"),
                files=sample_files()[:1],
            ),
        ),
        boxes=(
            replace(GUEST_BOX, errors=(FieldError("watch_email", "Write your e-mail address."),)),
            replace(
                GUEST_BOX,
                needs_email=False,
                email="mara@example.com",
                change_url="/account/watches/1",
                stop_url="/account/watches/1/stop",
            ),
            replace(GUEST_BOX, needs_email=False, needs_confirming=True),
        ),
        roles=tuple(Choice(role, role, role == "agent") for role in ("customer", "agent", "admin")),
        mails=tuple(
            MailRow("/admin/outbox", "Confirm your question", "mara@example.com", state, WRITTEN)
            for state in ("waiting", "sent", "failed", "kept")
        ),
    )
