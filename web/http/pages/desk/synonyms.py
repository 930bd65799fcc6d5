"""The agents' page for synonyms: the words that search counts as the same."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query
from fastapi.responses import HTMLResponse
from starlette.responses import RedirectResponse, Response

from kb.errors import Conflict, InvalidInput
from kb.searches.synonyms import ONE_WAY, SynonymGroup, parse_group
from kb.store.engine import reading, transaction
from kb.store.searches.synonyms import add_synonym_group, list_synonyms, remove_synonyms
from web.http import messages
from web.http.contexts import FieldError, Notice
from web.http.dependencies import Id, PageCursor, StaffVisitDep
from web.http.desk.synonym_contexts import LanguageChoice, SynonymRow, SynonymsPage
from web.http.frame import Visit
from web.http.i18n import LOCALES, own_name
from web.http.paging import decode_cursor, encode_cursor
from web.http.paths import with_query
from web.http.replies import redirect

router = APIRouter()

PAGE = 100
MAX_LINE_CHARS = 2_000
"""Twenty terms of eighty characters and what stands between them."""

PATH = "/desk/synonyms"
CURSOR = "synonyms"

Typed = Annotated[str, Query(max_length=200)]
Line = Annotated[str, Form(max_length=MAX_LINE_CHARS)]
LangField = Annotated[str, Form(max_length=12)]


@router.get(PATH, response_class=HTMLResponse, name="synonyms")
def show_synonyms(
    visit: StaffVisitDep,
    q: Typed = "",
    cursor: PageCursor = None,
    removed: Annotated[str, Query(max_length=MAX_LINE_CHARS)] = "",
    added: Annotated[int, Query(ge=0)] = 0,
) -> HTMLResponse:
    """Show the groups that hold what is looked for, the newest first, and the form for a new one.

    `added` and `removed` say what was just done; a removed group can be brought back.
    """
    notice = None
    if removed:
        undo_url = f"{PATH}/restore?{urlencode({'line': removed, 'locale': visit.locale})}"
        notice = Notice(visit.text(messages.SYNONYMS_REMOVED), undo_url)
    elif added:
        notice = Notice(visit.text(messages.SYNONYMS_ADDED))
    start = decode_cursor(CURSOR, cursor) or 0
    return visit.page("desk/synonyms.html", _page(visit, q, start, notice=notice))


@router.post(PATH, name="add synonyms")
def add(visit: StaffVisitDep, terms: Line = "", lang: LangField = "") -> Response:
    """Add a group and show it; on errors the form keeps what was typed."""
    try:
        group = parse_group(terms, lang=lang or None)
        with transaction(visit.site.engine) as conn:
            group_id = add_synonym_group(conn, group, viewer=visit.viewer)
    except (InvalidInput, Conflict) as problem:
        errors = (FieldError("terms", _said(visit, problem)),)
        context = _page(visit, "", 0, typed=terms, lang=lang, errors=errors)
        return visit.page("desk/synonyms.html", context, status=422)
    return _back(visit, {"added": str(group_id)}, f"group-{group_id}")


@router.post(f"{PATH}/{{group_id}}/remove", name="remove synonyms")
def remove(visit: StaffVisitDep, group_id: Id) -> Response:
    """Remove a group; the page offers to bring it back."""
    with transaction(visit.site.engine) as conn:
        group = remove_synonyms(conn, group_id, viewer=visit.viewer)
    return _back(visit, {"removed": group.line})


@router.post(f"{PATH}/restore", name="restore synonyms")
def restore(
    visit: StaffVisitDep, line: Annotated[str, Query(max_length=MAX_LINE_CHARS)]
) -> Response:
    """Bring a removed group back."""
    with transaction(visit.site.engine) as conn:
        group_id = add_synonym_group(conn, parse_group(line), viewer=visit.viewer)
    return _back(visit, {"added": str(group_id)}, f"group-{group_id}")


def _back(visit: Visit, done: dict[str, str], anchor: str = "") -> RedirectResponse:
    query = urlencode({**done, "locale": visit.locale})
    place = f"#{anchor}" if anchor else ""
    return redirect(f"{PATH}?{query}{place}")


def _said(visit: Visit, problem: InvalidInput | Conflict) -> str:
    """What is wrong, in the language of the page where that can be said shortly."""
    if isinstance(problem, Conflict):
        return visit.text(messages.SYNONYMS_KNOWN)
    full = problem.field is None
    return visit.text(messages.SYNONYMS_FULL if full else messages.SYNONYMS_WRONG)


def _page(
    visit: Visit,
    q: str,
    start: int,
    *,
    typed: str = "",
    lang: str = "",
    errors: tuple[FieldError, ...] = (),
    notice: Notice | None = None,
) -> SynonymsPage:
    with reading(visit.site.engine) as conn:
        groups = list_synonyms(conn, viewer=visit.viewer)
    wanted = q.strip().casefold()
    found = [
        group
        for group in reversed(groups)
        if any(wanted in term.casefold() for term in group.terms)
    ]
    more = encode_cursor(CURSOR, start + PAGE)
    return SynonymsPage(
        rows=tuple(_row(group, visit) for group in found[start : start + PAGE]),
        total=len(groups),
        found=len(found),
        q=q,
        terms=typed,
        languages=_languages(visit, groups, lang),
        errors=errors,
        notice=notice,
        first_url=with_query(PATH, q=q) if start else None,
        next_url=with_query(PATH, q=q, cursor=more) if len(found) > start + PAGE else None,
    )


def _row(group: SynonymGroup, visit: Visit) -> SynonymRow:
    added_on: date | None = group.created_at.date() if group.created_at else None
    return SynonymRow(
        anchor=f"group-{group.id}",
        terms=group.terms,
        one_way=group.kind == ONE_WAY,
        language=own_name(group.lang) if group.lang else "",
        lang=group.lang,
        added_by=group.by_name,
        added_on=added_on,
        remove_url=f"{PATH}/{group.id}/remove",
    )


def _languages(visit: Visit, groups: list[SynonymGroup], chosen: str) -> tuple[LanguageChoice, ...]:
    """Every language, ours, those of the index and those that groups have already."""
    snapshot = visit.site.live.snapshot
    known = {*LOCALES, *(group.lang for group in groups if group.lang)}
    known |= snapshot.langs() if snapshot is not None else set()
    every = LanguageChoice("", visit.text(messages.EVERY_LANGUAGE), not chosen)
    own = sorted((own_name(code), code) for code in known)
    return (every, *(LanguageChoice(code, label, code == chosen) for label, code in own))
