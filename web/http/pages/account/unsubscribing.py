"""Links out of mails: a guest confirms what to follow, anybody ends it without signing in."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Path, Query
from fastapi.responses import HTMLResponse
from sqlalchemy import Connection

from kb.errors import NotFound
from kb.store.engine import reading, transaction
from kb.store.mail.targets import find_target
from kb.store.mail.waking import find_reader
from kb.store.mail.watches import (
    add_watch,
    find_watch_by_token,
    list_watches,
    resume_digest,
    resume_watch,
    set_frequency,
    stop_digest,
    stop_watch,
)
from kb.store.people.tokens import OneTimeToken, find_token, use_token
from kb.watches import Watch
from web.http.account.watch_boxes import choices, follower_by_address
from web.http.account.watch_contexts import ConfirmWatchPage, UnsubscribePage
from web.http.dependencies import VisitDep
from web.http.frame import Visit
from web.mail.confirm_letters import CONFIRM_WATCH
from web.mail.watch_letters import stop_path

router = APIRouter()

Secret = Annotated[str, Path(max_length=100)]
Whole = Annotated[bool, Query(alias="all")]


@router.get("/watch/confirm/{secret}", response_class=HTMLResponse, name="watch to confirm")
def show_confirm(visit: VisitDep, secret: Secret) -> HTMLResponse:
    """Show what the link would follow; looking at it, as mail programs do, changes nothing."""
    with reading(visit.site.engine) as conn:
        token = find_token(conn, CONFIRM_WATCH, secret)
        page = _confirm_page(conn, visit, token)
    action = f"/watch/confirm/{secret}"
    return _confirm(visit, page if page.state == "ended" else _asked(page, action))


def _asked(page: ConfirmWatchPage, action: str) -> ConfirmWatchPage:
    return ConfirmWatchPage("ask", page.kind, page.label, page.url, page.frequency, action)


@router.post("/watch/confirm/{secret}", response_class=HTMLResponse, name="confirm watch")
def confirm(visit: VisitDep, secret: Secret) -> HTMLResponse:
    """Follow what the link says."""
    with transaction(visit.site.engine) as conn:
        page = _confirm_page(conn, visit, find_token(conn, CONFIRM_WATCH, secret))
        if page.state == "ended":
            return _confirm(visit, page)
        token = use_token(conn, CONFIRM_WATCH, secret)
        follower = follower_by_address(conn, token.email, str(token.facts["locale"]))
        watch = add_watch(
            conn,
            page.kind,
            int(str(token.facts["target"])),
            frequency=page.frequency,
            follower=follower,
        )
    done = ConfirmWatchPage(
        "done", page.kind, page.label, page.url, page.frequency, stop_url=stop_path(watch)
    )
    return _confirm(visit, done)


def _confirm(visit: Visit, page: ConfirmWatchPage) -> HTMLResponse:
    return visit.page("watches/confirm.html", page, status=404 if page.state == "ended" else 200)


def _confirm_page(conn: Connection, visit: Visit, token: OneTimeToken | None) -> ConfirmWatchPage:
    """What a link stands for as its reader may see it; `ended` where there is nothing."""
    if token is None:
        return ConfirmWatchPage("ended")
    kind, target_id = str(token.facts["kind"]), int(str(token.facts["target"]))
    target = find_target(conn, kind, target_id, viewer=visit.viewer)
    if target is None:
        return ConfirmWatchPage("ended")
    frequency = str(token.facts["frequency"])
    return ConfirmWatchPage("ask", kind, target.label, target.path, frequency)


@router.get("/unsubscribe/{token}", response_class=HTMLResponse, name="unsubscribe")
def show_unsubscribe(visit: VisitDep, token: Secret, whole: Whole = False) -> HTMLResponse:
    """Show what the link ends, with the button that does it."""
    with reading(visit.site.engine) as conn:
        return _show(conn, visit, find_watch_by_token(conn, token), whole=whole)


@router.post("/unsubscribe/{token}", response_class=HTMLResponse, name="end watch")
def unsubscribe(visit: VisitDep, token: Secret, whole: Whole = False) -> HTMLResponse:
    """End what the link stands for; mail programs send this too (RFC 8058), without a cookie."""
    with transaction(visit.site.engine) as conn:
        watch = find_watch_by_token(conn, token)
        if watch is not None and whole:
            stop_digest(conn, watch)
        elif watch is not None:
            stop_watch(conn, watch)
        return _show(conn, visit, find_watch_by_token(conn, token), whole=whole)


@router.post("/unsubscribe/{token}/undo", response_class=HTMLResponse, name="take up again")
def undo(visit: VisitDep, token: Secret, whole: Whole = False) -> HTMLResponse:
    """Follow again what the link ended."""
    with transaction(visit.site.engine) as conn:
        watch = find_watch_by_token(conn, token)
        if watch is not None and whole:
            resume_digest(conn, watch)
        elif watch is not None:
            resume_watch(conn, watch)
        return _show(conn, visit, find_watch_by_token(conn, token), whole=whole)


@router.post("/unsubscribe/{token}/frequency", response_class=HTMLResponse, name="tell less often")
def tell_less_often(
    visit: VisitDep, token: Secret, frequency: Annotated[str, Form(max_length=20)]
) -> HTMLResponse:
    """Change how often whoever got the mail is told."""
    with transaction(visit.site.engine) as conn:
        watch = find_watch_by_token(conn, token)
        if watch is None:
            raise NotFound("watch", "of this link")
        changed = set_frequency(conn, watch, frequency)
        return _show(conn, visit, changed, whole=False, saved=True)


def _show(
    conn: Connection, visit: Visit, watch: Watch | None, *, whole: bool, saved: bool = False
) -> HTMLResponse:
    if watch is None:
        page = UnsubscribePage("ended")
        return visit.page("watches/unsubscribe.html", page, status=404)
    return visit.page("watches/unsubscribe.html", _page(conn, watch, whole=whole, saved=saved))


def _page(conn: Connection, watch: Watch, *, whole: bool, saved: bool) -> UnsubscribePage:
    reached = find_reader(conn, watch.follower)
    target = None
    if reached is not None:
        reader, viewer = reached
        target = find_target(conn, watch.kind, watch.target_id, viewer=viewer, email=reader.email)
    together = [
        one
        for one in list_watches(conn, follower=watch.follower)
        if one.frequency == watch.frequency
    ]
    path = f"/unsubscribe/{watch.token}"
    query = "?all=1" if whole else ""
    return UnsubscribePage(
        state="active" if watch.stopped_at is None else "stopped",
        kind=watch.kind,
        label=target.label if target else "",
        url=target.path if target and watch.kind != "question" else "",
        email=_shortened(watch.follower.email),
        count=max(len(together), 1) if whole else 1,
        whole_digest=whole,
        choices=choices(watch.frequency),
        stop_action=path + query,
        undo_action=f"{path}/undo{query}",
        frequency_action=f"{path}/frequency",
        saved=saved,
    )


def _shortened(email: str) -> str:
    """`m…@example.com`: enough to know one's own, too little for whom a mail was passed on to."""
    local, _, host = email.rpartition("@")
    return f"{local[:1]}…@{host}"
