"""The agents' page of all that was decided about topics, where each can be taken back."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse
from starlette.responses import RedirectResponse, Response

from kb.desk.regrouping import take_out
from kb.desk.undoing import BuiltUpon, redo_regrouping, undo_regrouping
from kb.errors import Conflict
from kb.store.engine import reading, transaction
from kb.store.grouping.regroupings import (
    SHOWN_CHARS,
    SHOWS,
    get_regrouping,
    list_regroupings,
    regrouping_counts,
)
from web.decided import DecidedAction, Named, SaidPair, tell_actions
from web.http import messages
from web.http.contexts import FieldError, Link, Tab
from web.http.dependencies import FormLine, Id, PageCursor, StaffVisitDep
from web.http.desk.decision_contexts import DecisionRow, DecisionsPage, NamedText, StatementRow
from web.http.frame import NOTICE, UNDO, Visit
from web.http.paging import decode_cursor, encode_cursor
from web.http.paths import with_query
from web.http.replies import redirect

router = APIRouter()

PATH = "/desk/decisions"
CURSOR = "decisions"
PAGE = 30

Show = Literal["all", "stands", "overridden", "undone"]
Batch = Annotated[str, Query(max_length=40)]
Back = Annotated[str, Query(max_length=2_000)]

BUILT_UPON = {
    "merged": messages.MERGED_SINCE,
    "promoted": messages.PROMOTED_SINCE,
    "state": messages.CHANGED_SINCE,
    "undone": messages.UNDONE_ALREADY,
}


@router.get(PATH, response_class=HTMLResponse, name="decisions")
def show_decisions(
    visit: StaffVisitDep,
    show: Show = "all",
    cursor: PageCursor = None,
    at: Batch = "",
) -> HTMLResponse:
    """Show what was decided, the newest first; `at` begins with one decision, by its number."""
    before_id = decode_cursor(CURSOR, cursor)
    if at:
        with reading(visit.site.engine) as conn:
            before_id = get_regrouping(conn, at, viewer=visit.viewer).id + 1
    return visit.page("desk/decisions.html", _page(visit, show, before_id))


@router.post(f"{PATH}/{{batch}}/undo", name="undo decision")
def undo(visit: StaffVisitDep, batch: str, next: FormLine = "", back: Back = "") -> Response:
    """Take an action back and lead to where the agent was."""
    try:
        with transaction(visit.site.engine) as conn:
            undo_regrouping(conn, batch, viewer=visit.viewer)
    except Conflict as problem:
        return _refused(visit, problem)
    return _lead(visit, next or back, "decision-undone", batch)


@router.post(f"{PATH}/{{batch}}/redo", name="redo decision")
def redo(visit: StaffVisitDep, batch: str, next: FormLine = "", back: Back = "") -> Response:
    """Do again what was taken back."""
    try:
        with transaction(visit.site.engine) as conn:
            done = redo_regrouping(conn, batch, viewer=visit.viewer)
    except Conflict as problem:
        return _refused(visit, problem)
    return _lead(visit, next or back, "decision-redone", done.batch)


@router.post("/desk/questions/{question_id}/out", name="take question out")
def out(visit: StaffVisitDep, question_id: Id, next: FormLine = "", back: Back = "") -> Response:
    """Say that a question does not belong to the topic it is in."""
    try:
        with transaction(visit.site.engine) as conn:
            done = take_out(conn, question_id, viewer=visit.viewer)
    except Conflict as problem:
        return _refused(visit, problem)
    return _lead(visit, next or back, "question-out", done.batch)


def desk_path(path: str) -> str:
    """The path if it is one of the desk's, else the page of decisions."""
    plain = path.isascii() and path.isprintable() and "\\" not in path
    return path if plain and path.startswith("/desk/") else PATH


def _lead(visit: Visit, back: str, done: str, batch: str) -> RedirectResponse:
    path, _, query = desk_path(back).partition("?")
    query = f"{query}&" if query else ""
    told = {NOTICE: done, "locale": visit.locale}
    if done != "decision-undone":
        told[UNDO] = batch
    anchor = f"#decision-{batch[:SHOWN_CHARS]}" if path == PATH else ""
    return redirect(f"{path}?{query}{urlencode(told)}{anchor}")


def _refused(visit: Visit, problem: Conflict) -> Response:
    """Return the page with what stands in the way on top."""
    message = str(problem)
    if isinstance(problem, BuiltUpon):
        facts = {"topic": problem.topic_id, "entry": problem.entry_id, "batch": problem.first}
        message = visit.text(BUILT_UPON[problem.what]) % facts
        if problem.first:
            message = f"{message} {visit.text(messages.TAKE_BACK_FIRST) % facts}"
    field = problem.first if isinstance(problem, BuiltUpon) else ""
    context = _page(visit, "all", None, errors=(FieldError(field, message),))
    return visit.page("desk/decisions.html", context, status=409)


def _page(
    visit: Visit, show: str, before_id: int | None, *, errors: tuple[FieldError, ...] = ()
) -> DecisionsPage:
    wanted = "" if show == "all" else show
    with reading(visit.site.engine) as conn:
        counts = regrouping_counts(conn, viewer=visit.viewer)
        found = list_regroupings(
            conn, viewer=visit.viewer, show=wanted, before_id=before_id, limit=PAGE + 1
        )
        told = tell_actions(conn, found[:PAGE], visit.locale, viewer=visit.viewer)
    more = encode_cursor(CURSOR, found[PAGE - 1].id) if len(found) > PAGE else ""
    return DecisionsPage(
        rows=tuple(_row(one) for one in told),
        tabs=tuple(
            Tab(key, _url(key), key == show, counts["" if key == "all" else key])
            for key in ("all", *SHOWS)
        ),
        current=show,
        total=counts[""],
        back=_url(show, encode_cursor(CURSOR, before_id) if before_id is not None else ""),
        errors=errors,
        first_url=_url(show) if before_id is not None else None,
        next_url=_url(show, more) if more else None,
    )


def _url(show: str, cursor: str = "") -> str:
    return with_query(PATH, show=show, cursor=cursor)


def _row(one: DecidedAction) -> DecisionRow:
    done = one.done
    verb = "redo" if done.undone_at else "undo"
    return DecisionRow(
        anchor=f"decision-{done.short}",
        short=done.short,
        action=done.action,
        topic=_topic(one.topic),
        other=_topic(one.other),
        questions=tuple(_text(question) for question in one.questions),
        count=one.count,
        by=done.by_name,
        at=done.at,
        state=one.state,
        act_url=f"{PATH}/{done.batch}/{verb}",
        statements=tuple(_statement(pair) for pair in one.pairs),
        unshown=one.pair_count - len(one.pairs),
        newer=tuple(_newer(batch) for batch in one.overridden_by),
        in_part=one.in_part,
        undone_by=done.undone_by or "",
        undone_at=done.undone_at,
    )


def _statement(pair: SaidPair) -> StatementRow:
    return StatementRow(
        same=pair.kind == "same",
        first=_text(pair.first),
        second=_text(pair.second),
        overridden=pair.overridden,
        newer=_newer(pair.overridden_by) if pair.overridden_by else None,
    )


def _newer(batch: str) -> Link:
    short = batch[:SHOWN_CHARS]
    return Link(short, f"{PATH}?at={short}#decision-{short}")


def _text(named: Named) -> NamedText:
    return NamedText(named.id, named.text, named.lang)


def _topic(named: Named | None) -> NamedText | None:
    if named is None:
        return None
    return NamedText(named.id, named.text, named.lang, f"/desk/topics/{named.id}")
