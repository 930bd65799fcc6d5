"""Commands for outgoing mail: a test, what waits or failed, and sending that again."""

from __future__ import annotations

import ssl
import uuid
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

import typer
from rich.table import Table
from sqlalchemy import Connection

from kb.access import OPERATOR
from kb.clock import utc_now
from kb.errors import InvalidInput, Unavailable
from kb.mail import Delivery, check_address
from kb.settings import Settings, read_settings
from kb.store.engine import reading, transaction
from kb.store.mail.deliveries import list_deliveries, send_again
from web.cli.app import mail_app
from web.cli.engines import open_record
from web.cli.output import AsJson, one_line, out, print_json, say, tell
from web.mail.composing import compose
from web.mail.letters import Letter
from web.mail.sending import NotNow, Refused, ServerTrouble, connection, hand_in
from web.mail.server import check_mail_settings, mail_server, message_host, sender


class State(StrEnum):
    """What became of a mail; the words of `kb.mail.STATES`."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    KEPT = "kept"


MAX_REASON_CHARS = 80
MOST_AGAIN = 10_000
"""Mails that one command lets go again; what waits after a week without a server."""


@dataclass(frozen=True, slots=True)
class TrialLetter:
    """What the test mail reads: nothing of its own."""


@mail_app.command(name="test")
def send_test(
    address: Annotated[str, typer.Argument(help="Where the test mail goes.")],
    locale: Annotated[str, typer.Option(help="Language of the mail.")] = "en",
    as_json: AsJson = False,
) -> None:
    """Send one mail at once, past the outbox, and say what the mail server did."""
    settings = read_settings()
    check_mail_settings(settings)
    server, from_address = mail_server(settings), sender(settings)
    if server is None or from_address is None:
        raise InvalidInput("KB_SMTP_URL is not set: mails are kept in the outbox")
    mail = _test_mail(settings, check_address(address), locale)
    where = f"{server.host}:{server.port}"
    try:
        with connection(server, own_name=message_host(settings)) as smtp:
            is_encrypted = isinstance(smtp.sock, ssl.SSLSocket)
            hand_in(smtp, mail, from_address)
    except ServerTrouble as problem:
        raise Unavailable(f"the test mail did not leave: {problem}") from problem
    except Refused as problem:
        raise Unavailable(f"{where} refuses the test mail: {problem}") from problem
    except NotNow as problem:
        raise Unavailable(f"{where} does not take the test mail now: {problem}") from problem
    how = "over TLS" if is_encrypted else "without encryption"
    signed_in = f", signed in as {server.user}" if server.user else ""
    answer = {"server": where, "to": mail.recipient, "from": from_address.addr_spec}
    tell(
        f"{where} took the test mail to {mail.recipient} {how}{signed_in}; look into that mailbox",
        {**answer, "encrypted": is_encrypted, "user": server.user, "message_id": mail.message_id},
        as_json=as_json,
    )


def _test_mail(settings: Settings, address: str, locale: str) -> Delivery:
    letter = Letter("test", to=address, locale=locale, context=TrialLetter(), purpose="test")
    composed = compose(settings, letter)
    now = utc_now()
    return Delivery(
        id=0,
        purpose=letter.purpose,
        recipient=address,
        locale=composed.locale,
        subject=composed.subject,
        body_text=composed.text,
        body_html=composed.html,
        message_id=f"<test-{uuid.uuid4()}@{message_host(settings)}>",
        headers={},
        state="waiting",
        attempts=1,
        created_at=now,
        not_before=now,
        sent_at=None,
        error=None,
    )


@mail_app.command(name="list")
def list_mail(
    state: Annotated[State | None, typer.Option(help="Only mails in this state.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=MOST_AGAIN, help="At most so many.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List outgoing mails, the newest first, with the reason why one did not leave."""
    with reading(open_record(read_settings())) as conn:
        found = list_deliveries(conn, viewer=OPERATOR, state=state, limit=limit)
    if as_json:
        print_json({"mails": [_told(one) for one in found]})
        return
    if not found:
        say("there are no such mails")
        return
    table = Table("mail", "state", "to", "written", "tries", "next try", "", box=None)
    for one in found:
        waits = one.state == "waiting"
        table.add_row(
            str(one.id),
            one.state,
            one.recipient,
            f"{one.created_at:%Y-%m-%d %H:%M}",
            str(one.attempts),
            f"{one.not_before:%Y-%m-%d %H:%M}" if waits else "",
            one_line(one.error or "", MAX_REASON_CHARS),
        )
    out.print(table)


def _told(one: Delivery) -> dict[str, object]:
    """What programs are told of a mail: never its text, which holds links that work."""
    return {
        "id": one.id,
        "state": one.state,
        "to": one.recipient,
        "purpose": one.purpose,
        "created_at": one.created_at,
        "tries": one.attempts,
        "not_before": one.not_before,
        "sent_at": one.sent_at,
        "error": one.error,
    }


@mail_app.command(name="again")
def send_mail_again(
    mails: Annotated[list[int] | None, typer.Argument(help="Numbers of mails.")] = None,
    failed: Annotated[
        bool, typer.Option("--failed", help="All that were given up and can be sent.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Let mails that were given up, or kept for want of a server, wait for the worker again."""
    settings = read_settings()
    if bool(mails) == failed:
        raise InvalidInput("name mails by their numbers, or give --failed")
    if not settings.smtp_url:
        raise InvalidInput("KB_SMTP_URL is not set: nothing would send them")
    with transaction(open_record(settings)) as conn:
        ids = list(dict.fromkeys(mails)) if mails else _given_up(conn)
        for one in ids:
            send_again(conn, one, viewer=OPERATOR)
    tell(f"{len(ids):,} mails wait for the worker", {"again": ids}, as_json=as_json)


def _given_up(conn: Connection) -> list[int]:
    found = list_deliveries(conn, viewer=OPERATOR, state="failed", limit=MOST_AGAIN)
    return [one.id for one in found if one.may_be_sent_again]
