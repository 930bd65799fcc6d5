"""Questions: intake of one or many, reading one, moving one to another topic."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Header, Query
from pydantic import ValidationError
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from kb.access import OPERATOR, STAFF, Viewer, may_edit
from kb.asking.conversations import Conversation
from kb.asking.following import let_asker_follow
from kb.desk.regrouping import move_question
from kb.errors import InvalidInput, NotFound
from kb.intake.html_text import html_to_text
from kb.intake.records import IncomingQuestion, IncomingReply
from kb.questions import Question
from kb.store.engine import reading, transaction
from kb.store.grouping.assignments import find_assignment
from kb.store.idempotency import KeptAnswer, find_answer, keep_answer
from kb.store.jobs import enqueue
from kb.store.questions.conversation import find_asked, get_conversation
from kb.store.questions.incoming import set_question_owner, store_question
from kb.store.questions.reading import get_question, replies_of
from web.http.api.question_bodies import (
    BatchIn,
    BatchOut,
    MovedOut,
    MoveIn,
    QuestionIn,
    QuestionOut,
    ReplyIn,
    StoredOut,
)
from web.http.dependencies import AskerDep, EditorDep, Id, SiteDep, ViewerDep
from web.http.problems import error_reply
from web.http.replies import json_reply
from web.http.searching.log import SearchLog
from web.http.security import MAX_QUESTION_BYTES

router = APIRouter(tags=["questions"])

MAX_ITEMS = 100
IdempotencyKey = Annotated[
    str | None,
    Header(
        min_length=1,
        max_length=200,
        description="The same key with the same body within a day is done once.",
    ),
]


@router.post(
    "/questions",
    status_code=201,
    response_model=StoredOut,
    responses={200: {"model": StoredOut, "description": "It was known already."}},
)
def send_question(
    request: Request,
    site: SiteDep,
    viewer: AskerDep,
    question: QuestionIn,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Send one question in. It is cleaned and grouped by the worker, not in this request."""
    once = _Once(viewer, idempotency_key, question.model_dump_json().encode())
    with transaction(site.engine) as conn:
        kept = once.find(conn)
        if kept is None:
            stored = _store(conn, question, viewer)
            kept = KeptAnswer(201 if stored["outcome"] == "new" else 200, stored)
            once.keep(conn, kept)
            if stored["outcome"] != "unchanged":
                enqueue(conn, "index")
    if question.intent:
        SearchLog(site, request, viewer).asked(question.intent)
    return json_reply(kept.response, viewer=viewer, status=kept.status)


@router.post("/questions/batch", response_model=BatchOut)
def send_questions(
    request: Request,
    site: SiteDep,
    viewer: AskerDep,
    batch: BatchIn,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Send up to 100 questions in; a bad one is named with its fields, the rest is stored."""
    if len(batch.items) > MAX_ITEMS:
        return error_reply(request, 413, f"a batch holds at most {MAX_ITEMS} questions")
    checked = [_checked(number, item) for number, item in enumerate(batch.items)]
    once = _Once(viewer, idempotency_key, json.dumps(batch.items).encode())
    with transaction(site.engine) as conn:
        kept = once.find(conn)
        if kept is None:
            items = [
                one if isinstance(one, dict) else {"index": number, **_store(conn, one, viewer)}
                for number, one in enumerate(checked)
            ]
            refused = sum(one["outcome"] == "refused" for one in items)
            answer = {"stored": len(items) - refused, "refused": refused, "items": items}
            kept = KeptAnswer(200, answer)
            once.keep(conn, kept)
            if refused < len(items):
                enqueue(conn, "index")
    return json_reply(kept.response, viewer=viewer, status=kept.status)


def _checked(number: int, item: dict[str, Any]) -> QuestionIn | dict[str, Any]:
    """Return the question of a batch's item, or the outcome that names what is wrong with it."""
    try:
        if len(orjson.dumps(item)) > MAX_QUESTION_BYTES:
            raise InvalidInput(f"an item holds at most {MAX_QUESTION_BYTES} bytes", field="body")
        return QuestionIn.model_validate(item)
    except ValidationError as problem:
        errors = [
            {"field": ".".join(map(str, one["loc"])), "message": one["msg"]}
            for one in problem.errors()
        ]
    except InvalidInput as refused:
        errors = [{"field": refused.field or "", "message": str(refused)}]
    except orjson.JSONEncodeError:
        errors = [{"field": "", "message": "the item holds text or numbers that cannot be stored"}]
    return {"index": number, "outcome": "refused", "errors": errors}


@dataclass(frozen=True, slots=True)
class _Once:
    """Does a request with an idempotency key once."""

    viewer: Viewer
    key: str | None
    body: bytes

    @property
    def _owner(self) -> str:
        return f"account:{self.viewer.account_id}"

    @property
    def _hash(self) -> str:
        return hashlib.sha256(self.body).hexdigest()

    def find(self, conn: Connection) -> KeptAnswer | None:
        """The answer of the first request with this key."""
        if self.key is None:
            return None
        return find_answer(conn, self._owner, self.key, request_hash=self._hash)

    def keep(self, conn: Connection, answer: KeptAnswer) -> None:
        """Remember the answer for a day."""
        if self.key is not None:
            keep_answer(conn, self._owner, self.key, answer, request_hash=self._hash)


def _store(conn: Connection, sent: QuestionIn, viewer: Viewer) -> dict[str, Any]:
    incoming = IncomingQuestion(
        source_id=sent.source_id,
        subject=sent.subject,
        body=sent.body,
        created_at=sent.created_at,
        lang=sent.lang,
        product=sent.product,
        sender=sent.sender,
        sender_name=sent.sender_name,
        state=sent.state,
        tags=tuple(sent.tags),
        replies=tuple(_reply(one) for one in sent.replies),
        body_is_html=sent.body_is_html,
    )
    source = sent.source or sent.channel
    if viewer.role not in STAFF:
        # Otherwise a customer's key could rewrite what another source sent.
        source = f"account-{viewer.account_id}"
        incoming = replace(
            incoming, sender=source, sender_name=viewer.name, state="open", replies=()
        )
    question_id, outcome = store_question(conn, incoming, channel=sent.channel, source=source)
    if viewer.role not in STAFF and viewer.account_id is not None:
        set_question_owner(conn, question_id, viewer.account_id)
        asked = find_asked(conn, question_id)
        if outcome == "new" and asked is not None:
            let_asker_follow(conn, asked)
    # Whoever sent a question in gets its private link, whatever else their key may read.
    token = get_question(conn, question_id, viewer=OPERATOR).token
    return {"id": question_id, "outcome": outcome, "url": f"/q/{question_id}?token={token}"}


def _reply(sent: ReplyIn) -> IncomingReply:
    return IncomingReply(
        source_id=sent.source_id,
        body=sent.body,
        author=sent.author,
        kind=sent.kind,
        created_at=sent.created_at,
        body_is_html=sent.body_is_html,
    )


@router.get("/questions/{question_id}", response_model=QuestionOut)
def read_question(
    site: SiteDep,
    viewer: ViewerDep,
    question_id: Id,
    token: Annotated[str, Query(max_length=100, description="From its private link.")] = "",
) -> Response:
    """Read a question with its replies: agents, its owner, and whoever holds its private link.

    Agents see texts without personal data, once the worker has cleaned them; for its asker the
    replies are as they were written.
    """
    with reading(site.engine) as conn:
        question = get_question(conn, question_id, viewer=viewer, token=token)
        conversation = get_conversation(conn, question_id, viewer=viewer, token=token)
        answer = _question_answer(question, conversation)
        if may_edit(viewer):
            assignment = find_assignment(conn, question_id)
            answer["topic_id"] = assignment.topic_id if assignment else None
            answer["replies"] = [
                {
                    "author": one.author,
                    "kind": one.kind,
                    "body": one.body,
                    "written_at": one.written_at,
                }
                for one in replies_of(conn, [question_id], viewer=viewer)
            ]
    reply = json_reply(answer, viewer=viewer)
    reply.headers["cache-control"] = "private, no-store"
    return reply


def _question_answer(question: Question, conversation: Conversation) -> dict[str, Any]:
    return {
        "id": question.id,
        "channel": question.channel,
        "source": question.source,
        "source_id": question.source_id,
        "state": question.state,
        "waits": conversation.question.waits,
        "subject": question.subject,
        "body": question.body,
        "cleaned": question.cleaned,
        "lang": question.lang,
        "product": question.product,
        "asked_at": question.asked_at,
        "solved_at": conversation.question.solved_at,
        "topic_id": None,
        "replies": [
            {
                "author": one.author,
                "kind": "",
                "body": html_to_text(one.text) if one.is_html else one.text,
                "written_at": one.written_at,
            }
            for one in conversation.replies
        ],
    }


@router.post("/questions/{question_id}/move", response_model=MovedOut)
def move(site: SiteDep, viewer: EditorDep, question_id: Id, moved: MoveIn) -> Response:
    """Say that a question belongs to another topic; this outlives every re-index."""
    with transaction(site.engine) as conn:
        done = move_question(conn, question_id, moved.topic_id, viewer=viewer)
        now = find_assignment(conn, question_id)
        if now is None or now.topic_id is None:
            raise NotFound("topic", moved.topic_id)
    body = {"id": question_id, "topic_id": now.topic_id, "decision": done.batch}
    return json_reply(body, viewer=viewer)
