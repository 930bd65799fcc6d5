"""Files of entries: what there is, adding one, taking one off."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

from fastapi import APIRouter, File, Form, UploadFile
from pydantic import BaseModel, Field
from starlette.responses import Response

from kb.attachments import MAX_FILE_BYTES, MAX_LABEL_CHARS, Attachment, check_file
from kb.store.attachments.of_entries import add_entry_file, drop_entry_file, entry_files
from kb.store.engine import reading, transaction
from kb.store.entries.reading import get_entry
from web.http.dependencies import EditorDep, Id, ReaderDep, SiteDep
from web.http.replies import json_reply

router = APIRouter(tags=["entries"])


class AttachmentOut(BaseModel):
    """A file of an entry; `url` is a path of this site, `width` and `height` those of pictures."""

    id: int
    name: str
    label: Annotated[
        str, Field(description="The name that readers see, in place of the file's own.")
    ]
    media_type: Annotated[str, Field(description="Told by the content, never by the name.")]
    size: Annotated[int, Field(description="In bytes.")]
    width: int | None = None
    height: int | None = None
    url: str


class AttachmentsOut(BaseModel):
    """The files of an entry, oldest first."""

    attachments: list[AttachmentOut]


@router.get("/entries/{entry_id}/attachments", response_model=AttachmentsOut)
def list_files(site: SiteDep, viewer: ReaderDep, entry_id: Id) -> Response:
    """The files of an entry that the caller may read."""
    with reading(site.engine) as conn:
        found = entry_files(conn, entry_id, viewer=viewer)
    return json_reply(_answer(found), viewer=viewer)


@router.post("/entries/{entry_id}/attachments", status_code=201, response_model=AttachmentOut)
def add_file(
    site: SiteDep,
    viewer: EditorDep,
    entry_id: Id,
    file: Annotated[UploadFile, File(description="At most 10 MB; pictures are drawn anew.")],
    label: Annotated[str, Form(max_length=MAX_LABEL_CHARS)] = "",
) -> Response:
    """Put a file on an entry; 422 says why one is not taken."""
    with reading(site.engine) as conn:
        get_entry(conn, entry_id, viewer=viewer)
    # Read and drawn anew before the transaction begins: a large picture takes a second.
    checked = check_file(file.filename or "", file.file.read(MAX_FILE_BYTES + 1))
    with transaction(site.engine) as conn:
        added = add_entry_file(conn, entry_id, checked, viewer=viewer, label=label)
    return json_reply(_one(added), viewer=viewer, status=201)


@router.delete("/entries/{entry_id}/attachments/{attachment_id}", response_model=AttachmentsOut)
def remove_file(site: SiteDep, viewer: EditorDep, entry_id: Id, attachment_id: Id) -> Response:
    """Take a file off an entry, and say what is left."""
    with transaction(site.engine) as conn:
        drop_entry_file(conn, entry_id, attachment_id, viewer=viewer)
        left = entry_files(conn, entry_id, viewer=viewer)
    return json_reply(_answer(left), viewer=viewer)


def _answer(files: Iterable[Attachment]) -> dict[str, Any]:
    return {"attachments": [_one(file) for file in files]}


def _one(file: Attachment) -> dict[str, Any]:
    return {
        "id": file.id,
        "name": file.name,
        "label": file.label,
        "media_type": file.media_type,
        "size": file.size,
        "width": file.width,
        "height": file.height,
        "url": file.path,
    }
