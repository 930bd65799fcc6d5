"""What the support team does on the page of a question: answer it, put it into a state."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Query
from starlette.responses import Response

from kb.asking.replying import answer_question, change_state
from kb.attachments import MAX_FILES_AT_ONCE
from kb.store.attachments.files import add_attachment
from kb.store.engine import transaction
from kb.store.mail.watches import count_watches
from web.http.asking.files_ahead import check_uploads
from web.http.asking.question_contexts import QuestionPage
from web.http.asking.showing import back_to, show_question
from web.http.contexts import FieldError
from web.http.dependencies import Id, StaffVisitDep
from web.http.markdown import render_markdown
from web.http.pages.asking.question import Files, Text, text_errors

router = APIRouter()

State = Literal["open", "answered", "solved", "spam", "hidden"]


@router.post("/q/{question_id}/answers", name="answer question")
def answer(
    visit: StaffVisitDep,
    question_id: Id,
    body: Text = "",
    state: Annotated[Literal["answered", "solved"], Form()] = "answered",
    preview: Annotated[Literal["", "1"], Form()] = "",
    files: Files = [],  # noqa: B006
) -> Response:
    """Answer a question, or show how the answer would look; the asker is told by mail."""
    errors = text_errors(visit, body)
    if preview or errors:
        return _again(visit, question_id, body, errors, preview=bool(preview))
    checked = check_uploads(visit, files, room=MAX_FILES_AT_ONCE)
    if checked.errors:
        return _again(visit, question_id, body, checked.errors)
    with transaction(visit.site.engine) as conn:
        said = answer_question(conn, question_id, body.strip(), viewer=visit.viewer, state=state)
        for file in checked.files if said.is_new else ():
            add_attachment(conn, "reply", said.reply_id, file, by_id=visit.viewer.account_id)
        told = count_watches(conn, "question", [question_id]) > 0
    return back_to(visit, question_id, "", done="answered" if told else "answered-here")


@router.post("/q/{question_id}/state", name="state of question")
def set_state(
    visit: StaffVisitDep,
    question_id: Id,
    state: Annotated[State | None, Form()] = None,
    back: Annotated[State | None, Query(alias="state")] = None,
    undo: Annotated[Literal["", "1"], Query()] = "",
) -> Response:
    """Put a question into a state; the notice then takes it back."""
    wanted = back if state is None else state
    with transaction(visit.site.engine) as conn:
        before = change_state(conn, question_id, wanted or "", viewer=visit.viewer)
    if undo or before == wanted:
        return back_to(visit, question_id, "")
    return back_to(visit, question_id, "", done="state", before=before)


def _again(
    visit: StaffVisitDep,
    question_id: int,
    body: str,
    errors: tuple[FieldError, ...],
    *,
    preview: bool = False,
) -> Response:
    """Show the page with the answer that was typed, how it would look, or what is wrong."""

    def change(page: QuestionPage) -> QuestionPage:
        if page.team is None:
            return page
        looks = render_markdown(body, ugc=True).html if preview and not errors else None
        return replace(page, team=replace(page.team, text=body, errors=errors, preview=looks))

    return show_question(visit, question_id, "", change=change, status=422 if errors else 200)
