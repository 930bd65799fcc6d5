"""The team's list of what was asked on this site, the one who waits longest first."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from kb.store.engine import reading
from kb.store.questions.answering import GROUPS, count_to_answer, list_to_answer
from web.http.asking.question_contexts import ToAnswerPage, ToAnswerRow
from web.http.contexts import Tab
from web.http.dependencies import PageCursor, StaffVisitDep
from web.http.paging import decode_cursor, encode_cursor
from web.http.paths import with_query

router = APIRouter()

PATH = "/desk/questions"
CURSOR = "to answer"
PAGE = 50


@router.get(PATH, response_class=HTMLResponse, name="questions to answer")
def show(
    visit: StaffVisitDep,
    show: Literal["open", "held", "answered", "solved", "aside"] = "open",
    cursor: PageCursor = None,
) -> HTMLResponse:
    """Show what was asked here and is open, held, answered, solved or put aside."""
    start = decode_cursor(CURSOR, cursor) or 0
    with reading(visit.site.engine) as conn:
        counts = count_to_answer(conn, viewer=visit.viewer)
        found = list_to_answer(conn, viewer=visit.viewer, show=show, offset=start, limit=PAGE + 1)
    more = encode_cursor(CURSOR, start + PAGE) if len(found) > PAGE else None
    page = ToAnswerPage(
        tabs=tuple(Tab(one, _url(one), one == show, counts[one]) for one in GROUPS),
        current=show,
        waiting=counts["open"],
        rows=tuple(
            ToAnswerRow(
                title=one.title,
                url=f"/q/{one.id}",
                asked_on=one.asked_at.date(),
                product=one.product or "",
                said=one.said,
            )
            for one in found[:PAGE]
        ),
        first_url=_url(show) if start else None,
        next_url=_url(show, cursor=more) if more else None,
    )
    return visit.page("desk/questions.html", page)


def _url(show: str, *, cursor: str = "") -> str:
    return with_query(PATH, show=show if show != "open" else "", cursor=cursor)
