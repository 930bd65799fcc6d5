"""What an account follows, and how anybody begins to follow something."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query
from fastapi.responses import HTMLResponse
from sqlalchemy import Connection
from starlette.responses import Response

from kb.errors import Conflict, NotFound
from kb.mail import find_address
from kb.store.engine import reading, transaction
from kb.store.mail.targets import find_target, find_targets
from kb.store.mail.watches import (
    add_watch,
    get_own_watch,
    list_watches,
    resume_watch,
    set_frequency,
    stop_watch,
)
from kb.store.people.accounts import hold_account
from kb.store.people.tokens import OneTimeToken, add_token
from kb.watches import INSTANT, Follower, Target, Watch, check_watch
from web.http.account import watch_texts
from web.http.account.watch_boxes import choices, follower_of, watch_box
from web.http.account.watch_contexts import (
    FollowPage,
    FollowSentPage,
    WatchBox,
    WatchesPage,
    WatchRow,
)
from web.http.contexts import FieldError, Notice
from web.http.dependencies import AccountVisitDep, Id, VisitDep, spend_as_guest
from web.http.frame import NOTICE, Visit, page_before
from web.http.rate_limits import Allowance
from web.http.replies import redirect
from web.mail.confirm_letters import CONFIRM_DAYS, CONFIRM_WATCH, confirm_letter
from web.mail.posting import post

router = APIRouter()

PATH = "/account/watches"

Word = Annotated[str, Form(max_length=20)]
TargetId = Annotated[int, Form(ge=1, le=2**62)]
Address = Annotated[str, Form(max_length=500)]
Stopped = Annotated[int | None, Query(ge=1, le=2**62)]


@router.get("/watch", response_class=HTMLResponse, name="what to follow")
def show_follow(
    visit: VisitDep,
    kind: Annotated[str, Query(max_length=20)] = "",
    target: Annotated[int, Query(ge=0, le=2**62)] = 0,
) -> Response:
    """Show the form that follows one thing, on a page of its own."""
    if not kind:
        return redirect("/")
    check_watch(kind, INSTANT)
    with reading(visit.site.engine) as conn:
        follower = follower_of(conn, visit.viewer)
        found = _target(conn, visit, kind, target, follower.email if follower else "")
        page = FollowPage(found.label, found.path, watch_box(conn, visit, kind, found.id))
    return visit.page("watches/follow.html", page)


@router.post("/watch", name="follow")
def follow(
    visit: VisitDep,
    kind: Word,
    target: TargetId,
    frequency: Word = INSTANT,
    watch_email: Address = "",
    website: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Follow something from now on; a guest confirms the address by mail first."""
    check_watch(kind, frequency)
    if visit.viewer.account_id is None:
        return _follow_as_guest(
            visit,
            OneTimeToken(
                CONFIRM_WATCH,
                email=watch_email,
                facts={"kind": kind, "target": target, "frequency": frequency},
            ),
            is_program=bool(website),
        )
    with transaction(visit.site.engine) as conn:
        hold_account(conn, visit.viewer.account_id)
        follower = follower_of(conn, visit.viewer)
        if follower is None:
            return redirect("/account/email")
        found = _target(conn, visit, kind, target, follower.email)
        try:
            add_watch(conn, kind, found.id, frequency=frequency, follower=follower)
        except Conflict:
            notice = Notice(visit.text(watch_texts.TOO_MANY))
            return visit.page("watches/watches.html", _page(conn, visit, notice), status=409)
    return redirect(_with(found.path, {NOTICE: "followed"}))


def _target(conn: Connection, visit: Visit, kind: str, target_id: int, email: str = "") -> Target:
    found = find_target(conn, kind, target_id, viewer=visit.viewer, email=email)
    if found is None:
        raise NotFound(kind, target_id)
    return found


def _follow_as_guest(visit: Visit, token: OneTimeToken, *, is_program: bool) -> Response:
    """Send the mail that confirms; what a program filled in is answered and forgotten."""
    spend_as_guest(visit.request, visit.site, visit.viewer, Allowance.ASK)
    kind, target_id = str(token.facts["kind"]), int(str(token.facts["target"]))
    frequency = str(token.facts["frequency"])
    with transaction(visit.site.engine) as conn:
        target = _target(conn, visit, kind, target_id)
        email = find_address(token.email)
        if email is None:
            errors = (FieldError("watch_email", visit.text(watch_texts.ADDRESS_UNREADABLE)),)
            box = WatchBox(
                kind,
                target_id,
                choices(frequency),
                needs_email=True,
                email=token.email,
                errors=errors,
            )
            page = FollowPage(target.label, target.path, box)
            return visit.page("watches/follow.html", page, status=422)
        if not is_program:
            facts = {**token.facts, "target": target.id, "locale": visit.locale}
            wanted = OneTimeToken(CONFIRM_WATCH, email=email, facts=facts)
            secret = add_token(conn, wanted, lasts=timedelta(days=CONFIRM_DAYS))
            post(conn, visit.site.look, confirm_letter(email, visit.locale, secret))
    sent = FollowSentPage(target.label, target.path, email, CONFIRM_DAYS)
    return visit.page("watches/sent.html", sent)


@router.get(PATH, response_class=HTMLResponse, name="watches")
def show_watches(visit: AccountVisitDep, stopped: Stopped = None) -> HTMLResponse:
    """Show what the account follows, the newest first; `stopped` can be taken up again."""
    notice = None
    if stopped is not None:
        notice = Notice(visit.text(watch_texts.UNFOLLOWED), f"{PATH}/{stopped}/resume")
    with reading(visit.site.engine) as conn:
        return visit.page("watches/watches.html", _page(conn, visit, notice))


@router.post(f"{PATH}/{{watch_id}}", name="change watch")
def change(visit: AccountVisitDep, watch_id: Id, frequency: Word) -> Response:
    """Change how often the account is told of something."""
    with transaction(visit.site.engine) as conn:
        set_frequency(conn, _own(conn, visit, watch_id), frequency)
    return redirect(_with(page_before(visit.request) or PATH, {NOTICE: "rhythm"}))


@router.post(f"{PATH}/{{watch_id}}/stop", name="stop watch")
def stop(visit: AccountVisitDep, watch_id: Id) -> Response:
    """Follow something no more; from its own page it leads back there."""
    with transaction(visit.site.engine) as conn:
        stop_watch(conn, _own(conn, visit, watch_id))
    before = page_before(visit.request) or PATH
    if before.partition("?")[0] != PATH:
        return redirect(_with(before, {NOTICE: "unfollowed"}))
    return redirect(_with(PATH, {"stopped": str(watch_id)}))


@router.post(f"{PATH}/{{watch_id}}/resume", name="resume watch")
def resume(visit: AccountVisitDep, watch_id: Id) -> Response:
    """Follow again what was stopped."""
    with transaction(visit.site.engine) as conn:
        resume_watch(conn, _own(conn, visit, watch_id))
    return redirect(_with(PATH, {NOTICE: "followed"}))


def _own(conn: Connection, visit: Visit, watch_id: int) -> Watch:
    follower = follower_of(conn, visit.viewer) or Follower("", "", visit.viewer.account_id)
    return get_own_watch(conn, watch_id, follower=follower)


def _page(conn: Connection, visit: Visit, notice: Notice | None) -> WatchesPage:
    follower = follower_of(conn, visit.viewer)
    if follower is None:
        return WatchesPage((), notice=notice)
    watches = list_watches(conn, follower=follower)
    keys = [(one.kind, one.target_id) for one in watches]
    targets = find_targets(conn, keys, viewer=visit.viewer, email=follower.email)
    rows = (_row(one, targets.get((one.kind, one.target_id))) for one in watches)
    return WatchesPage(tuple(rows), follower.email, notice)


def _row(watch: Watch, target: Target | None) -> WatchRow:
    return WatchRow(
        kind=watch.kind,
        label=target.label if target else "",
        url=target.path if target else "",
        choices=choices(watch.frequency),
        change_url=f"{PATH}/{watch.id}",
        stop_url=f"{PATH}/{watch.id}/stop",
    )


def _with(path: str, query: dict[str, str]) -> str:
    """The path with these added to its query, each once."""
    plain, _, before = path.partition("?")
    kept = [pair for pair in before.split("&") if pair and pair.split("=")[0] not in NOT_KEPT]
    return f"{plain}?{'&'.join([*kept, urlencode(query)])}"


NOT_KEPT = frozenset({NOTICE, "stopped"})
