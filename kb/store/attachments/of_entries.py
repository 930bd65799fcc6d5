"""Files of entries, as editors put them there and take them off."""

from __future__ import annotations

from sqlalchemy import Connection

from kb.access import Viewer, may_edit
from kb.attachments import Attachment, CheckedFile
from kb.errors import NotFound, NotPermitted
from kb.store.attachments.files import add_attachment, attachments_of, drop_attachment
from kb.store.audit import Subject, record_audit
from kb.store.changes import record_change
from kb.store.entries.reading import get_entry

ENTRY = "entry"


def entry_files(conn: Connection, entry_id: int, *, viewer: Viewer) -> list[Attachment]:
    """The files of an entry, oldest first; raises NotFound where the viewer may not read it."""
    get_entry(conn, entry_id, viewer=viewer)
    return attachments_of(conn, ENTRY, [entry_id])[entry_id]


def add_entry_file(
    conn: Connection, entry_id: int, file: CheckedFile, *, viewer: Viewer, label: str = ""
) -> Attachment:
    """Put a checked file on an entry; `label` is what people read in the place of its name.

    Raises NotPermitted for who is not staff, NotFound, and InvalidInput for a label that is
    too long or one file too many.
    """
    _require_editor(viewer)
    get_entry(conn, entry_id, viewer=viewer)
    added = add_attachment(conn, ENTRY, entry_id, file, by_id=viewer.account_id, label=label)
    _note(conn, "add file", added, viewer)
    return added


def drop_entry_file(
    conn: Connection, entry_id: int, attachment_id: int, *, viewer: Viewer
) -> Attachment:
    """Take a file off an entry and return what it was; raises NotFound where it is another's."""
    _require_editor(viewer)
    for file in entry_files(conn, entry_id, viewer=viewer):
        if file.id == attachment_id:
            drop_attachment(conn, file.id)
            _note(conn, "remove file", file, viewer)
            return file
    raise NotFound("file", attachment_id)


def _require_editor(viewer: Viewer) -> None:
    if not may_edit(viewer):
        raise NotPermitted("files of entries are the work of support agents")


def _note(conn: Connection, action: str, file: Attachment, viewer: Viewer) -> None:
    facts = {"file": file.name, "bytes": file.size}
    record_audit(conn, action, Subject(ENTRY, file.object_id), viewer=viewer, facts=facts)
    record_change(conn, ENTRY, file.object_id, "files")
