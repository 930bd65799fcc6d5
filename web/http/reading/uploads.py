"""Files out of a form, checked before anything is stored."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import UploadFile

from kb.attachments import (
    MAX_FILE_BYTES,
    MAX_FILES_AT_ONCE,
    CheckedFile,
    FileRefused,
    Refusal,
    check_file,
)


def checked_files(uploads: Sequence[UploadFile]) -> list[CheckedFile]:
    """The files of a form that were chosen, in order, as they may be kept.

    An empty field of a form is no file. Call it in a thread: pictures are drawn anew. Raises
    FileRefused for the first file that is not taken, and for more than five.
    """
    chosen = [one for one in uploads if one.filename]
    if len(chosen) > MAX_FILES_AT_ONCE:
        raise FileRefused(Refusal.TOO_MANY, "")
    return [check_file(one.filename or "", one.file.read(MAX_FILE_BYTES + 1)) for one in chosen]
