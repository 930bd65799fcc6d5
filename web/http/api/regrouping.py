"""What agents decide about grouping: merge, split and dismiss."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.responses import Response

from kb.regrouping import dismiss_topic, merge_topics, split_topic
from kb.store.engine import transaction
from kb.store.topics import get_topic
from web.http.dependencies import MAX_ID, EditorDep, Id, SiteDep
from web.http.replies import json_reply

router = APIRouter(tags=["topics"])

MAX_SPLIT = 10_000


class MergeIn(BaseModel):
    """The topic that is taken in."""

    topic_id: int = Field(ge=1, le=MAX_ID)


class SplitIn(BaseModel):
    """The questions that are taken out."""

    questions: list[Annotated[int, Field(ge=1, le=MAX_ID)]] = Field(
        min_length=1, max_length=MAX_SPLIT
    )


class RegroupedOut(BaseModel):
    """Which topic stands now, and after a split which one is new."""

    id: int
    new_id: int | None = None


@router.post("/topics/{topic_id}/merge", response_model=RegroupedOut)
def merge(site: SiteDep, viewer: EditorDep, topic_id: Id, other: MergeIn) -> Response:
    """Merge another topic into this one; a promoted one always stays."""
    with transaction(site.engine) as conn:
        stays = merge_topics(conn, topic_id, other.topic_id, viewer=viewer)
    return json_reply({"id": stays, "new_id": None}, viewer=viewer)


@router.post("/topics/{topic_id}/split", response_model=RegroupedOut)
def split(site: SiteDep, viewer: EditorDep, topic_id: Id, taken: SplitIn) -> Response:
    """Take questions out of a topic into a new one."""
    with transaction(site.engine) as conn:
        kept = get_topic(conn, topic_id, viewer=viewer)
        new_id = split_topic(conn, kept.id, taken.questions, viewer=viewer)
    return json_reply({"id": kept.id, "new_id": new_id}, viewer=viewer)


@router.post("/topics/{topic_id}/dismiss", response_model=RegroupedOut)
def dismiss(site: SiteDep, viewer: EditorDep, topic_id: Id) -> Response:
    """Take a candidate off the queue for good."""
    with transaction(site.engine) as conn:
        found = get_topic(conn, topic_id, viewer=viewer)
        dismiss_topic(conn, found.id, viewer=viewer)
    return json_reply({"id": found.id, "new_id": None}, viewer=viewer)
