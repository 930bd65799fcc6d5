"""What is said to a question that was asked here, by the team and by its asker."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from kb.access import Viewer, may_edit
from kb.asking.conversations import PUT_ASIDE, STATES, AskedQuestion
from kb.errors import Conflict, InvalidInput, NotPermitted
from kb.store.audit import Subject, record_audit
from kb.store.changes import record_change
from kb.store.jobs import enqueue
from kb.store.questions.conversation import add_reply, get_conversation, set_state
from kb.store.questions.noise import leave_topics

KIND = "question"
STATES_BY_REPLY = ("answered", "solved")


@dataclass(frozen=True, slots=True)
class Said:
    """A reply that was stored, and the state of its question now; `is_new` unless sent twice."""

    reply_id: int
    state: str
    is_new: bool


def require_team(viewer: Viewer) -> None:
    """Raise NotPermitted unless the viewer may answer questions."""
    if not may_edit(viewer):
        raise NotPermitted("questions are for support agents to answer")


def answer_question(
    conn: Connection, question_id: int, body: str, *, viewer: Viewer, state: str = "answered"
) -> Said:
    """Store the team's answer, Markdown, and mark the question answered or solved.

    Raises NotPermitted, NotFound, InvalidInput for no text, a long one or another state, and
    Conflict where the question was put aside: take that back first.
    """
    require_team(viewer)
    if state not in STATES_BY_REPLY:
        raise InvalidInput("after an answer it is answered or solved", field="state")
    question = get_conversation(conn, question_id, viewer=viewer).question
    _require_going_on(question)
    before = _last_reply(conn, question_id, viewer)
    reply_id = add_reply(conn, question_id, body, author="agent", by_id=viewer.account_id)
    is_new = reply_id != before
    if is_new:
        facts = {"reply": reply_id}
        record_audit(conn, "reply", Subject(KIND, question_id), viewer=viewer, facts=facts)
    now = question.state if question.state == "solved" else state
    set_state(conn, question_id, now)
    enqueue(conn, "index")
    record_change(conn, KIND, question_id)
    return Said(reply_id, now, is_new)


def add_more(conn: Connection, question: AskedQuestion, body: str, *, viewer: Viewer) -> Said:
    """Store what the asker adds, plain text, which opens the question again.

    The caller has looked whether the viewer may. Raises InvalidInput for no text or a long one
    and Conflict where the question was put aside or waits for its confirmation.
    """
    _require_going_on(question)
    before = _last_reply(conn, question.id, viewer, question.token)
    reply_id = add_reply(conn, question.id, body, author="customer", by_id=viewer.account_id)
    set_state(conn, question.id, "open")
    enqueue(conn, "index")
    record_change(conn, KIND, question.id)
    return Said(reply_id, "open", reply_id != before)


def say_solved(conn: Connection, question: AskedQuestion, *, viewer: Viewer) -> None:
    """Note that the asker says it is solved; a second time changes nothing.

    The caller has looked whether the viewer may. Raises Conflict where it was put aside or
    waits for its confirmation.
    """
    _require_going_on(question)
    if question.state == "solved":
        return
    set_state(conn, question.id, "solved")
    facts = {"from": question.state, "to": "solved", "by": "asker"}
    record_audit(conn, "state", Subject(KIND, question.id), viewer=viewer, facts=facts)
    record_change(conn, KIND, question.id)


def change_state(conn: Connection, question_id: int, state: str, *, viewer: Viewer) -> str:
    """Put a question into a state by hand and return the one before.

    One that is put aside leaves its topic at once; taken back, it joins one with the next
    index run. Raises NotPermitted, NotFound, InvalidInput for a word that is no state.
    """
    require_team(viewer)
    if state not in STATES:
        raise InvalidInput(f"a state is one of {', '.join(STATES)}", field="state")
    question = get_conversation(conn, question_id, viewer=viewer).question
    before = set_state(conn, question_id, state)
    if before == state:
        return before
    if state in PUT_ASIDE:
        leave_topics(conn, [question_id])
    elif question.is_put_aside:
        enqueue(conn, "index")
    facts = {"from": before, "to": state}
    record_audit(conn, "state", Subject(KIND, question_id), viewer=viewer, facts=facts)
    record_change(conn, KIND, question_id)
    return before


def _require_going_on(question: AskedQuestion) -> None:
    if question.is_put_aside:
        raise Conflict(
            f"question {question.id} was put aside; nobody goes on with it",
            text_key="closed question",
        )
    if question.waits:
        raise Conflict(
            f"question {question.id} must be confirmed first", text_key="unconfirmed question"
        )


def _last_reply(conn: Connection, question_id: int, viewer: Viewer, token: str = "") -> int | None:
    said = get_conversation(conn, question_id, viewer=viewer, token=token).replies
    return said[-1].id if said else None
