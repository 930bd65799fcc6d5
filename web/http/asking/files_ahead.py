"""Files of a question form that has to be sent again: browsers do not keep them, so we do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import UploadFile

from kb.attachments import (
    MAX_FILE_BYTES,
    Attachment,
    CheckedFile,
    FileRefused,
    Refusal,
    check_file,
)
from kb.store.attachments.files import add_attachment, waiting_bytes
from kb.store.engine import reading, transaction
from kb.store.questions.waiting import files_ahead
from web.http.asking import texts
from web.http.asking.receiving import spend
from web.http.asking.stamps import new_parcel, read_parcel, sign_parcel
from web.http.contexts import FieldError
from web.http.frame import Visit
from web.http.rate_limits import Allowance
from web.http.reading.file_refusals import refusal_text

MAX_WAITING_BYTES = 1_000_000_000
"""Files of guests who have confirmed nothing, all together; so programs cannot fill the disk."""


@dataclass(frozen=True, slots=True)
class FilesAhead:
    """The files that came before and are still wanted; `signed` is what the form carries."""

    number: int | None = None
    signed: str = ""
    files: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class CheckedUploads:
    """The files that are taken, and what is wrong with the others."""

    files: tuple[CheckedFile, ...] = ()
    errors: tuple[FieldError, ...] = ()


def read_ahead(visit: Visit, signed: str, keep: Sequence[int]) -> FilesAhead:
    """The files that a form names; none for a word that is not ours or too old."""
    number = read_parcel(visit.site, signed)
    if number is None:
        return FilesAhead()
    with reading(visit.site.engine) as conn:
        found = tuple(one for one in files_ahead(conn, number) if one.id in keep)
    return FilesAhead(number, signed, found)


def check_uploads(visit: Visit, uploads: Sequence[UploadFile], *, room: int) -> CheckedUploads:
    """Check each file for itself, so that one bad file does not lose the others.

    `room` is how many are taken; beyond it none is. Call it in a thread: pictures are drawn
    anew. Raises TooMany for who sends files too often.
    """
    chosen = [one for one in uploads if one.filename]
    if chosen:
        spend(visit, Allowance.UPLOAD)
    if chosen and visit.viewer.account_id is None and _is_full(visit):
        return CheckedUploads(errors=(FieldError("files", visit.text(texts.NO_ROOM)),))
    if len(chosen) > room:
        return CheckedUploads(errors=(_error(visit, FileRefused(Refusal.TOO_MANY, "")),))
    files, errors = [], []
    for one in chosen:
        try:
            files.append(check_file(one.filename or "", one.file.read(MAX_FILE_BYTES + 1)))
        except FileRefused as refused:
            errors.append(_error(visit, refused))
    return CheckedUploads(tuple(files), tuple(errors))


def _is_full(visit: Visit) -> bool:
    with reading(visit.site.engine) as conn:
        return waiting_bytes(conn) > MAX_WAITING_BYTES


def keep_ahead(visit: Visit, ahead: FilesAhead, checked: CheckedUploads) -> FilesAhead:
    """Keep new files for the time when the form comes again, for a day."""
    if not checked.files:
        return ahead
    number = ahead.number or new_parcel()
    with transaction(visit.site.engine) as conn:
        new = tuple(
            add_attachment(conn, "question", -number, one, by_id=visit.viewer.account_id)
            for one in checked.files
        )
    signed = ahead.signed or sign_parcel(visit.site, number)
    return FilesAhead(number, signed, ahead.files + new)


def _error(visit: Visit, refused: FileRefused) -> FieldError:
    return FieldError("files", refusal_text(refused, visit.text))
