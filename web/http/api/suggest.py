"""GET /suggest: what to offer before and while somebody types; the model is never asked."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel
from starlette.responses import Response

from web.http.api.search import QueryText
from web.http.dependencies import ReaderDep, SiteDep
from web.http.replies import SHORT_S, json_reply

router = APIRouter(tags=["search"])

MAX_SUGGESTIONS = 8
MAX_TYPED_CHARS = 300
"""Of a longer text nobody waits for a suggestion; its beginning is looked at."""


class SuggestionOut(BaseModel):
    """One title or shown wording; or a popular search, of type search and with id 0."""

    text: str
    type: str
    id: int
    url: str
    marks: list[tuple[int, int]]


class SuggestOut(BaseModel):
    """What fits, best first, at most 8."""

    suggestions: list[SuggestionOut]


@router.get("/suggest", response_model=SuggestOut)
async def suggest(
    site: SiteDep,
    viewer: ReaderDep,
    q: QueryText = "",
    limit: Annotated[int, Query(ge=1, le=MAX_SUGGESTIONS)] = MAX_SUGGESTIONS,
    lang: Annotated[
        str, Query(max_length=12, description="What is popular in this language comes first.")
    ] = "",
) -> Response:
    """Titles and shown wordings that fit what was typed so far, the most opened first.

    An empty `q` gives what is popular: searches that many made, then the entries opened most.
    """
    reader = replace(viewer, locale=lang) if lang else viewer
    found = site.live.suggest(q[:MAX_TYPED_CHARS], viewer=reader, limit=limit)
    suggestions = [
        {
            "text": one.text,
            "type": one.type,
            "id": one.id,
            "url": one.url,
            "marks": [list(mark) for mark in one.marks],
        }
        for one in found
    ]
    return json_reply({"suggestions": suggestions}, viewer=viewer, max_age_s=SHORT_S)
