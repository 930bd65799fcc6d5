"""What takes no part in topics: the list, and saying that something is or is no question."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field
from starlette.responses import Response

from kb.desk.noise import Word, say_noise, undo_noise
from kb.store.engine import reading, transaction
from kb.store.questions.noise import SetAside, list_set_aside, noise_counts, set_aside_by_id
from web.http.dependencies import MAX_ID, EditorDep, Id, Limit, PageCursor, SiteDep
from web.http.paging import decode_cursor, encode_cursor
from web.http.replies import json_reply

router = APIRouter(tags=["noise"])

CURSOR = "noise"
MAX_SAID = 500


Batch = Annotated[
    str, Path(max_length=40, description="The `batch` that was told when it was said.")
]


class NoiseIn(BaseModel):
    """What a person says: a reason, "question" for a question after all, null: the rules."""

    reason: Word | None = None


class NoiseOfManyIn(NoiseIn):
    """The same said of several questions."""

    questions: list[Annotated[int, Field(ge=1, le=MAX_ID)]] = Field(
        min_length=1, max_length=MAX_SAID
    )


class SaidOut(BaseModel):
    """What was said; `batch` takes it back."""

    batch: str
    questions: list[int]
    reason: str | None


class SetAsideOut(BaseModel):
    """One message with what keeps it out of topics; `noise` is null where nothing does."""

    id: int
    source: str
    source_id: str
    channel: str
    subject: str
    body: str
    lang: str | None
    asked_at: datetime
    noise: str | None
    said: str | None = Field(description="What a person said; null: the rules decide.")
    said_by: str
    said_at: datetime | None


class NoiseOut(BaseModel):
    """One page, newest first; `counts` per reason, under "question" what was taken back in."""

    counts: dict[str, int]
    items: list[SetAsideOut]
    cursor: str | None


class UndoneOut(BaseModel):
    """For how many questions a word was taken back."""

    questions: int


@router.get("/noise", response_model=NoiseOut)
def read_noise(
    site: SiteDep,
    viewer: EditorDep,
    reason: Annotated[Word | None, Query(description="Default: every reason.")] = None,
    limit: Limit = 50,
    cursor: PageCursor = None,
) -> Response:
    """List what takes no part in topics, and why."""
    start = decode_cursor(CURSOR, cursor) or 0
    with reading(site.engine) as conn:
        counts = noise_counts(conn, viewer=viewer)
        found = list_set_aside(conn, viewer=viewer, reason=reason, offset=start, limit=limit + 1)
    more = encode_cursor(CURSOR, start + limit) if len(found) > limit else None
    items = [_item(one) for one in found[:limit]]
    return json_reply({"counts": counts, "items": items, "cursor": more}, viewer=viewer)


def _item(one: SetAside) -> dict[str, object]:
    question = one.question
    names = ("id", "source", "source_id", "channel", "subject", "body", "lang", "asked_at", "noise")
    return {
        **{name: getattr(question, name) for name in names},
        "said": one.said,
        "said_by": one.said_by,
        "said_at": one.said_at,
    }


@router.post("/noise", response_model=SaidOut)
def say_of_many(site: SiteDep, viewer: EditorDep, said: NoiseOfManyIn) -> Response:
    """Say of several questions that they are none, and why, or that they are after all."""
    ids = list(dict.fromkeys(said.questions))
    with transaction(site.engine) as conn:
        batch = say_noise(conn, ids, said.reason, viewer=viewer)
    answer = {"batch": batch, "questions": ids, "reason": said.reason}
    return json_reply(answer, viewer=viewer)


@router.post("/questions/{question_id}/noise", response_model=SetAsideOut)
def say_of_one(site: SiteDep, viewer: EditorDep, question_id: Id, said: NoiseIn) -> Response:
    """Say of a question that it is none, and why, or that it is one after all."""
    with transaction(site.engine) as conn:
        say_noise(conn, [question_id], said.reason, viewer=viewer)
        (now,) = set_aside_by_id(conn, [question_id], viewer=viewer)
    return json_reply(_item(now), viewer=viewer)


@router.post("/noise/{batch}/undo", response_model=UndoneOut)
def undo(site: SiteDep, viewer: EditorDep, batch: Batch) -> Response:
    """Take back what was said."""
    with transaction(site.engine) as conn:
        count = undo_noise(conn, batch, viewer=viewer)
    return json_reply({"questions": count}, viewer=viewer)
