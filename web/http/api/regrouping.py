"""What agents decide about grouping, all that was decided, and taking it back."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field
from starlette.responses import Response

from kb.desk.regrouping import (
    Regrouped,
    dismiss_topic,
    merge_topics,
    restore_topic,
    say_not_same,
    say_same,
    split_topic,
    take_out,
)
from kb.desk.undoing import redo_regrouping, undo_regrouping
from kb.store.engine import reading, transaction
from kb.store.grouping.regroupings import list_regroupings
from web.decided import decision_answer, tell_actions
from web.http.dependencies import MAX_ID, EditorDep, Id, Limit, PageCursor, SiteDep
from web.http.paging import decode_cursor, encode_cursor
from web.http.replies import json_reply

router = APIRouter(tags=["topics"])

MAX_SPLIT = 10_000
CURSOR = "api decisions"

AnyId = Annotated[int, Field(ge=1, le=MAX_ID)]
Show = Annotated[
    Literal["", "stands", "overridden", "undone"],
    Query(description="What has become of them; empty: all."),
]
Batch = Annotated[
    str, Path(max_length=40, description="The decision, or the beginning of it where that is one.")
]


class MergeIn(BaseModel):
    """The topic that is taken in."""

    topic_id: AnyId


class SplitIn(BaseModel):
    """The questions that are taken out."""

    questions: list[AnyId] = Field(min_length=1, max_length=MAX_SPLIT)


class SameIn(BaseModel):
    """The question that means the same."""

    question_id: AnyId


class NotSameIn(BaseModel):
    """The question that does not mean the same; without one the topic that it is in is meant."""

    question_id: AnyId | None = None


class RegroupedOut(BaseModel):
    """Which topic stands now, after a split which one is new, and what takes it back."""

    id: int | None
    new_id: int | None = None
    decision: str


class NamedOut(BaseModel):
    """A question by its wording or a topic by its label; null where it is gone."""

    id: int
    text: str | None


class StatementOut(BaseModel):
    """One statement about two questions."""

    kind: Literal["same", "not same"]
    first: NamedOut
    second: NamedOut
    overridden: bool
    overridden_by: str | None


class DecisionOut(BaseModel):
    """One action of an agent with its first statements; `statement_count` counts all."""

    decision: str
    action: str
    state: Literal["stands", "overridden", "undone"]
    topic: NamedOut | None
    other: NamedOut | None
    questions: list[NamedOut]
    question_count: int
    statements: list[StatementOut]
    statement_count: int
    overridden_by: list[str]
    in_part: bool = Field(description="Newer ones leave something of it.")
    by: str
    at: str
    undone_by: str | None
    undone_at: str | None


class DecisionsOut(BaseModel):
    """One page of actions, the newest first."""

    decisions: list[DecisionOut]
    cursor: str | None


@router.post("/topics/{topic_id}/merge", response_model=RegroupedOut)
def merge(site: SiteDep, viewer: EditorDep, topic_id: Id, other: MergeIn) -> Response:
    """Merge another topic into this one; a promoted one always stays."""
    with transaction(site.engine) as conn:
        done = merge_topics(conn, topic_id, other.topic_id, viewer=viewer)
    return json_reply(_regrouped(done), viewer=viewer)


@router.post("/topics/{topic_id}/split", response_model=RegroupedOut)
def split(site: SiteDep, viewer: EditorDep, topic_id: Id, taken: SplitIn) -> Response:
    """Take questions out of a topic into a new one."""
    with transaction(site.engine) as conn:
        done = split_topic(conn, topic_id, taken.questions, viewer=viewer)
    return json_reply(_regrouped(done), viewer=viewer)


@router.post("/topics/{topic_id}/dismiss", response_model=RegroupedOut)
def dismiss(site: SiteDep, viewer: EditorDep, topic_id: Id) -> Response:
    """Take a candidate off the queue for good."""
    with transaction(site.engine) as conn:
        done = dismiss_topic(conn, topic_id, viewer=viewer)
    return json_reply(_regrouped(done), viewer=viewer)


@router.post("/topics/{topic_id}/restore", response_model=RegroupedOut)
def restore(site: SiteDep, viewer: EditorDep, topic_id: Id) -> Response:
    """Put a dismissed topic back into the queue."""
    with transaction(site.engine) as conn:
        done = restore_topic(conn, topic_id, viewer=viewer)
    return json_reply(_regrouped(done), viewer=viewer)


@router.post("/questions/{question_id}/same", response_model=RegroupedOut)
def same(site: SiteDep, viewer: EditorDep, question_id: Id, other: SameIn) -> Response:
    """Say that two questions mean the same."""
    with transaction(site.engine) as conn:
        done = say_same(conn, question_id, other.question_id, viewer=viewer)
    return json_reply(_regrouped(done), viewer=viewer)


@router.post("/questions/{question_id}/not-same", response_model=RegroupedOut)
def not_same(
    site: SiteDep, viewer: EditorDep, question_id: Id, other: NotSameIn | None = None
) -> Response:
    """Say that a question does not mean the same as another, or as the topic that it is in."""
    with transaction(site.engine) as conn:
        if other is None or other.question_id is None:
            done = take_out(conn, question_id, viewer=viewer)
        else:
            done = say_not_same(conn, question_id, other.question_id, viewer=viewer)
    return json_reply(_regrouped(done), viewer=viewer)


@router.get("/decisions", response_model=DecisionsOut)
def decisions(
    site: SiteDep,
    viewer: EditorDep,
    limit: Limit = 20,
    cursor: PageCursor = None,
    show: Show = "",
) -> Response:
    """All that agents decided about topics, the newest first."""
    before_id = decode_cursor(CURSOR, cursor)
    with reading(site.engine) as conn:
        found = list_regroupings(
            conn, viewer=viewer, show=show, before_id=before_id, limit=limit + 1
        )
        told = tell_actions(conn, found[:limit], viewer.locale, viewer=viewer)
    more = encode_cursor(CURSOR, found[limit - 1].id) if len(found) > limit else None
    answer = {"decisions": [decision_answer(one) for one in told], "cursor": more}
    return json_reply(answer, viewer=viewer)


@router.post("/decisions/{batch}/undo", response_model=RegroupedOut)
def undo(site: SiteDep, viewer: EditorDep, batch: Batch) -> Response:
    """Take an action back whole; 409 where something newer is built on it."""
    with transaction(site.engine) as conn:
        done = undo_regrouping(conn, batch, viewer=viewer)
    return json_reply(_regrouped(done), viewer=viewer)


@router.post("/decisions/{batch}/redo", response_model=RegroupedOut)
def redo(site: SiteDep, viewer: EditorDep, batch: Batch) -> Response:
    """Do an action again that was taken back, as a new decision."""
    with transaction(site.engine) as conn:
        done = redo_regrouping(conn, batch, viewer=viewer)
    return json_reply(_regrouped(done), viewer=viewer)


def _regrouped(done: Regrouped) -> dict[str, Any]:
    return {"id": done.topic_id, "new_id": done.new_id, "decision": done.batch}
