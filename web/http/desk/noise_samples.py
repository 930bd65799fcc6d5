"""Messages that are no questions in every state, for looking at the page and for its tests."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from web.http.contexts import FieldError, Tab
from web.http.desk.noise_contexts import NoisePage, NoiseRow

DAY = date(2026, 5, 4)
BY_RULE = NoiseRow(
    id=1,
    subject="Abwesenheitsnotiz <b>",
    text="Ich bin bis Montag nicht im Büro.",
    lang="de",
    origin="email zendesk",
    asked_on=DAY,
    reason="auto_reply",
    said_by="",
    said_on=None,
)
BY_PERSON = replace(BY_RULE, id=2, reason="no_question", said_by="Ann", said_on=DAY, lang=None)
NOTHING = replace(BY_RULE, id=3, subject="", text="", reason="empty")
REASONS = ("thanks", "spam", "greeting", "gibberish", "other_language", "question", "unheard")
FULL = NoisePage(
    rows=(
        BY_RULE,
        BY_PERSON,
        NOTHING,
        *(replace(BY_RULE, id=10 + n, reason=reason) for n, reason in enumerate(REASONS)),
    ),
    tabs=(
        Tab("all", "/desk/noise", True, 10),
        Tab("question", "/desk/noise?reason=question", False, 1),
    ),
    current="all",
    kept_out=10,
    back="/desk/noise",
    first_url="/desk/noise",
    next_url="/desk/noise?cursor=x",
)
PAGES = (
    FULL,
    replace(FULL, rows=(), kept_out=0, first_url=None, next_url=None),
    replace(FULL, rows=(), current="question"),
    replace(FULL, rows=(), current="spam", kept_out=1),
    replace(
        FULL,
        current="question",
        errors=(FieldError("messages", "Tick at least one message first."),),
    ),
)
