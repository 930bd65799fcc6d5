"""The agents' desk: topics, one topic with its evidence, promoting and dismissing it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query
from fastapi.responses import HTMLResponse
from sqlalchemy import Connection
from starlette.responses import RedirectResponse, Response

from kb.addresses import entry_path
from kb.entries import MAX_TITLE_CHARS
from kb.errors import InvalidInput
from kb.promotion import Promotion, promote_topic
from kb.questions import Question
from kb.regrouping import dismiss_topic
from kb.store.assignments import ungrouped_count
from kb.store.engine import reading, transaction
from kb.store.entry_queries import entries_by_id
from kb.store.questions import questions_by_id
from kb.store.topics import get_topic, list_topics, topic_counts
from kb.topics import Topic
from web.http import messages
from web.http.contexts import Column, FieldError, Link, Tab
from web.http.dependencies import Id, StaffVisitDep
from web.http.desk_contexts import (
    PromoteForm,
    QuestionLine,
    TopicPage,
    TopicRow,
    TopicsPage,
    Trend,
    WeekCount,
)
from web.http.frame import Visit
from web.http.paging import decode_cursor, encode_cursor
from web.http.quoted_replies import answered_by_quotes, clashes_of, draft_of, source_of
from web.topic_labels import for_reader, topics_for_reader

router = APIRouter()

STATES = ("candidate", "promoted", "dismissed", "merged")
COLUMNS = ("label", "size", "trend", "verdict", "last")
PAGE = 50
SAMPLES = 8
SAMPLE_CHARS = 600
SORTED = 2_000
"""Topics that are sorted by another column than their size: the largest ones."""

State = Literal["candidate", "promoted", "dismissed", "merged"]
Sort = Literal["label", "size", "trend", "verdict", "last"]
TREND_ORDER = {"rising": 0, "new": 1, "steady": 2, "falling": 3}
VERDICT_ORDER = {"open": 0, "failing": 1, "not found": 2, "covered": 3}


@router.get("/desk/topics", response_class=HTMLResponse, name="topics")
def show_topics(
    visit: StaffVisitDep,
    state: State = "candidate",
    sort: Sort = "size",
    cursor: Annotated[str | None, Query(max_length=300)] = None,
) -> HTMLResponse:
    """Show the most asked topics of a state; sorted by size unless told otherwise."""
    start = decode_cursor("desk", cursor) or 0
    with reading(visit.site.engine) as conn:
        counts = topic_counts(conn)
        ungrouped = ungrouped_count(conn)
        found = _sorted_topics(conn, visit, state, sort, start)
    chosen = {"state": state} | ({} if sort == "size" else {"sort": sort})
    more = {**chosen, "cursor": encode_cursor("desk", start + PAGE)}
    context = TopicsPage(
        rows=tuple(_row(one) for one in found[:PAGE]),
        tabs=tuple(
            Tab(one, _topics_url({"state": one}), one == state, counts.get(one, 0))
            for one in STATES
        ),
        columns=tuple(_column(one, state, sort) for one in COLUMNS),
        total=counts.get(state, 0),
        ungrouped=ungrouped,
        first_url=_topics_url(chosen) if start else None,
        next_url=_topics_url(more) if len(found) > PAGE else None,
    )
    return visit.page("desk/topics.html", context)


def _sorted_topics(
    conn: Connection, visit: Visit, state: str, sort: str, start: int
) -> list[Topic]:
    """Return one page of topics and one more where there is a next page."""
    if sort == "size":
        page = list_topics(conn, viewer=visit.viewer, states=(state,), offset=start, limit=PAGE + 1)
        return topics_for_reader(conn, page, visit.locale, viewer=visit.viewer)
    found = list_topics(conn, viewer=visit.viewer, states=(state,), limit=SORTED)
    if sort == "label":
        found = topics_for_reader(conn, found, visit.locale, viewer=visit.viewer)
        found.sort(key=lambda one: one.label.casefold())
    elif sort == "trend":
        found.sort(key=lambda one: TREND_ORDER.get(one.trend or "", 2))
    elif sort == "verdict":
        found.sort(key=lambda one: VERDICT_ORDER.get(one.verdict or "", 4))
    else:
        found.sort(key=lambda one: (one.last_asked_at is not None, one.last_asked_at), reverse=True)
    page = found[start : start + PAGE + 1]
    return topics_for_reader(conn, page, visit.locale, viewer=visit.viewer)


def _topics_url(query: Mapping[str, str]) -> str:
    return f"/desk/topics?{urlencode(query)}"


def _column(key: str, state: str, sort: str) -> Column:
    order: Literal["ascending", "descending"] = (
        "descending" if key in ("size", "last") else "ascending"
    )
    return Column(key, _topics_url({"state": state, "sort": key}), order if key == sort else None)


def _row(topic: Topic) -> TopicRow:
    return TopicRow(
        label=topic.label,
        lang=topic.lang,
        url=f"/desk/topics/{topic.id}",
        size=topic.size,
        trend=trend_of(topic),
        state=topic.state,
        verdict=topic.verdict,
        keywords=topic.keywords[:6],
        last_asked_on=topic.last_asked_at.date() if topic.last_asked_at else None,
    )


def trend_of(topic: Topic) -> Trend:
    """The topic's weeks as dates, oldest first."""
    weeks = tuple(WeekCount(monday_of(week), count) for week, count in topic.weeks)
    return Trend(weeks=weeks, word=topic.trend or "steady")


def monday_of(week: str) -> date:
    """The Monday of an ISO week, `2026-W07`."""
    year, _, number = week.partition("-W")
    return date.fromisocalendar(int(year), int(number), 1)


@router.get("/desk/topics/{topic_id}", response_class=HTMLResponse, name="topic")
def show_topic(visit: StaffVisitDep, topic_id: Id, start: Literal["draft", ""] = "") -> Response:
    """Show a topic with its evidence; one that was merged leads to what it became.

    `start=draft` puts the draft into the form, for a person to edit.
    """
    with reading(visit.site.engine) as conn:
        topic = get_topic(conn, topic_id, viewer=visit.viewer)
        if topic.id != topic_id:
            return RedirectResponse(f"/desk/topics/{topic.id}", status_code=301)
        form = _draft_form(topic) if start == "draft" else None
        context = _topic_page(conn, topic, visit, form)
    return visit.page("desk/topic.html", context)


def _empty_form(topic: Topic, action: str) -> PromoteForm:
    has_draft = bool(topic.draft and topic.draft.get("text"))
    start = f"/desk/topics/{topic.id}?start=draft#promote-title" if has_draft else ""
    return PromoteForm(action, topic.label[:MAX_TITLE_CHARS], start_from_draft_url=start)


def _draft_form(topic: Topic) -> PromoteForm:
    """The form with the draft as its answer."""
    answer = str((topic.draft or {}).get("text", ""))
    action = f"/desk/topics/{topic.id}/promote"
    return PromoteForm(action, topic.label[:MAX_TITLE_CHARS], answer)


def _topic_page(
    conn: Connection, topic: Topic, visit: Visit, form: PromoteForm | None = None
) -> TopicPage:
    samples, atypical = topic.typical[:SAMPLES], topic.atypical[:SAMPLES]
    wanted = [*samples, *atypical, *answered_by_quotes(topic)]
    questions = questions_by_id(conn, wanted, viewer=visit.viewer)
    action = f"/desk/topics/{topic.id}/promote"
    open_ = topic.state == "candidate"
    shown = for_reader(topic, visit.locale, questions)
    return TopicPage(
        label=shown.label,
        state=topic.state,
        size=topic.size,
        askers=topic.askers,
        trend=trend_of(topic),
        verdict=topic.verdict,
        lang=shown.lang,
        keywords=topic.keywords,
        first_asked_on=topic.first_asked_at.date() if topic.first_asked_at else None,
        last_asked_on=topic.last_asked_at.date() if topic.last_asked_at else None,
        samples=_lines(samples, questions),
        atypical=_lines(atypical, questions),
        draft=draft_of(topic, questions),
        clashes=clashes_of(topic, questions),
        entry=_entry_link(conn, topic, visit),
        promote=(form or _empty_form(topic, action)) if open_ else None,
        dismiss_url=f"/desk/topics/{topic.id}/dismiss" if open_ else None,
    )


def _lines(ids: Sequence[int], questions: Mapping[int, Question]) -> tuple[QuestionLine, ...]:
    lines = []
    for one in (questions[key] for key in ids if key in questions):
        text = f"{one.subject}\n{one.body}".strip()
        lines.append(
            QuestionLine(
                text=text if len(text) <= SAMPLE_CHARS else f"{text[:SAMPLE_CHARS].rstrip()} …",
                source=source_of(one),
                asked_on=one.asked_at.date(),
            )
        )
    return tuple(lines)


def _entry_link(conn: Connection, topic: Topic, visit: Visit) -> Link | None:
    if topic.entry_id is None:
        return None
    entry = entries_by_id(conn, [topic.entry_id], viewer=visit.viewer).get(topic.entry_id)
    return None if entry is None else Link(entry.title, entry_path(entry.id, entry.title))


@router.post("/desk/topics/{topic_id}/promote", name="promote topic")
def promote(
    visit: StaffVisitDep,
    topic_id: Id,
    title: Annotated[str, Form()] = "",
    answer: Annotated[str, Form()] = "",
    action: Annotated[Literal["publish", "draft"], Form()] = "draft",
) -> Response:
    """Make an entry of a topic and lead to it; on errors the form keeps what was typed."""
    publish = action == "publish"
    promotion = Promotion(answer=answer.strip(), title=title.strip(), publish=publish)
    errors = [] if promotion.title else [FieldError("title", visit.text(messages.TITLE_MISSING))]
    if publish and not promotion.answer:
        errors.append(FieldError("answer", visit.text(messages.ANSWER_MISSING)))
    if not errors:
        try:
            with transaction(visit.site.engine) as conn:
                entry_id = promote_topic(conn, topic_id, promotion, viewer=visit.viewer)
            path = entry_path(entry_id, promotion.title)
            done = urlencode({"done": "published" if publish else "drafted"})
            return RedirectResponse(f"{path}?{done}&locale={visit.locale}", status_code=303)
        except InvalidInput as problem:
            name = "answer" if problem.field == "answer" else "title"
            errors.append(FieldError(name, str(problem)))
    with reading(visit.site.engine) as conn:
        topic = get_topic(conn, topic_id, viewer=visit.viewer)
        form = PromoteForm(
            f"/desk/topics/{topic.id}/promote", promotion.title, promotion.answer, tuple(errors)
        )
        context = _topic_page(conn, topic, visit, form)
    return visit.page("desk/topic.html", context, status=422)


@router.post("/desk/topics/{topic_id}/dismiss", name="dismiss topic")
def dismiss(visit: StaffVisitDep, topic_id: Id) -> Response:
    """Take a candidate off the queue."""
    with transaction(visit.site.engine) as conn:
        dismiss_topic(conn, topic_id, viewer=visit.viewer)
    target = f"/desk/topics?done=dismissed&locale={visit.locale}"
    return RedirectResponse(target, status_code=303)
