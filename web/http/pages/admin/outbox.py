"""The outbox: every mail that left, waits, was given up or is kept for want of a server."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from kb.errors import Conflict
from kb.mail import STATES, Delivery
from kb.store.engine import reading, transaction
from kb.store.mail.deliveries import (
    count_deliveries,
    get_delivery,
    list_deliveries,
    send_again,
)
from web.http.admin.outbox_contexts import MailRow, OutboxMailPage, OutboxPage
from web.http.contexts import Tab
from web.http.dependencies import AdminVisitDep, Id, PageCursor
from web.http.frame import Visit
from web.http.messages import to_translate
from web.http.paging import decode_cursor, encode_cursor
from web.http.paths import with_query
from web.http.replies import redirect
from web.mail.server import mail_server

router = APIRouter()

PATH = "/admin/outbox"
CURSOR = "outbox"
PAGE = 50


NOT_AGAIN = to_translate("This email cannot be sent again.")

HTML_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'"
"""A mail's HTML shows as it is and can do nothing: no script, no picture, no form."""

State = Annotated[str, Query(max_length=12)]


@router.get(PATH, response_class=HTMLResponse, name="outbox")
def show_outbox(
    visit: AdminVisitDep,
    state: State = "",
    q: Annotated[str, Query(max_length=254)] = "",
    cursor: PageCursor = None,
) -> HTMLResponse:
    """Show mails, the newest first, to recipients that hold what is looked for."""
    wanted = state if state in STATES else ""
    before_id = decode_cursor(CURSOR, cursor)
    with reading(visit.site.engine) as conn:
        counts = count_deliveries(conn, recipient=q)
        found = list_deliveries(
            conn,
            viewer=visit.viewer,
            state=wanted or None,
            recipient=q,
            before_id=before_id,
            limit=PAGE + 1,
        )
    more = encode_cursor(CURSOR, found[PAGE - 1].id) if found[PAGE:] else ""
    server = mail_server(visit.site.settings)
    page = OutboxPage(
        rows=tuple(_row(one) for one in found[:PAGE]),
        tabs=_tabs(counts, wanted, q),
        q=q,
        state=wanted,
        server=f"{server.host}:{server.port}" if server else "",
        first_url=with_query(PATH, state=wanted, q=q) if before_id is not None else None,
        next_url=with_query(PATH, state=wanted, q=q, cursor=more) if more else None,
    )
    return _unkept(visit.page("admin/outbox.html", page))


@router.get(f"{PATH}/{{delivery_id}}", response_class=HTMLResponse, name="mail in the outbox")
def show_mail(visit: AdminVisitDep, delivery_id: Id) -> HTMLResponse:
    """Show one mail: what it says, to whom, and what became of it."""
    with reading(visit.site.engine) as conn:
        mail = get_delivery(conn, delivery_id, viewer=visit.viewer)
    return _shown(visit, mail)


@router.get(f"{PATH}/{{delivery_id}}/html", response_class=HTMLResponse, name="mail as HTML")
def show_html(visit: AdminVisitDep, delivery_id: Id) -> HTMLResponse:
    """Show the mail's HTML as a mail program would."""
    with reading(visit.site.engine) as conn:
        mail = get_delivery(conn, delivery_id, viewer=visit.viewer)
    headers = {"content-security-policy": HTML_POLICY, "cache-control": "no-store"}
    return HTMLResponse(mail.body_html, headers=headers)


@router.post(f"{PATH}/{{delivery_id}}/send", name="send mail again")
def send(visit: AdminVisitDep, delivery_id: Id) -> Response:
    """Let a mail that was given up or kept wait for the worker again."""
    try:
        with transaction(visit.site.engine) as conn:
            send_again(conn, delivery_id, viewer=visit.viewer)
    except Conflict:
        with reading(visit.site.engine) as conn:
            mail = get_delivery(conn, delivery_id, viewer=visit.viewer)
        return _shown(visit, mail, said=visit.text(NOT_AGAIN), status=409)
    return redirect(f"{PATH}/{delivery_id}")


def _shown(visit: Visit, mail: Delivery, *, said: str = "", status: int = 200) -> HTMLResponse:
    may_be_sent = mail.may_be_sent_again and bool(visit.site.settings.smtp_url)
    page = OutboxMailPage(
        subject=mail.subject,
        recipient=mail.recipient,
        state=mail.state,
        purpose=mail.purpose,
        attempts=mail.attempts,
        created_at=mail.created_at,
        not_before=mail.not_before,
        sent_at=mail.sent_at,
        error=mail.error or "",
        message_id=mail.message_id,
        text=mail.body_text,
        html_url=f"{PATH}/{mail.id}/html",
        send_url=f"{PATH}/{mail.id}/send" if may_be_sent else "",
        back_url=PATH,
        said=said,
    )
    return _unkept(visit.page("admin/outbox_mail.html", page, status=status))


def _unkept(reply: HTMLResponse) -> HTMLResponse:
    """The reply, which nothing may keep: mails hold links that stand for their reader."""
    reply.headers["cache-control"] = "no-store"
    return reply


def _row(mail: Delivery) -> MailRow:
    return MailRow(
        url=f"{PATH}/{mail.id}",
        subject=mail.subject,
        recipient=mail.recipient,
        state=mail.state,
        at=mail.created_at,
        error=mail.error or "",
    )


def _tabs(counts: dict[str, int], current: str, q: str) -> tuple[Tab, ...]:
    kept = {"q": q} if q else {}
    every = Tab("all", with_query(PATH, **kept), current=not current, count=sum(counts.values()))
    return (
        every,
        *(
            Tab(
                state,
                with_query(PATH, state=state, **kept),
                current=state == current,
                count=counts[state],
            )
            for state in STATES
        ),
    )
