"""The agents' page of what takes no part in topics, and the words that change it."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import parse_qsl, urlencode, urlsplit

from fastapi import APIRouter, Form, Query
from fastapi.responses import HTMLResponse
from starlette.responses import RedirectResponse, Response

from kb.desk.noise import REASONS, Word, say_noise, undo_noise
from kb.errors import Conflict
from kb.store.engine import reading, transaction
from kb.store.questions.noise import QUESTION, SetAside, list_set_aside, noise_counts
from web.http.contexts import FieldError, Tab
from web.http.dependencies import MAX_ID, Id, StaffVisitDep
from web.http.desk.noise_contexts import NoisePage, NoiseRow
from web.http.frame import NOTICE, UNDO, Visit
from web.http.messages import to_translate
from web.http.paging import decode_cursor, encode_cursor
from web.http.paths import with_query
from web.http.replies import redirect

router = APIRouter()

PATH = "/desk/noise"
DESK = "/desk/"
CURSOR = "noise"
PAGE = 50
TEXT_CHARS = 360
ALL = "all"

NOTHING_TICKED = to_translate("Tick at least one message first.")

Shown = Word | Literal["all"]
Reason = Word | Literal[""]
Back = Annotated[str, Form(max_length=500)]
CursorField = Annotated[str | None, Query(max_length=300)]


@router.get(PATH, response_class=HTMLResponse, name="noise")
def show_noise(
    visit: StaffVisitDep, reason: Shown = "all", cursor: CursorField = None
) -> HTMLResponse:
    """Show what the rules and people keep out of topics, newest first, all or by reason."""
    start = decode_cursor(CURSOR, cursor) or 0
    return visit.page("desk/noise.html", _page(visit, reason, start))


@router.post(PATH, name="say what is noise")
def say(
    visit: StaffVisitDep,
    reason: Annotated[Reason, Form()],
    question: Annotated[list[int], Form(max_length=PAGE)] = [],  # noqa: B006
    only: Annotated[int | None, Form(ge=1, le=MAX_ID)] = None,
    back: Back = PATH,
) -> Response:
    """Say one thing of all ticked messages, or of the one whose own button was pressed."""
    chosen = [only] if only is not None else [one for one in question if 0 < one <= MAX_ID]
    if not chosen:
        asked = dict(parse_qsl(urlsplit(back).query)).get("reason", ALL)
        current = asked if asked in (*REASONS, QUESTION) else ALL
        errors = (FieldError("messages", visit.text(NOTHING_TICKED)),)
        return visit.page("desk/noise.html", _page(visit, current, 0, errors=errors), status=422)
    return _say(visit, chosen, reason, back)


@router.post("/desk/questions/{question_id}/noise", name="say whether it is a question")
def say_of_one(
    visit: StaffVisitDep,
    question_id: Id,
    reason: Annotated[Reason, Form()] = "no_question",
    back: Back = PATH,
) -> Response:
    """Say of one question that it is none, and why, or that it is one after all."""
    return _say(visit, [question_id], reason, back)


@router.post(f"{PATH}/{{batch}}/undo", name="take back what was said of noise")
def undo(
    visit: StaffVisitDep, batch: str, back: Annotated[str, Query(max_length=500)] = PATH
) -> Response:
    """Take one word back."""
    with transaction(visit.site.engine) as conn:
        undo_noise(conn, batch, viewer=visit.viewer)
    return _back(visit, back, {NOTICE: "noise-undone"})


def _say(visit: Visit, ids: list[int], reason: str, back: str) -> Response:
    done = "taken-in" if reason == QUESTION else "set-aside"
    try:
        with transaction(visit.site.engine) as conn:
            batch = say_noise(conn, ids, reason or None, viewer=visit.viewer)
    except Conflict:
        # Somebody else said the same a moment ago: what was wanted stands.
        return _back(visit, back, {NOTICE: done})
    return _back(visit, back, {NOTICE: done, UNDO: batch})


def _back(visit: Visit, back: str, done: dict[str, str]) -> RedirectResponse:
    """Lead to a desk page of this site, whatever the form says."""
    parts = urlsplit(back)
    path = parts.path if parts.path.startswith(DESK) and not parts.netloc else PATH
    kept = [pair for pair in parse_qsl(parts.query) if pair[0] not in (NOTICE, UNDO, "locale")]
    query = urlencode([*kept, *done.items(), ("locale", visit.locale)])
    return redirect(f"{path}?{query}")


def _page(
    visit: Visit, current: str, start: int, *, errors: tuple[FieldError, ...] = ()
) -> NoisePage:
    reason = None if current == ALL else current
    with reading(visit.site.engine) as conn:
        counts = noise_counts(conn, viewer=visit.viewer)
        found = list_set_aside(
            conn, viewer=visit.viewer, reason=reason, offset=start, limit=PAGE + 1
        )
    kept_out = sum(count for key, count in counts.items() if key != QUESTION)
    shown = {ALL: kept_out, **{key: counts.get(key, 0) for key in (*REASONS, QUESTION)}}
    here = _url(current, start)
    return NoisePage(
        rows=tuple(_row(one) for one in found[:PAGE]),
        tabs=tuple(
            Tab(key, _url(key), key == current, count)
            for key, count in shown.items()
            if count or key in (ALL, current)
        ),
        current=current,
        kept_out=kept_out,
        back=here,
        errors=errors,
        first_url=_url(current) if start else None,
        next_url=_url(current, start + PAGE) if len(found) > PAGE else None,
    )


def _url(reason: str, start: int = 0) -> str:
    cursor = encode_cursor(CURSOR, start) if start else ""
    return with_query(PATH, reason="" if reason == ALL else reason, cursor=cursor)


def _row(one: SetAside) -> NoiseRow:
    question = one.question
    text = " ".join(question.body.split())
    origin = question.source
    if question.channel != question.source:
        origin = f"{question.channel} {question.source}"
    return NoiseRow(
        id=question.id,
        subject=question.subject,
        text=text if len(text) <= TEXT_CHARS else f"{text[:TEXT_CHARS].rstrip()} …",
        lang=question.lang,
        origin=origin,
        asked_on=question.asked_at.date(),
        reason=one.said or question.noise or "",
        said_by=one.said_by if one.said is not None else "",
        said_on=one.said_at.date() if one.said_at and one.said is not None else None,
    )
