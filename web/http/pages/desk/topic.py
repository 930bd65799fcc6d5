"""One topic with all that explains it, and making an entry of it."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query
from fastapi.responses import HTMLResponse
from starlette.responses import RedirectResponse, Response

from kb.addresses import entry_path
from kb.desk.promotion import Promotion, promote_topic
from kb.desk.rewriting import is_machine_made
from kb.errors import InvalidInput, NotFound
from kb.store.engine import reading, transaction
from kb.store.topics.record import get_topic
from web.http import messages
from web.http.contexts import FieldError
from web.http.dependencies import Id, StaffVisitDep
from web.http.desk.draft_contexts import PromoteForm
from web.http.desk.quoted_replies import form_from
from web.http.desk.topic_page import CURSOR, Shown, topic_page
from web.http.desk.topic_rows import topic_path
from web.http.frame import NOTICE, Visit
from web.http.paging import decode_cursor
from web.http.replies import redirect

router = APIRouter()

QUEUE = "/desk/topics"


@router.get("/desk/topics/{topic_id}", response_class=HTMLResponse, name="topic")
def show_topic(
    visit: StaffVisitDep,
    topic_id: Id,
    start: Literal["draft", "rewriting", ""] = "",
    members: Annotated[str | None, Query(max_length=300)] = None,
) -> Response:
    """Show a topic with its evidence; one that was merged leads to what it became.

    `start` puts the draft or a machine's wording of it into the form, for a person to edit;
    `members` is the place in the list of all its questions.
    """
    place = decode_cursor(CURSOR, members) or 0
    with reading(visit.site.engine) as conn:
        try:
            topic = get_topic(conn, topic_id, viewer=visit.viewer)
        except NotFound:
            if NOTICE not in visit.request.query_params:
                raise
            # What was just taken back may be what made this topic.
            return _elsewhere(visit, QUEUE)
        if topic.id != topic_id:
            return _elsewhere(visit, topic_path(topic.id))
        form = form_from(topic, start) if start else None
        context = topic_page(conn, topic, visit, Shown(form, start=place))
    return visit.page("desk/topic.html", context)


def _elsewhere(visit: Visit, path: str) -> RedirectResponse:
    """Lead on with the notice; never for good, since a merge may be taken back."""
    query = visit.request.url.query
    return redirect(f"{path}?{query}" if query else path)


@router.post("/desk/topics/{topic_id}/promote", name="promote topic")
def promote(
    visit: StaffVisitDep,
    topic_id: Id,
    title: Annotated[str, Form()] = "",
    answer: Annotated[str, Form()] = "",
    action: Annotated[Literal["publish", "draft"], Form()] = "draft",
    checked: Annotated[bool, Form()] = False,
) -> Response:
    """Make an entry of a topic and lead to it; on errors the form keeps what was typed."""
    publish = action == "publish"
    promotion = Promotion(
        answer=answer.strip(), title=title.strip(), publish=publish, checked=checked
    )
    errors = [] if promotion.title else [FieldError("title", visit.text(messages.TITLE_MISSING))]
    if publish and not promotion.answer:
        errors.append(FieldError("answer", visit.text(messages.ANSWER_MISSING)))
    if not errors:
        try:
            with transaction(visit.site.engine) as conn:
                entry_id = promote_topic(conn, topic_id, promotion, viewer=visit.viewer)
            path = entry_path(entry_id, promotion.title)
            done = urlencode({"done": "published" if publish else "drafted"})
            return redirect(f"{path}?{done}&locale={visit.locale}")
        except InvalidInput as problem:
            name = problem.field if problem.field in ("answer", "checked") else "title"
            errors.append(FieldError(name, str(problem)))
    with reading(visit.site.engine) as conn:
        topic = get_topic(conn, topic_id, viewer=visit.viewer)
        form = PromoteForm(
            f"{topic_path(topic.id)}/promote",
            promotion.title,
            promotion.answer,
            tuple(errors),
            machine_made=is_machine_made(topic, promotion.answer),
        )
        context = topic_page(conn, topic, visit, Shown(form))
    return visit.page("desk/topic.html", context, status=422)
