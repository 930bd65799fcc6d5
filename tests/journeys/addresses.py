"""Every page of the site: its routes, who looks at them, and an address of each in the demo."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from sqlalchemy import Connection, select

from kb.access import OPERATOR, Role
from kb.asking.confirming import make_link
from kb.clock import utc_now
from kb.intake.records import IncomingQuestion
from kb.people.agreeing import Asked, consent_link
from kb.people.consents import PURPOSES
from kb.people.own_account import address_link, presence_link
from kb.people.signing_up import confirmation_link, password_link
from kb.settings import Settings
from kb.store.mail.deliveries import list_deliveries
from kb.store.mail.watches import add_watch
from kb.store.people.accounts import add_account, find_account_by_email, get_account
from kb.store.people.tokens import OneTimeToken, add_token
from kb.store.questions.conversation import HERE, find_asked
from kb.store.questions.incoming import Asker, note_asker, store_question
from kb.store.schema import questions, topics
from kb.watches import DAILY, Follower
from web.http.rules import ADMIN, ADMIN_IN_PERSON, AGENT, Rule
from web.http.who_may import WHO_MAY
from web.mail.confirm_letters import CONFIRM_WATCH, confirm_letter
from web.mail.letters import MailLook
from web.mail.posting import post

CUSTOMER = "clara@example.com"
TEAM = "priya@caldrosa.example.com"
ADMINISTRATOR = "jonas@caldrosa.example.com"

NO_PAGES = (
    "/api/",
    "/static/",
    "/files/",
    "/theme/",
    "/sitemap",
    "/robots",
    "/opensearch",
    "/openapi",
    "/health",
    "/widget.js",
    "/sign-in/company",
)
"""Beginnings of addresses that give something else than a page."""

NO_PAGES_BY_END = ("/feed", ".csv", "/html")


def page_routes() -> list[str]:
    """The routes of all pages, in the order of the table."""
    routes = [route.removeprefix("GET ") for route in WHO_MAY if route.startswith("GET ")]
    return [
        route
        for route in routes
        if not route.startswith(NO_PAGES) and not route.endswith(NO_PAGES_BY_END)
    ]


def looked_at_by(rule: Rule) -> str:
    """Who of the demo opens a page with this rule; empty for a guest."""
    if rule in (ADMIN, ADMIN_IN_PERSON):
        return ADMINISTRATOR
    if rule == AGENT:
        return TEAM
    return CUSTOMER if rule.signed_in else ""


def examples(conn: Connection, home: Path) -> dict[str, str]:
    """An address for each route that has a place in it, with what it needs in the record."""
    account = find_account_by_email(conn, CUSTOMER)
    assert account is not None
    newcomer = get_account(
        conn, add_account(conn, "Ines", role=Role.CUSTOMER, email="ines@example.com")
    )
    day = timedelta(days=1)
    wanted = {"kind": "entry", "target": 1, "frequency": DAILY, "locale": "en"}
    watching = OneTimeToken(CONFIRM_WATCH, email="ines@example.com", facts=wanted)
    follower = Follower("ines@example.com", "en", None)
    watch = add_watch(conn, "entry", 1, frequency=DAILY, follower=follower)
    post(conn, MailLook(Settings(home=home)), confirm_letter("ines@example.com", "en", "s"))
    delivery = list_deliveries(conn, viewer=OPERATOR)[0]
    consent = consent_link(conn, account, PURPOSES[0], Asked("/account/consents", "en"))
    address = address_link(conn, account, "clara.new@example.com")
    presence = presence_link(conn, account.id, "/account/data")
    asked = select(questions.c.id).where(questions.c.account_id == account.id).order_by("id")
    return {
        "/faq/{place}": "/faq/1",
        "/categories/{slug}": "/categories/care",
        "/products/{slug}": "/products/piazza",
        "/tags/{slug}": "/tags/piazza",
        "/search": "/search?q=water+filter",
        "/watch": "/watch?kind=entry&target=1",
        "/ask/confirm": f"/ask/confirm?secret={_waiting_question(conn)}",
        "/q/{question_id}": f"/q/{conn.scalar(asked)}",
        "/confirm/{secret}": f"/confirm/{confirmation_link(conn, newcomer)}",
        "/new-password/{secret}": f"/new-password/{password_link(conn, account)}",
        "/account/email/{secret}": f"/account/email/{address}",
        "/account/confirm": "/account/confirm?next=/account/data",
        "/account/confirm/{secret}": f"/account/confirm/{presence}",
        "/account/consents/confirm/{secret}": f"/account/consents/confirm/{consent}",
        "/watch/confirm/{secret}": f"/watch/confirm/{add_token(conn, watching, lasts=day)}",
        "/unsubscribe/{token}": f"/unsubscribe/{watch.token}",
        "/desk/topics/{topic_id}": f"/desk/topics/{conn.scalar(select(topics.c.id))}",
        "/admin/accounts/{account_id}": f"/admin/accounts/{account.id}",
        "/admin/outbox/{delivery_id}": f"/admin/outbox/{delivery.id}",
    }


def _waiting_question(conn: Connection) -> str:
    """The secret of a link that confirms a guest's question."""
    incoming = IncomingQuestion(
        source_id="waits",
        subject="Can I run it without the drip tray?",
        body="It is in the dishwasher.",
        sender="ines@example.com",
    )
    question_id, _ = store_question(conn, incoming, channel="form", source=HERE)
    until = utc_now() + timedelta(days=7)
    note_asker(conn, question_id, Asker("en", None, until, False))
    question = find_asked(conn, question_id)
    assert question is not None
    return make_link(conn, question)
