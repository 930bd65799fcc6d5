"""The agents' page of entries that say the same or contradict each other."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query
from fastapi.responses import HTMLResponse
from markupsafe import Markup
from sqlalchemy import Connection
from starlette.responses import RedirectResponse, Response

from kb.access import PUBLIC
from kb.addresses import entry_path
from kb.clock import utc_now
from kb.desk.merging import merge_entries, undo_merge
from kb.entries import Entry, Phrasing
from kb.errors import InvalidInput
from kb.store.engine import reading, transaction
from kb.store.entries.phrasings import phrasings_of
from kb.store.entries.reading import entries_by_id
from kb.store.entries.use import EntryUse, use_of_entries
from kb.store.merging.findings import (
    EntryFinding,
    dismiss_finding,
    finding_counts,
    get_finding,
    list_findings,
    reopen_finding,
)
from kb.store.merging.merges import EntryMerge, count_merges, list_merges
from web.http import messages
from web.http.contexts import Notice, Tab
from web.http.dependencies import MAX_ID, Id, PageCursor, StaffVisitDep
from web.http.desk.audit_contexts import AuditPage, AuditPair, AuditSide, MergeRow
from web.http.frame import Visit
from web.http.markdown import render_markdown
from web.http.paging import decode_cursor, encode_cursor
from web.http.replies import redirect

router = APIRouter()

PATH = "/desk/audit"
CURSOR = "audit"
PAGE = 20
SHARED_SHOWN = 5
HEADING_ID = re.compile(r'(?<=<h[2-4]) id="[^"]*"')
"""Two answers with the same heading stand on one page."""

Show = Literal["open", "dismissed", "merged"]
SHOWS: tuple[Show, ...] = ("open", "dismissed", "merged")
Done = Literal["merged", "dismissed", "reopened", "undone", ""]
SAID = {
    "merged": messages.ENTRIES_MERGED,
    "dismissed": messages.FINDING_DISMISSED,
    "reopened": messages.FINDING_REOPENED,
    "undone": messages.MERGE_UNDONE,
}


@router.get(PATH, response_class=HTMLResponse, name="audit")
def show_audit(
    visit: StaffVisitDep,
    show: Show = "open",
    cursor: PageCursor = None,
    said: Done = "",
    number: Annotated[int, Query(ge=0, le=MAX_ID)] = 0,
) -> HTMLResponse:
    """Show the pairs that are open, were dismissed, or the merges; the gravest or newest first.

    `said` and `number` name what was just done, so that it can be undone.
    """
    start = decode_cursor(CURSOR, cursor) or 0
    with reading(visit.site.engine) as conn:
        counts = finding_counts(conn) | {"merged": count_merges(conn)}
        pairs: tuple[AuditPair, ...] = ()
        merges: tuple[MergeRow, ...] = ()
        if show == "merged":
            found = list_merges(conn, viewer=visit.viewer, offset=start, limit=PAGE + 1)
            more = len(found) > PAGE
            merges = _merges(conn, found[:PAGE], visit)
        else:
            listed = list_findings(
                conn, viewer=visit.viewer, state=show, offset=start, limit=PAGE + 1
            )
            more = len(listed) > PAGE
            pairs = _pairs(conn, listed[:PAGE], visit)
    context = AuditPage(
        show=show,
        tabs=tuple(
            Tab(f"audit-{one}", _url(one), one == show, counts.get(one, 0)) for one in SHOWS
        ),
        pairs=pairs,
        merges=merges,
        notice=_notice(visit, said, number),
        first_url=_url(show) if start else None,
        next_url=_url(show, cursor=encode_cursor(CURSOR, start + PAGE)) if more else None,
    )
    return visit.page("desk/audit.html", context)


@router.post(f"{PATH}/{{finding_id}}/merge", name="merge audited entries")
def merge(
    visit: StaffVisitDep, finding_id: Id, keep: Annotated[int, Form(ge=1, le=MAX_ID)]
) -> Response:
    """Merge the two entries of a finding into the one to keep."""
    with transaction(visit.site.engine) as conn:
        finding = get_finding(conn, finding_id, viewer=visit.viewer)
        pair = (finding.entry_a, finding.entry_b)
        if keep not in pair:
            raise InvalidInput("the entry to keep is one of the two", field="keep")
        (gone,) = set(pair) - {keep}
        merge_id = merge_entries(conn, gone, keep, viewer=visit.viewer)
    return _back(visit, "open", "merged", merge_id)


@router.post(f"{PATH}/{{finding_id}}/dismiss", name="dismiss a finding")
def dismiss(visit: StaffVisitDep, finding_id: Id) -> Response:
    """Say that the two are different; it stays so until one of them says something else."""
    with transaction(visit.site.engine) as conn:
        dismiss_finding(conn, finding_id, viewer=visit.viewer)
    return _back(visit, "open", "dismissed", finding_id)


@router.post(f"{PATH}/{{finding_id}}/reopen", name="open a finding again")
def reopen(visit: StaffVisitDep, finding_id: Id) -> Response:
    """Take a dismissal back."""
    with transaction(visit.site.engine) as conn:
        reopen_finding(conn, finding_id, viewer=visit.viewer)
    return _back(visit, "open", "reopened", finding_id)


@router.post(f"{PATH}/merges/{{merge_id}}/undo", name="undo a merge of entries")
def undo(visit: StaffVisitDep, merge_id: Id) -> Response:
    """Take a merge back."""
    with transaction(visit.site.engine) as conn:
        undo_merge(conn, merge_id, viewer=visit.viewer)
    return _back(visit, "merged", "undone", merge_id)


def _url(show: str, **more: str) -> str:
    return f"{PATH}?{urlencode({'show': show} | more)}"


def _back(visit: Visit, show: str, said: str, number: int) -> RedirectResponse:
    more = {"said": said, "number": str(number), "locale": visit.locale}
    return redirect(_url(show, **more))


def _notice(visit: Visit, said: str, number: int) -> Notice | None:
    if not said:
        return None
    undo_url = None
    if number:
        locale = urlencode({"locale": visit.locale})
        undo_url = {
            "merged": f"{PATH}/merges/{number}/undo?{locale}",
            "dismissed": f"{PATH}/{number}/reopen?{locale}",
        }.get(said)
    return Notice(visit.text(SAID[said]), undo_url)


def _pairs(
    conn: Connection, findings: Sequence[EntryFinding], visit: Visit
) -> tuple[AuditPair, ...]:
    ids = sorted({one for found in findings for one in (found.entry_a, found.entry_b)})
    entries = entries_by_id(conn, ids, viewer=visit.viewer)
    wordings = phrasings_of(conn, ids)
    use = use_of_entries(conn, ids)
    return tuple(
        _pair(found, entries, wordings, use)
        for found in findings
        if found.entry_a in entries and found.entry_b in entries
    )


def _pair(
    finding: EntryFinding,
    entries: Mapping[int, Entry],
    wordings: Mapping[int, Sequence[Phrasing]],
    use: Mapping[int, EntryUse],
) -> AuditPair:
    ids = (finding.entry_a, finding.entry_b)
    texts = [{one.text_hash: one.text for one in wordings.get(entry_id, ())} for entry_id in ids]
    shared = [text for key, text in texts[0].items() if key in texts[1]]
    quoted = ("sentence_a", "sentence_b")
    sides = tuple(
        _side(entries[entry_id], use[entry_id], len(own), str(finding.facts.get(key, "")))
        for entry_id, own, key in zip(ids, texts, quoted, strict=True)
    )
    return AuditPair(
        anchor=f"finding-{finding.id}",
        kind=finding.kind,
        sides=(sides[0], sides[1]),
        action=f"{PATH}/{finding.id}",
        questions_percent=_percent(finding.facts, "similarity"),
        answers_percent=_percent(finding.facts, "answers"),
        shared=tuple(shared[:SHARED_SHOWN]),
        closed_by=finding.closed_by or "",
        closed_on=finding.closed_at.date() if finding.closed_at else None,
    )


def _percent(facts: Mapping[str, Any], name: str) -> int | None:
    value = facts.get(name)
    return None if value is None else round(100 * float(value))


def _side(entry: Entry, use: EntryUse, wordings: int, quoted: str) -> AuditSide:
    return AuditSide(
        id=entry.id,
        title=entry.title,
        url=entry_path(entry.id, entry.title),
        lang=entry.locale,
        answer=Markup(HEADING_ID.sub("", render_markdown(entry.answer).html)),
        opened=use.opened,
        yes=use.yes,
        no=use.no,
        wordings=wordings,
        audience="" if entry.audience == PUBLIC else entry.audience,
        product=entry.product_name,
        category=entry.category_name,
        reviewed_on=entry.reviewed_at.date() if entry.reviewed_at else None,
        quoted=quoted,
    )


def _merges(conn: Connection, found: Sequence[EntryMerge], visit: Visit) -> tuple[MergeRow, ...]:
    ids = sorted({one for merge in found for one in (merge.from_id, merge.into_id)})
    entries = entries_by_id(conn, ids, viewer=visit.viewer)
    return tuple(
        _merge_row(one, entries[one.from_id], entries[one.into_id])
        for one in found
        if one.from_id in entries and one.into_id in entries
    )


def _merge_row(merge: EntryMerge, gone: Entry, stays: Entry) -> MergeRow:
    can_undo = merge.undone_at is None and utc_now() <= merge.undo_until
    return MergeRow(
        title=gone.title,
        into_title=stays.title,
        into_url=entry_path(stays.id, stays.title),
        by=merge.by_name,
        on=merge.at.date(),
        wordings=len(merge.moved.get("phrasings", ())),
        undo_url=f"{PATH}/merges/{merge.id}/undo" if can_undo else None,
        undo_until=merge.undo_until.date() if can_undo else None,
        undone_by=merge.undone_by or "",
        undone_on=merge.undone_at.date() if merge.undone_at else None,
    )
