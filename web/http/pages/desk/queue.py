"""The agents' queue of topics: filtered, in any order, and as a download."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from fastapi.responses import HTMLResponse
from sqlalchemy import Connection
from starlette.responses import Response

from kb.store.engine import reading
from kb.store.entries.reading import entries_by_id
from kb.store.entries.shelf_queries import shelf_names
from kb.store.grouping.assignments import ungrouped_count
from kb.store.topics.queue import (
    TopicFilter,
    TopicOrder,
    asked_about,
    count_topics,
    filtered_topics,
)
from kb.store.topics.record import topic_counts
from kb.topics import Topic
from web.http.contexts import Column, Tab
from web.http.dependencies import StaffVisitDep
from web.http.desk.topic_contexts import Choice, TopicsPage
from web.http.desk.topic_rows import entries_named, topic_row
from web.http.desk.topics_csv import topics_csv
from web.http.frame import Visit
from web.http.i18n import language_name
from web.http.paging import decode_cursor, encode_cursor
from web.http.paths import with_query
from web.http.replies import PRIVATE
from web.topic_labels import topics_for_reader

router = APIRouter()

PATH = "/desk/topics"
COLUMNS: tuple[TopicOrder, ...] = ("label", "effect", "size", "trend", "verdict", "last")
FALLING = ("effect", "size", "last")
"""Columns that begin with the greatest; the others begin with what comes first."""

VERDICTS = ("open", "failing", "not found", "covered")
PAGE = 50
SORTED = 2_000
"""Topics that are sorted by their label in the agent's language: those of the greatest effect."""

EXPORTED = 10_000
MAX_CHOICES = 100

State = Literal["candidate", "promoted", "dismissed", "merged"]
Verdict = Literal["open", "failing", "not found", "covered", ""]

STATES: tuple[State, ...] = ("candidate", "promoted", "dismissed", "merged")


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which topics the page shows, and in which order."""

    state: State = "candidate"
    sort: TopicOrder = "effect"
    lang: str = ""
    product: str = ""
    verdict: Verdict = ""

    @property
    def filter(self) -> TopicFilter:
        """The same for the record."""
        return TopicFilter(
            (self.state,), self.lang or None, self.product or None, self.verdict or None
        )

    @property
    def is_filtered(self) -> bool:
        """Whether anything but the state is chosen."""
        return bool(self.lang or self.product or self.verdict)

    def url(self, path: str = PATH, **more: str) -> str:
        """The address of this choice; `more` adds to it."""
        pairs = {
            "state": self.state,
            "sort": "" if self.sort == "effect" else self.sort,
            "lang": self.lang,
            "product": self.product,
            "verdict": self.verdict,
            **more,
        }
        return with_query(path, **pairs)


def chosen_topics(
    state: State = "candidate",
    sort: TopicOrder = "effect",
    lang: Annotated[str, Query(pattern="^([a-z]{2,3})?$")] = "",
    product: Annotated[str, Query(max_length=200)] = "",
    verdict: Verdict = "",
) -> Chosen:
    """The choice as the address names it."""
    return Chosen(state, sort, lang, product, verdict)


ChosenDep = Annotated[Chosen, Depends(chosen_topics)]
CursorParameter = Annotated[str | None, Query(max_length=300)]


@router.get(PATH, response_class=HTMLResponse, name="topics")
def show_topics(
    visit: StaffVisitDep, chosen: ChosenDep, cursor: CursorParameter = None
) -> HTMLResponse:
    """Show the topics of a state, those with the most people left without an answer first."""
    start = decode_cursor("desk", cursor) or 0
    with reading(visit.site.engine) as conn:
        counts = topic_counts(conn)
        found = _read(conn, visit, chosen, start=start, limit=PAGE + 1)
        page = found[:PAGE]
        named = set().union(*(entries_named(one) for one in page)) if page else set()
        entries = entries_by_id(conn, sorted(named), viewer=visit.viewer)
        langs, products = asked_about(conn, (chosen.state,))
        names = shelf_names(conn, {"product": products[:MAX_CHOICES]})
        total = count_topics(conn, chosen.filter)
        ungrouped = ungrouped_count(conn)
    labels = {one: names.get(("product", one), one) for one in products[:MAX_CHOICES]}
    context = TopicsPage(
        rows=tuple(topic_row(one, entries) for one in page),
        tabs=tuple(
            Tab(
                one,
                replace(chosen, state=one, verdict="").url(),
                one == chosen.state,
                counts.get(one, 0),
            )
            for one in STATES
        ),
        columns=tuple(_column(one, chosen) for one in COLUMNS),
        total=total,
        ungrouped=ungrouped,
        export_url=chosen.url(f"{PATH}.csv"),
        first_url=chosen.url() if start else None,
        next_url=chosen.url(cursor=encode_cursor("desk", start + PAGE))
        if len(found) > PAGE
        else None,
        state=chosen.state,
        sort=chosen.sort,
        langs=_choices(
            {one: language_name(one, locale=visit.locale) for one in langs[:MAX_CHOICES]},
            chosen.lang,
        ),
        products=_choices(labels, chosen.product),
        verdicts=_choices({one: one for one in VERDICTS}, chosen.verdict),
        clear_url=Chosen(chosen.state, chosen.sort).url() if chosen.is_filtered else None,
    )
    return visit.page("desk/topics.html", context)


@router.get(f"{PATH}.csv", name="topics as CSV")
def download_topics(visit: StaffVisitDep, chosen: ChosenDep) -> Response:
    """Download the table as CSV, in its order."""
    with reading(visit.site.engine) as conn:
        found = _read(conn, visit, chosen, start=0, limit=EXPORTED)
    headers = {
        "cache-control": PRIVATE,
        "content-disposition": 'attachment; filename="topics.csv"',
    }
    # The mark tells spreadsheets that this is UTF-8.
    text = f"\ufeff{topics_csv(found)}"
    return Response(text, media_type="text/csv; charset=utf-8", headers=headers)


def _read(conn: Connection, visit: Visit, chosen: Chosen, *, start: int, limit: int) -> list[Topic]:
    viewer = visit.viewer
    if chosen.sort != "label":
        found = filtered_topics(
            conn, chosen.filter, viewer=viewer, order=chosen.sort, offset=start, limit=limit
        )
        return topics_for_reader(conn, found, visit.locale, viewer=viewer)
    # Labels differ by reader: the record cannot sort them.
    found = filtered_topics(conn, chosen.filter, viewer=viewer, limit=max(SORTED, limit))
    found = topics_for_reader(conn, found, visit.locale, viewer=viewer)
    return sorted(found, key=lambda one: one.label.casefold())[start : start + limit]


def _column(key: TopicOrder, chosen: Chosen) -> Column:
    order: Literal["ascending", "descending"] = "descending" if key in FALLING else "ascending"
    return Column(key, replace(chosen, sort=key).url(), order if key == chosen.sort else None)


def _choices(labels: dict[str, str], chosen: str) -> tuple[Choice, ...]:
    """All, then each; what is chosen is there even where no topic has it any more."""
    values: Sequence[str] = [*labels, *([chosen] if chosen and chosen not in labels else [])]
    return (
        Choice("", "", not chosen),
        *(Choice(value, labels.get(value, value), value == chosen) for value in values),
    )
