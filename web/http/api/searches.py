"""GET /searches: what people look for, for agents."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.responses import Response

from kb.clock import utc_now
from kb.store.engine import reading
from web.http.dependencies import EditorDep, SiteDep
from web.http.replies import json_reply
from web.http.searching.counts import DEFAULT_SPAN, read_searches, wanted_weeks

router = APIRouter(tags=["search"])

MAX_GROUPS = 1_000


class SearchGroupOut(BaseModel):
    """Searches in the same words."""

    text: str
    lang: str | None
    searches: int
    people: int = Field(description="Visitors, each day anew.")
    unanswered: int
    verdicts: dict[str, int]
    outcomes: dict[str, int] = Field(description="Of those that are settled.")
    weeks: dict[str, int] = Field(description="Searches by the Monday of the week.")
    last_at: str
    topic_id: int | None


class SearchWeekOut(BaseModel):
    """What the searches of a week found and led to; `week` is its Monday."""

    week: str
    searches: int
    clicked: int
    unanswered: int
    verdicts: dict[str, int]
    outcomes: dict[str, int]


class SearchesOut(BaseModel):
    """The words most looked for, and the weeks that they are from."""

    searches: list[SearchGroupOut]
    weeks: list[SearchWeekOut]


@router.get("/searches", response_model=SearchesOut)
def list_searches(
    site: SiteDep,
    viewer: EditorDep,
    weeks: Annotated[
        int, Query(ge=1, le=520, description="How many, up to the newest search.")
    ] = DEFAULT_SPAN,
    lang: Annotated[str | None, Query(pattern="^[a-z]{2,3}$")] = None,
    unanswered: Annotated[bool, Query(description="Only those without an answer.")] = False,
    limit: Annotated[int, Query(ge=1, le=MAX_GROUPS)] = 100,
) -> Response:
    """What people look for in the same words, those of the most people first."""
    with reading(site.engine) as conn:
        wanted = wanted_weeks(
            conn,
            weeks,
            today=utc_now().date(),
            lang=lang,
            unanswered=unanswered,
            viewer=viewer,
        )
        found = read_searches(conn, wanted, viewer=viewer, limit=limit)
    answer = {
        "searches": [
            {
                "text": one.text,
                "lang": one.lang,
                "searches": one.searches,
                "people": one.visitors,
                "unanswered": one.unanswered,
                "verdicts": dict(one.verdicts),
                "outcomes": dict(one.outcomes),
                "weeks": {monday.isoformat(): count for monday, count in one.weeks},
                "last_at": one.last_at,
                "topic_id": one.topic_id,
            }
            for one in found.groups
        ],
        "weeks": [
            {
                "week": one.week.isoformat(),
                "searches": one.searches,
                "clicked": one.clicked,
                "unanswered": one.unanswered,
                "verdicts": dict(one.verdicts),
                "outcomes": dict(one.outcomes),
            }
            for one in found.weeks
        ],
    }
    return json_reply(answer, viewer=viewer)
