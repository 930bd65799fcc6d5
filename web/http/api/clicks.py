"""POST /clicks: what a reader did with a search, for widgets and our own scripts."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from kb.errors import InvalidInput
from kb.store.engine import reading
from kb.store.entries.reading import get_entry
from web.http.dependencies import MAX_ID, ReaderDep, SiteDep, spend_as_guest
from web.http.rate_limits import Allowance
from web.http.replies import json_reply
from web.http.searching.intents import Target
from web.http.searching.log import MAX_RANK, MAX_TOKEN_CHARS, SearchLog

router = APIRouter(tags=["search"])

MAX_TYPED_CHARS = 300


class ClickIn(BaseModel):
    """What was done with which hit. Either `intent` or `typed` says where it came from."""

    intent: str = Field("", max_length=MAX_TOKEN_CHARS, description="From the search's reply.")
    typed: str = Field(
        "", max_length=MAX_TYPED_CHARS, description="What was typed when a suggestion was chosen."
    )
    action: Literal["opened", "solved"] = "opened"
    type: Literal["entry"] = "entry"
    id: int = Field(ge=1, le=MAX_ID)
    rank: int | None = Field(None, ge=1, le=MAX_RANK, description="From 1 in what was shown.")


class NotedOut(BaseModel):
    """Whether it counts: not with a search of somebody else, or of another day."""

    noted: bool


@router.post("/clicks", response_model=NotedOut)
def report_click(request: Request, site: SiteDep, viewer: ReaderDep, click: ClickIn) -> Response:
    """Say that a hit or a suggestion was opened, or that it answers what was looked for.

    Only the same caller on the same day can add to a search; the same hit counts once. A
    token that is not theirs changes nothing and is no error.
    """
    spend_as_guest(request, site, viewer, Allowance.CLICK)
    typed = " ".join(click.typed.split())
    if not click.intent and not typed:
        raise InvalidInput("say which search it came from", field="intent")
    with reading(site.engine) as conn:
        get_entry(conn, click.id, viewer=viewer)
    target = Target(click.type, click.id, click.rank)
    noted = SearchLog(site, request, viewer)
    if click.action == "solved":
        counts = noted.solved(click.intent, target, typed=typed)
    elif click.intent:
        counts = noted.opened(click.intent, target)
    else:
        counts = noted.picked(typed, target, place="suggest", lang=viewer.locale)
    return json_reply({"noted": counts}, viewer=viewer)
