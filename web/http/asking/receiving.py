"""Takes a question in from a form, a script or the widget, behind one guard."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

from sqlalchemy import Connection

from kb.access import may_edit
from kb.asking.conversations import ASKED_HERE
from kb.asking.following import let_asker_follow
from kb.attachments import CheckedFile
from kb.clock import utc_now
from kb.intake.noise import find_noise
from kb.intake.records import IncomingQuestion
from kb.store.attachments.files import add_attachment
from kb.store.engine import transaction
from kb.store.jobs import enqueue
from kb.store.people.accounts import hold_account
from kb.store.questions.conversation import find_asked
from kb.store.questions.incoming import Asker, note_asker, store_question
from kb.store.questions.waiting import CONFIRM_DAYS, hand_over
from web.http.asking import texts
from web.http.asking.forms import Typed, wrong_fields
from web.http.asking.mailing import post_confirmation
from web.http.asking.stamps import is_too_fast
from web.http.contexts import FieldError
from web.http.frame import Visit
from web.http.rate_limits import Allowance
from web.http.searching.log import SearchLog
from web.http.visitors import client_address

SENT = "sent"
"""Query parameter of the private page that says the question was just sent."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What came with a question.

    `website` is a field that people do not see: who fills it in is a program. `started` is a
    stamp of `web.http.asking.stamps`, `search` the token of the search before. `files` are new
    ones; those in `keep` came before, in the parcel.
    """

    title: str
    body: str = ""
    email: str = ""
    product: str = ""
    website: str = ""
    started: str = ""
    search: str = ""
    files: tuple[CheckedFile, ...] = ()
    parcel: int | None = None
    keep: tuple[int, ...] = ()

    @property
    def typed(self) -> Typed:
        """What people wrote, without white space around it."""
        return Typed(
            self.title.strip(), self.body.strip(), self.email.strip(), self.product.strip()
        )


@dataclass(frozen=True, slots=True)
class Received:
    """What became of it: errors and nothing stored, or a question with its private address.

    `waits` tells that its guest must confirm it by mail. A program that was caught gets neither
    errors nor an address.
    """

    errors: tuple[FieldError, ...] = ()
    title: str = ""
    url: str = ""
    question_id: int | None = None
    waits: bool = False


def receive_question(visit: Visit, asked: Asked, *, confirmed_email: str = "") -> Received:
    """Store a question unless something is wrong with it; sent twice on a day it is one.

    A guest's waits until the address is confirmed by mail, unless the caller has shown that it
    is `confirmed_email`. Raises TooMany for a person or an address that asks too often.
    """
    typed = asked.typed
    if asked.website:
        return Received(title=typed.title)
    is_guest = visit.viewer.account_id is None and not confirmed_email
    errors = wrong_fields(visit, typed, needs_email=is_guest)
    if not errors and is_guest and is_too_fast(visit.site, asked.started):
        errors = (FieldError("form", visit.text(texts.TOO_FAST)),)
    if errors:
        return Received(errors=errors, title=typed.title)
    spend(visit, Allowance.ASK)
    email = (confirmed_email or typed.email).lower()
    if is_guest:
        visit.site.limits.spend(Allowance.ASK, f"mail {email}")
    with transaction(visit.site.engine) as conn:
        question_id, token = _store(conn, visit, asked, email=email, waits=is_guest)
    SearchLog(visit.site, visit.request, visit.viewer).asked(asked.search)
    query = urlencode({"token": token, SENT: 1, "locale": visit.locale})
    return Received(
        title=typed.title,
        url=f"/q/{question_id}?{query}",
        question_id=question_id,
        waits=is_guest,
    )


def spend(visit: Visit, allowance: Allowance) -> None:
    """Count a write of somebody outside the team, by account or address; raises TooMany."""
    account_id = visit.viewer.account_id
    if account_id is None:
        visit.site.limits.spend(allowance, client_address(visit.request))
    elif not may_edit(visit.viewer):
        visit.site.limits.spend(allowance, f"account {account_id}")


def _store(
    conn: Connection, visit: Visit, asked: Asked, *, email: str, waits: bool
) -> tuple[int, str]:
    """Store the question with what belongs to it; return its id and its token."""
    account_id, typed = visit.viewer.account_id, asked.typed
    if account_id is not None:
        hold_account(conn, account_id)
    who = visit.visitor() if account_id is None else f"{account_id} {utc_now().date()}"
    parts = (who, typed.title, typed.body, email if account_id is None else "")
    incoming = IncomingQuestion(
        source_id=hashlib.sha256("\x00".join(parts).encode(errors="replace")).hexdigest()[:32],
        subject=typed.title,
        body=typed.body,
        product=typed.product or None,
        sender=email if account_id is None else f"account-{account_id}",
        sender_name=visit.viewer.name or None,
    )
    question_id, outcome = store_question(conn, incoming, channel=ASKED_HERE, source=ASKED_HERE)
    if outcome == "new":
        until = utc_now() + timedelta(days=CONFIRM_DAYS) if waits else None
        held = find_noise(typed.title, typed.body) == "spam"
        note_asker(conn, question_id, Asker(visit.locale, account_id, until, held))
        for file in asked.files:
            add_attachment(conn, "question", question_id, file, by_id=account_id)
        if asked.parcel is not None:
            hand_over(conn, asked.parcel, asked.keep, question_id)
    question = find_asked(conn, question_id)
    assert question is not None
    if outcome == "new" and waits:
        post_confirmation(conn, visit.site.look, question)
    elif outcome == "new":
        let_asker_follow(conn, question)
    if outcome != "unchanged" and not waits:
        enqueue(conn, "index")
    return question_id, question.token
