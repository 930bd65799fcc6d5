"""The private page of a question, and what its asker does there."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal

from fastapi import APIRouter, File, Form, Query, UploadFile
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from kb.access import may_ask, may_edit
from kb.asking.following import let_asker_follow
from kb.asking.replying import add_more, say_solved
from kb.attachments import MAX_FILES_AT_ONCE
from kb.errors import Conflict, NotPermitted
from kb.store.attachments.files import add_attachment
from kb.store.engine import transaction
from kb.store.people.accounts import hold_account
from kb.store.questions.conversation import MAX_REPLY_CHARS, find_asked, get_conversation
from kb.store.questions.incoming import set_question_owner
from kb.visible_text import has_visible
from web.http.asking import texts
from web.http.asking.files_ahead import CheckedUploads, check_uploads
from web.http.asking.mailing import post_confirmation
from web.http.asking.question_contexts import QuestionPage
from web.http.asking.receiving import SENT, spend
from web.http.asking.showing import (
    DONE,
    UNANSWERED,
    back_to,
    near_entries,
    open_conversation,
    say,
    show_question,
)
from web.http.contexts import FieldError
from web.http.dependencies import AccountVisitDep, Id, VisitDep, lead_to_sign_in
from web.http.frame import Visit
from web.http.rate_limits import Allowance, TooMany

router = APIRouter()

MAX_TOKEN_CHARS = 100

Token = Annotated[str, Query(max_length=MAX_TOKEN_CHARS)]
SentToken = Annotated[str, Form(alias="token", max_length=MAX_TOKEN_CHARS)]
Text = Annotated[str, Form(max_length=100_000)]
Files = Annotated[list[UploadFile], File()]

SAID = {
    "added": texts.ADDED,
    "solved": texts.SOLVED,
    "confirmed": texts.CONFIRMED,
    "answered": texts.ANSWERED,
    "answered-here": texts.ANSWERED_WITHOUT_MAIL,
    "mailed": texts.MAILED_AGAIN,
    "kept": texts.KEPT,
}


@router.get("/q/{question_id}", response_class=HTMLResponse, name="question")
def show(
    visit: VisitDep,
    question_id: Id,
    token: Token = "",
    sent: Annotated[Literal["", "1"], Query(alias=SENT)] = "",
    said: Annotated[str, Query(alias=DONE, max_length=40)] = "",
    more: Annotated[Literal["", "1"], Query()] = "",
    before: Annotated[str, Query(max_length=12)] = "",
) -> HTMLResponse:
    """Show a question to its asker: who has the link, owns it, or works here.

    `said` names what was just done, `before` the state that undoing it brings back.
    """

    def change(page: QuestionPage) -> QuestionPage:
        near = near_entries(visit, page.title) if page.status in UNANSWERED else ()
        notice = say(visit, SAID[said]) if said in SAID else None
        if said == "state" and page.team is not None and before in page.team.states:
            undo = f"{page.address}/state?state={before}&undo=1&locale={visit.locale}"
            notice = say(visit, texts.STATE_CHANGED, undo)
        asker = replace(page.asker, open=bool(more) and page.asker.may_add)
        return replace(page, near=near, notice=notice, asker=asker, just_sent=bool(sent))

    return show_question(visit, question_id, token, change=change)


@router.post("/q/{question_id}/solved", name="say solved")
def solved(visit: VisitDep, question_id: Id, token: SentToken = "") -> Response:
    """Note that the asker says it is solved."""
    _require_asker(visit, token)
    spend(visit, Allowance.VOTE)
    with transaction(visit.site.engine) as conn:
        question = get_conversation(conn, question_id, viewer=visit.viewer, token=token).question
        say_solved(conn, question, viewer=visit.viewer)
    return back_to(visit, question_id, token, done="solved")


@router.post("/q/{question_id}/replies", name="add to question")
def add(
    visit: VisitDep,
    question_id: Id,
    token: SentToken = "",
    body: Text = "",
    files: Files = [],  # noqa: B006
) -> Response:
    """Add what the asker has to say, which opens the question again."""
    _require_asker(visit, token)
    open_conversation(visit, question_id, token)
    errors, status, checked = text_errors(visit, body), 422, CheckedUploads()
    try:
        checked = check_uploads(visit, files, room=MAX_FILES_AT_ONCE)
        errors += checked.errors
        if not errors:
            spend(visit, Allowance.ASK)
    except TooMany:
        errors, status = (FieldError("body", visit.text(texts.TOO_OFTEN)),), 429
    if errors:
        return show_question(
            visit,
            question_id,
            token,
            change=lambda page: replace(
                page, asker=replace(page.asker, text=body, errors=errors, open=True)
            ),
            status=status,
        )
    with transaction(visit.site.engine) as conn:
        question = get_conversation(conn, question_id, viewer=visit.viewer, token=token).question
        if visit.viewer.account_id is not None:
            hold_account(conn, visit.viewer.account_id)
        said = add_more(conn, question, body.strip(), viewer=visit.viewer)
        for file in checked.files if said.is_new else ():
            add_attachment(conn, "reply", said.reply_id, file, by_id=visit.viewer.account_id)
    return back_to(visit, question_id, token, done="added")


@router.post("/q/{question_id}/mail-again", name="mail again")
def mail_again(visit: VisitDep, question_id: Id, token: SentToken = "") -> Response:
    """Mail the link that confirms a question once more; at most three a day to one address."""
    _require_asker(visit, token)
    spend(visit, Allowance.ASK)
    with transaction(visit.site.engine) as conn:
        question = get_conversation(conn, question_id, viewer=visit.viewer, token=token).question
        if not question.waits:
            raise Conflict("this question is confirmed already", text_key="confirmed question")
        post_confirmation(conn, visit.site.look, question, again=True)
    return back_to(visit, question_id, token, done="mailed")


@router.post("/q/{question_id}/keep", name="keep question")
def keep(visit: AccountVisitDep, question_id: Id, token: SentToken = "") -> Response:
    """Let the account of whoever holds the link own a question that nobody owns."""
    with transaction(visit.site.engine) as conn:
        question = get_conversation(conn, question_id, viewer=visit.viewer, token=token).question
        if may_edit(visit.viewer):
            raise NotPermitted("questions of customers stay theirs")
        if question.account_id not in (None, visit.viewer.account_id):
            raise Conflict("this question is in another account", text_key="foreign question")
        if visit.viewer.account_id is not None and not question.waits:
            set_question_owner(conn, question_id, visit.viewer.account_id)
            owned = find_asked(conn, question_id)
            if owned is not None:
                let_asker_follow(conn, owned)
    return back_to(visit, question_id, "", done="kept")


def text_errors(visit: Visit, body: str) -> tuple[FieldError, ...]:
    """What is wrong with the text of a reply."""
    if not has_visible(body):
        return (FieldError("body", visit.text(texts.REPLY_MISSING)),)
    if len(body.strip()) > MAX_REPLY_CHARS:
        return (FieldError("body", visit.text(texts.REPLY_TOO_LONG)),)
    return ()


def _require_asker(visit: Visit, token: str) -> None:
    """Refuse keys that may not ask, and lead to the sign-in who was signed out meanwhile."""
    if not may_ask(visit.viewer):
        raise NotPermitted("this needs a key with the scope ask")
    if visit.viewer.account_id is None and not token:
        raise lead_to_sign_in(visit.request)
