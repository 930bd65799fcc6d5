"""The questions of whoever is signed in."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from kb.asking.conversations import PUT_ASIDE
from kb.store.engine import reading
from kb.store.questions.own_list import OwnRow, count_own_questions, list_own_questions
from web.http.asking.question_contexts import MyQuestionsPage, OwnQuestion, Status
from web.http.contexts import Tab
from web.http.dependencies import AccountVisitDep, PageCursor
from web.http.paging import decode_cursor, encode_cursor
from web.http.paths import with_query

router = APIRouter()

PATH = "/account/questions"
CURSOR = "own"
PAGE = 20
SHOWS: tuple[Literal["", "open", "answered", "solved"], ...] = ("", "open", "answered", "solved")


@router.get(PATH, response_class=HTMLResponse, name="my questions")
def show(
    visit: AccountVisitDep,
    show: Literal["", "open", "answered", "solved"] = "",
    cursor: PageCursor = None,
) -> HTMLResponse:
    """Show the viewer's own questions, newest first, all or those in one state."""
    start = decode_cursor(CURSOR, cursor) or 0
    with reading(visit.site.engine) as conn:
        counts = count_own_questions(conn, viewer=visit.viewer)
        found = list_own_questions(
            conn, viewer=visit.viewer, show=show, offset=start, limit=PAGE + 1
        )
    more = encode_cursor(CURSOR, start + PAGE) if len(found) > PAGE else None
    page = MyQuestionsPage(
        tabs=tuple(Tab(one, _url(one), one == show, counts[one]) for one in SHOWS),
        current=show,
        rows=tuple(_row(one) for one in found[:PAGE]),
        first_url=_url(show) if start else None,
        next_url=_url(show, cursor=more) if more else None,
    )
    return visit.page("question/mine.html", page)


def _url(show: str, *, cursor: str | None = None) -> str:
    return with_query(PATH, show=show, cursor=cursor)


def _row(row: OwnRow) -> OwnQuestion:
    return OwnQuestion(
        title=row.title,
        url=f"/q/{row.id}",
        status=_status(row),
        asked_on=row.asked_at.date(),
        said_on=row.said_at.date() if row.said_at else None,
    )


def _status(row: OwnRow) -> Status:
    if row.state in PUT_ASIDE:
        return "aside"
    if row.state == "solved":
        return "solved"
    if row.state == "answered":
        return "answered"
    return "more" if row.said_at else "open"
