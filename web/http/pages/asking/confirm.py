"""The mailed link by which a guest confirms a question."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Query
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from kb.asking.confirming import confirm, find_to_confirm, refuse
from kb.errors import NotFound
from kb.store.engine import reading, transaction
from web.http.asking.contexts import ConfirmPage
from web.http.asking.question_page import title_and_text
from web.http.asking.receiving import spend
from web.http.asking.showing import back_to, keep_private
from web.http.dependencies import VisitDep
from web.http.frame import Visit
from web.http.rate_limits import Allowance

router = APIRouter()

MAX_SECRET_CHARS = 100
Secret = Annotated[str, Form(max_length=MAX_SECRET_CHARS)]


@router.get("/ask/confirm", response_class=HTMLResponse, name="look at question")
def show(
    visit: VisitDep, secret: Annotated[str, Query(max_length=MAX_SECRET_CHARS)] = ""
) -> HTMLResponse:
    """Show the question with a button: mail programs open links by themselves, people press."""
    with reading(visit.site.engine) as conn:
        question = find_to_confirm(conn, secret)
    if question is None:
        return _nothing(visit)
    title, body = title_and_text(question)
    page = ConfirmPage(secret=secret, title=title, body=body, asked_on=question.asked_at.date())
    return keep_private(visit.page("ask/confirm.html", page))


@router.post("/ask/confirm", name="confirm question")
def confirm_it(visit: VisitDep, secret: Secret = "") -> Response:
    """Let the question take part, and lead to its private page."""
    spend(visit, Allowance.VOTE)
    try:
        with transaction(visit.site.engine) as conn:
            question = confirm(conn, secret, viewer=visit.viewer)
    except NotFound:
        return _nothing(visit)
    return back_to(visit, question.id, question.token, done="confirmed")


@router.post("/ask/confirm/refuse", response_class=HTMLResponse, name="refuse question")
def refuse_it(visit: VisitDep, secret: Secret = "") -> HTMLResponse:
    """Delete a question that somebody else asked under this address."""
    spend(visit, Allowance.VOTE)
    try:
        with transaction(visit.site.engine) as conn:
            refuse(conn, secret)
    except NotFound:
        return _nothing(visit)
    return keep_private(visit.page("ask/confirm.html", ConfirmPage(refused=True)))


def _nothing(visit: Visit) -> HTMLResponse:
    """Say that the link is used or too old, which is nobody's fault."""
    return keep_private(visit.page("ask/confirm.html", ConfirmPage(), status=404))
