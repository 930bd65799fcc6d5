"""What the team says to a question: answers and states."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from kb.asking.replying import answer_question, change_state
from kb.store.engine import transaction
from kb.store.mail.watches import count_watches
from web.http.api.question_bodies import AnswerIn, AnswerOut, StateIn, StateOut
from web.http.dependencies import EditorDep, Id, SiteDep
from web.http.replies import json_reply

router = APIRouter(tags=["questions"])


@router.post("/questions/{question_id}/replies", status_code=201, response_model=AnswerOut)
def reply_to_question(
    site: SiteDep, viewer: EditorDep, question_id: Id, answer: AnswerIn
) -> Response:
    """Answer a question as the support team.

    The answer appears on the question's private page, and who follows the question gets it by
    mail. The same text sent twice in a row is one answer. 409 for a question that was put aside
    as spam or hidden: take that back first.
    """
    with transaction(site.engine) as conn:
        said = answer_question(conn, question_id, answer.body, viewer=viewer, state=answer.state)
        told = count_watches(conn, "question", [question_id]) > 0
    body = {"id": said.reply_id, "question_id": question_id, "state": said.state, "told": told}
    return json_reply(body, viewer=viewer, status=201 if said.is_new else 200)


@router.patch("/questions/{question_id}", response_model=StateOut)
def change_question(site: SiteDep, viewer: EditorDep, question_id: Id, change: StateIn) -> Response:
    """Put a question into a state; sending the state `before` takes it back."""
    with transaction(site.engine) as conn:
        before = change_state(conn, question_id, change.state, viewer=viewer)
    return json_reply({"id": question_id, "state": change.state, "before": before}, viewer=viewer)
