"""Putting files on an entry, taking them off, and showing an entry first on the home page."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, File, Form, UploadFile
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from kb.attachments import MAX_LABEL_CHARS, FileRefused
from kb.errors import InvalidInput
from kb.store.attachments.of_entries import add_entry_file, drop_entry_file
from kb.store.engine import reading, transaction
from kb.store.entries.pins import set_pinned
from kb.store.entries.reading import get_entry
from kb.visible_text import one_line
from web.http.contexts import FieldError
from web.http.dependencies import Id, StaffVisitDep
from web.http.frame import Visit
from web.http.messages import to_translate
from web.http.pages.reading.entry import TEMPLATE, back_to_entry, id_in
from web.http.reading.entry_pages import entry_page
from web.http.reading.file_refusals import MISSING, refusal_text
from web.http.reading.uploads import checked_files

router = APIRouter()

LABEL_TOO_LONG = to_translate("Shorten the name that readers see to 200 characters.")
TOO_MANY_FILES = to_translate("The entry has 50 files already. Remove one first.")

Uploads = Annotated[list[UploadFile], File()]


@router.post("/faq/{place}/files", response_class=HTMLResponse, name="add files")
def add_files(
    visit: StaffVisitDep,
    place: str,
    files: Uploads = [],  # noqa: B006 (FastAPI copies it)
    label: Annotated[str, Form(max_length=2_000)] = "",
) -> Response:
    """Put files on an entry; a refusal says which and why, and keeps the label."""
    entry_id = id_in(place)
    with reading(visit.site.engine) as conn:
        get_entry(conn, entry_id, viewer=visit.viewer)
    label = one_line(label)
    try:
        checked = checked_files(files)
        if not checked:
            return _refused(visit, entry_id, label, FieldError("files", visit.text(MISSING)))
        if len(label) > MAX_LABEL_CHARS:
            error = FieldError("label", visit.text(LABEL_TOO_LONG))
            return _refused(visit, entry_id, label, error)
        with transaction(visit.site.engine) as conn:
            for file in checked:
                add_entry_file(conn, entry_id, file, viewer=visit.viewer, label=label)
            return back_to_entry(conn, entry_id, visit, "entry-files")
    except FileRefused as refused:
        error = FieldError("files", refusal_text(refused, visit.text))
    except InvalidInput:
        error = FieldError("files", visit.text(TOO_MANY_FILES))
    return _refused(visit, entry_id, label, error)


def _refused(visit: Visit, entry_id: int, label: str, error: FieldError) -> Response:
    with reading(visit.site.engine) as conn:
        context = entry_page(conn, get_entry(conn, entry_id, viewer=visit.viewer), visit)
    assert context.team is not None
    editor = replace(context.team.files, label=label, errors=(error,))
    context = replace(context, team=replace(context.team, files=editor))
    return visit.page(TEMPLATE, context, status=422)


@router.post("/faq/{place}/files/{attachment_id}/remove", name="remove file")
def remove_file(visit: StaffVisitDep, place: str, attachment_id: Id) -> Response:
    """Take a file off an entry, and lead back."""
    entry_id = id_in(place)
    with transaction(visit.site.engine) as conn:
        drop_entry_file(conn, entry_id, attachment_id, viewer=visit.viewer)
        return back_to_entry(conn, entry_id, visit, "entry-files")


@router.post("/faq/{place}/pin", name="pin on home")
def pin(visit: StaffVisitDep, place: str) -> Response:
    """Show an entry first on the home page, and lead back."""
    return _pin(visit, place, pinned=True)


@router.post("/faq/{place}/unpin", name="unpin from home")
def unpin(visit: StaffVisitDep, place: str) -> Response:
    """No longer show an entry first on the home page, and lead back."""
    return _pin(visit, place, pinned=False)


def _pin(visit: Visit, place: str, *, pinned: bool) -> Response:
    entry_id = id_in(place)
    with transaction(visit.site.engine) as conn:
        set_pinned(conn, entry_id, pinned=pinned, viewer=visit.viewer)
        return back_to_entry(conn, entry_id, visit, "team")
