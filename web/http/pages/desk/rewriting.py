"""The agents' button that has a topic's draft reworded by the endpoint of the settings."""

from __future__ import annotations

from dataclasses import replace

from fastapi import APIRouter
from starlette.responses import Response

from kb.errors import Unavailable
from kb.store.engine import reading
from kb.store.topics.record import get_topic
from web.http.dependencies import Id, StaffVisitDep
from web.http.desk.topic_contexts import TopicPage
from web.http.desk.topic_page import topic_page
from web.http.frame import Visit
from web.http.replies import redirect
from web.http.rewriters import rewritten_for

router = APIRouter()


@router.post("/desk/topics/{topic_id}/rewrite", name="rewrite draft")
def rewrite(visit: StaffVisitDep, topic_id: Id) -> Response:
    """Have the draft reworded and lead back to it; where that fails the page says why."""
    try:
        rewritten_for(visit.site, topic_id, viewer=visit.viewer)
    except Unavailable as problem:
        context = _page_with(visit, topic_id, str(problem))
        return visit.page("desk/topic.html", context, status=503)
    target = f"/desk/topics/{topic_id}?locale={visit.locale}#rewriting-title"
    return redirect(target)


def _page_with(visit: Visit, topic_id: int, problem: str) -> TopicPage:
    with reading(visit.site.engine) as conn:
        topic = get_topic(conn, topic_id, viewer=visit.viewer)
        context = topic_page(conn, topic, visit)
    draft = context.draft
    if draft is None or draft.rewriting is None:
        return context
    shown = replace(draft.rewriting, problem=problem)
    return replace(context, draft=replace(draft, rewriting=shown))
