"""The agents' page of what people look for, its download, and making a question of a search."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Query
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from indexer.facts.trends import find_trend
from kb.clock import utc_now
from kb.errors import NotFound
from kb.searches.questions import question_of_search
from kb.store.engine import reading, transaction
from kb.store.jobs import enqueue
from kb.store.searches.groups import SearchGroup, find_search, link_question
from kb.store.searches.reports import WeekOfSearches
from web.http.contexts import Link, Tab
from web.http.dependencies import StaffVisitDep
from web.http.desk.search_contexts import (
    SearchesPage,
    SearchFigures,
    SearchRow,
    WeekOutcomes,
)
from web.http.desk.topic_contexts import (
    Choice,
    Trend,
    WeekCount,
)
from web.http.frame import Visit
from web.http.i18n import language_name
from web.http.paths import with_query
from web.http.replies import PRIVATE, redirect
from web.http.searching.counts import (
    DEFAULT_SPAN,
    EXPORTED,
    SPANS,
    SearchCounts,
    read_searches,
    searches_csv,
    wanted_weeks,
)

router = APIRouter()

SHOWN = 50
VERDICTS = ("answer", "maybe", "none")
OUTCOMES = ("answered", "asked", "left")

Show = Literal["gaps", "all"]


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which searches the page shows: gaps or all, of how many weeks, in which language."""

    show: Show = "gaps"
    span: int = DEFAULT_SPAN
    lang: str | None = None

    def url(self, path: str = "/desk/searches", *, show: Show | None = None) -> str:
        """The address of this choice, or of the same with the other tab."""
        return with_query(path, show=show or self.show, weeks=str(self.span), lang=self.lang)


def chosen_searches(
    show: Show = "gaps",
    weeks: Annotated[int, Query(ge=1, le=520)] = DEFAULT_SPAN,
    lang: Annotated[str, Query(pattern="^([a-z]{2,3})?$")] = "",
) -> Chosen:
    """The choice as the address names it."""
    return Chosen(show, weeks, lang or None)


ChosenDep = Annotated[Chosen, Depends(chosen_searches)]


@router.get("/desk/searches", response_class=HTMLResponse, name="searches")
def show_searches(visit: StaffVisitDep, chosen: ChosenDep) -> HTMLResponse:
    """Show what people look for: what found no answer first, and how the weeks went."""
    found = _read(visit, chosen, limit=SHOWN)
    context = SearchesPage(
        rows=tuple(_row(one) for one in found.groups),
        weeks=tuple(_week(one) for one in found.weeks),
        figures=_figures(found.weeks),
        tabs=tuple(Tab(key, chosen.url(show=key), key == chosen.show) for key in ("gaps", "all")),
        show=chosen.show,
        spans=_spans(chosen),
        langs=_langs(visit, chosen, found.langs),
        export_url=chosen.url("/desk/searches.csv"),
    )
    return visit.page("desk/searches.html", context)


@router.get("/desk/searches.csv", name="searches as CSV")
def download_searches(visit: StaffVisitDep, chosen: ChosenDep) -> Response:
    """Download the table as CSV."""
    found = _read(visit, chosen, limit=EXPORTED)
    headers = {
        "cache-control": PRIVATE,
        "content-disposition": 'attachment; filename="searches.csv"',
    }
    # The mark tells spreadsheets that this is UTF-8.
    text = f"\ufeff{searches_csv(found.groups)}"
    return Response(text, media_type="text/csv; charset=utf-8", headers=headers)


@router.post("/desk/searches/ask", name="make a question of a search")
def make_question(
    visit: StaffVisitDep, key: Annotated[str, Form(min_length=1, max_length=300)]
) -> Response:
    """Make a question of a search that was too short to become one by itself."""
    with transaction(visit.site.engine) as conn:
        found = find_search(conn, key, viewer=visit.viewer)
        if found is None:
            raise NotFound("search", key[:60])
        question_id, _ = question_of_search(conn, found)
        link_question(conn, found.id, question_id)
        enqueue(conn, "index")
    return redirect(f"/desk/searches?done=search-asked&locale={visit.locale}")


def _read(visit: Visit, chosen: Chosen, *, limit: int) -> SearchCounts:
    with reading(visit.site.engine) as conn:
        wanted = wanted_weeks(
            conn,
            chosen.span,
            today=utc_now().date(),
            lang=chosen.lang,
            unanswered=chosen.show == "gaps",
            viewer=visit.viewer,
        )
        return read_searches(conn, wanted, viewer=visit.viewer, limit=limit)


def _row(group: SearchGroup) -> SearchRow:
    topic = None
    if group.topic_id is not None:
        topic = Link(group.topic_label or "", f"/desk/topics/{group.topic_id}")
    can_ask = not group.asked_as_question and group.unanswered > 0
    return SearchRow(
        text=group.text,
        lang=group.lang,
        people=group.visitors,
        searches=group.searches,
        unanswered=group.unanswered,
        trend=_trend(group),
        last_on=group.last_at.date(),
        topic=topic,
        ask_key=group.text_key if can_ask else None,
    )


def _trend(group: SearchGroup) -> Trend:
    weeks = tuple(WeekCount(monday, count) for monday, count in group.weeks)
    days = [week.week for week in weeks for _ in range(week.count)]
    found = find_trend(days, now=weeks[-1].week + timedelta(days=6)) if weeks else None
    return Trend(weeks, str(found.direction) if found else "steady")


def _week(week: WeekOfSearches) -> WeekOutcomes:
    answer, maybe, none = (week.verdicts.get(word, 0) for word in VERDICTS)
    answered, asked, left = (week.outcomes.get(word, 0) for word in OUTCOMES)
    return WeekOutcomes(week.week, (answer, maybe, none), (answered, asked, left))


def _figures(weeks: Sequence[WeekOfSearches]) -> SearchFigures:
    total = sum(week.searches for week in weeks)
    answered = sum(week.outcomes.get("answered", 0) for week in weeks)
    clicked = sum(week.clicked for week in weeks)
    unanswered = sum(week.unanswered for week in weeks)
    percents = [round(100 * part / (total or 1)) for part in (answered, clicked, unanswered)]
    return SearchFigures(total, *percents)


def _spans(chosen: Chosen) -> tuple[Choice, ...]:
    spans = sorted({*SPANS, chosen.span})
    return tuple(Choice(str(span), str(span), span == chosen.span) for span in spans)


def _langs(visit: Visit, chosen: Chosen, langs: Sequence[str]) -> tuple[Choice, ...]:
    known = sorted({*langs, *([chosen.lang] if chosen.lang else [])})
    return (
        Choice("", "", chosen.lang is None),
        *(
            Choice(lang, language_name(lang, locale=visit.locale), lang == chosen.lang)
            for lang in known
        ),
    )
