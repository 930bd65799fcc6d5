"""The mailed link by which a guest confirms a question, or says that it is somebody else's."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Connection

from kb.access import Viewer
from kb.asking.conversations import AskedQuestion
from kb.asking.following import let_asker_follow
from kb.errors import NotFound
from kb.store.audit import Subject, record_audit
from kb.store.people.tokens import OneTimeToken, add_token, find_token, use_token
from kb.store.questions.conversation import find_asked
from kb.store.questions.owned import delete_questions
from kb.store.questions.waiting import CONFIRM_DAYS, confirm_question

PURPOSE = "confirm-question"


def make_link(conn: Connection, question: AskedQuestion) -> str:
    """The secret part of a link that confirms a guest's question within the week."""
    token = OneTimeToken(PURPOSE, email=question.sender, question_id=question.id)
    return add_token(conn, token, lasts=timedelta(days=CONFIRM_DAYS))


def find_to_confirm(conn: Connection, secret: str) -> AskedQuestion | None:
    """The question that a link stands for, without using it up; None for a used or old one."""
    token = find_token(conn, PURPOSE, secret)
    if token is None or token.question_id is None:
        return None
    question = find_asked(conn, token.question_id)
    return question if question is not None and question.waits else None


def confirm(conn: Connection, secret: str, *, viewer: Viewer) -> AskedQuestion:
    """Use a link up: its question takes part from now on. Raises NotFound for any other link."""
    question = _use(conn, secret)
    confirm_question(conn, question.id)
    confirmed = find_asked(conn, question.id)
    if confirmed is not None:
        let_asker_follow(conn, confirmed)
    record_audit(conn, "confirm", Subject("question", question.id), viewer=viewer, facts={})
    return question


def refuse(conn: Connection, secret: str) -> None:
    """Use a link up to say that somebody else asked in this name: the question is deleted.

    Raises NotFound for a used or old link.
    """
    delete_questions(conn, [_use(conn, secret).id])


def _use(conn: Connection, secret: str) -> AskedQuestion:
    question = find_to_confirm(conn, secret)
    use_token(conn, PURPOSE, secret)
    if question is None:
        raise NotFound("question", "of this link")
    return question
