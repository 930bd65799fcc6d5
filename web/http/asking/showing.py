"""Shows the private page of a question, as it stands or with what was just typed."""

from __future__ import annotations

from collections.abc import Callable

from fastapi.responses import HTMLResponse
from starlette.responses import Response

from kb.asking.conversations import Conversation
from kb.store.engine import reading
from kb.store.questions.conversation import get_conversation
from web.http.asking.question_contexts import QuestionPage
from web.http.asking.question_page import question_page, read_facts
from web.http.contexts import Notice
from web.http.frame import Visit
from web.http.i18n import other_language
from web.http.languages import LOCALE
from web.http.paths import with_query
from web.http.reading.shelf_contexts import ListedLink
from web.http.replies import redirect

DONE = "said"
"""Query parameter that names what was just done on the page."""

NEAR = 3
MIN_NEAR_CHARS = 8
UNANSWERED = ("waits", "held", "open")


def show_question(
    visit: Visit,
    question_id: int,
    token: str,
    *,
    change: Callable[[QuestionPage], QuestionPage] = lambda page: page,
    status: int = 200,
) -> HTMLResponse:
    """The page for who may see it, else NotFound; nobody may keep it or find it by search."""
    with reading(visit.site.engine) as conn:
        conversation = get_conversation(conn, question_id, viewer=visit.viewer, token=token)
        facts = read_facts(conn, visit, conversation)
    shown = change(question_page(visit, conversation, facts, token=token))
    page = visit.page("question/question.html", shown, status=status)
    return keep_private(page)


def keep_private(page: HTMLResponse) -> HTMLResponse:
    """The reply with the headers of a page whose address is a secret."""
    page.headers["cache-control"] = "private, no-store"
    # No other site may learn the address; our own pages may, for the language that was chosen.
    page.headers["referrer-policy"] = "same-origin"
    page.headers["x-robots-tag"] = "noindex, nofollow"
    return page


def back_to(visit: Visit, question_id: int, token: str, *, done: str = "", **more: str) -> Response:
    """Lead to the page of a question and say what was done."""
    pairs = {"token": token, DONE: done, **more, LOCALE: visit.locale}
    return redirect(with_query(f"/q/{question_id}", **pairs))


def near_entries(visit: Visit, title: str) -> tuple[ListedLink, ...]:
    """The entries that may answer a question meanwhile, none where the search is unsure."""
    if len(title) < MIN_NEAR_CHARS:
        return ()
    found = visit.site.live.searcher.search(
        title, viewer=visit.viewer, limit=NEAR, lang=visit.locale
    )
    return tuple(
        ListedLink(hit.title, hit.url, lang=other_language(hit.lang, locale=visit.locale))
        for hit in found.hits
        if hit.type == "entry"
    )


def say(visit: Visit, text: str, undo_url: str | None = None) -> Notice:
    """A notice in the language of the page."""
    return Notice(visit.text(text), undo_url)


def open_conversation(visit: Visit, question_id: int, token: str) -> Conversation:
    """The conversation for who may see it; raises NotFound for everybody else."""
    with reading(visit.site.engine) as conn:
        return get_conversation(conn, question_id, viewer=visit.viewer, token=token)
