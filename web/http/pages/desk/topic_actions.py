"""What an agent does to one topic from its page; all of it can be undone."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form
from starlette.responses import RedirectResponse, Response

from kb.desk.attaching import attach_topic, detach_topic
from kb.desk.regrouping import (
    dismiss_topic,
    merge_topics,
    move_questions,
    restore_topic,
    split_topic,
)
from kb.errors import Conflict, InvalidInput, NotFound
from kb.store.engine import reading, transaction
from kb.store.topics.record import get_topic
from web.http.contexts import FieldError
from web.http.dependencies import MAX_ID, Id, StaffVisitDep
from web.http.desk.topic_page import Shown, topic_page
from web.http.desk.topic_rows import topic_path
from web.http.frame import NOTICE, UNDO, Visit
from web.http.messages import to_translate
from web.http.paths import with_query
from web.http.replies import redirect

router = APIRouter()

QUEUE = "/desk/topics"
MAX_TICKED = 200
"""Questions ticked on one page at most."""

NOTHING_TICKED = to_translate("Tick at least one question first.")
NO_SUCH_TOPIC = to_translate(
    "There is no topic with this number. Take the one that its page shows."
)

Ticked = Annotated[list[Annotated[int, Form(ge=1, le=MAX_ID)]], Form(max_length=MAX_TICKED)]
OtherId = Annotated[int, Form(ge=1, le=MAX_ID)]


@router.post("/desk/topics/{topic_id}/merge", name="merge topics")
def merge(visit: StaffVisitDep, topic_id: Id, other: OtherId) -> Response:
    """Merge another topic into this one and lead to the one that stays."""
    with transaction(visit.site.engine) as conn:
        done = merge_topics(conn, topic_id, other, viewer=visit.viewer)
    return _lead(visit, topic_path(done.topic_id or topic_id), "topic-merged", done.batch)


@router.post("/desk/topics/{topic_id}/split", name="split topic")
def split(visit: StaffVisitDep, topic_id: Id, question: Ticked = []) -> Response:  # noqa: B006
    """Take the ticked questions into a topic of their own and lead there."""
    if not question:
        return _refused(visit, topic_id, visit.text(NOTHING_TICKED))
    try:
        with transaction(visit.site.engine) as conn:
            done = split_topic(conn, topic_id, question, viewer=visit.viewer)
    except InvalidInput as problem:
        return _refused(visit, topic_id, str(problem))
    return _lead(visit, topic_path(done.new_id or topic_id), "topic-split", done.batch)


@router.post("/desk/topics/{topic_id}/move", name="move questions")
def move(
    visit: StaffVisitDep,
    topic_id: Id,
    question: Ticked = [],  # noqa: B006
    to: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    """Move the ticked questions into another topic; this one stays open."""
    if not question:
        return _refused(visit, topic_id, visit.text(NOTHING_TICKED))
    wanted = to.strip().lstrip("#")
    if not (wanted.isascii() and wanted.isdigit() and 0 < int(wanted) <= MAX_ID):
        return _refused(visit, topic_id, visit.text(NO_SUCH_TOPIC), field="to")
    try:
        with transaction(visit.site.engine) as conn:
            done = move_questions(conn, question, int(wanted), viewer=visit.viewer)
    except (Conflict, InvalidInput, NotFound) as problem:
        return _refused(visit, topic_id, str(problem), field="to")
    return _lead(visit, topic_path(topic_id), "question-moved", done.batch)


@router.post("/desk/topics/{topic_id}/dismiss", name="dismiss topic")
def dismiss(visit: StaffVisitDep, topic_id: Id) -> Response:
    """Take a candidate off the queue."""
    with transaction(visit.site.engine) as conn:
        done = dismiss_topic(conn, topic_id, viewer=visit.viewer)
    return _lead(visit, QUEUE, "dismissed", done.batch)


@router.post("/desk/topics/{topic_id}/restore", name="restore topic")
def restore(visit: StaffVisitDep, topic_id: Id) -> Response:
    """Put a dismissed topic back into the queue."""
    with transaction(visit.site.engine) as conn:
        done = restore_topic(conn, topic_id, viewer=visit.viewer)
    return _lead(visit, topic_path(topic_id), "topic-restored", done.batch)


@router.post("/desk/topics/{topic_id}/attach", name="add wordings to an entry")
def attach(visit: StaffVisitDep, topic_id: Id, entry: OtherId) -> Response:
    """Add a topic's wordings to an entry that answers it; the page then offers to take it back."""
    with transaction(visit.site.engine) as conn:
        attach_topic(conn, topic_id, entry, viewer=visit.viewer)
    return _lead(visit, topic_path(topic_id), "topic-attached")


@router.post("/desk/topics/{topic_id}/detach", name="take wordings back from an entry")
def detach(visit: StaffVisitDep, topic_id: Id) -> Response:
    """Take a topic's wordings away from its entry again."""
    with transaction(visit.site.engine) as conn:
        detach_topic(conn, topic_id, viewer=visit.viewer)
    return _lead(visit, topic_path(topic_id), "topic-detached")


def _lead(visit: Visit, path: str, done: str, batch: str = "") -> RedirectResponse:
    query = {NOTICE: done, UNDO: batch, "locale": visit.locale}
    return redirect(with_query(path, **query))


def _refused(visit: Visit, topic_id: int, message: str, *, field: str = "all-title") -> Response:
    with reading(visit.site.engine) as conn:
        topic = get_topic(conn, topic_id, viewer=visit.viewer)
        shown = Shown(errors=(FieldError(field, message),))
        context = topic_page(conn, topic, visit, shown)
    return visit.page("desk/topic.html", context, status=422)
