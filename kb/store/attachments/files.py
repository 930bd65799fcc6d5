"""Attachments in the record; equal contents are kept once."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

from sqlalchemy import Connection, Row, delete, exists, func, insert, or_, select

from kb.attachments import MAX_LABEL_CHARS, Attachment, CheckedFile
from kb.clock import utc_now
from kb.errors import InvalidInput
from kb.store.engine import chunks, new_id, upsert
from kb.store.schema import attachment_contents, attachments, questions
from kb.visible_text import one_line

KINDS = ("entry", "question", "reply")
TOKEN_BYTES = 24
MAX_FILES_OF_ONE = 50


def add_attachment(
    conn: Connection,
    kind: str,
    object_id: int,
    file: CheckedFile,
    *,
    by_id: int | None,
    label: str = "",
) -> Attachment:
    """Keep a checked file for an entry, question or reply; a name taken there gets a number.

    Raises InvalidInput for an unknown kind, a long label, and the 51st file of one thing.
    """
    if kind not in KINDS:
        raise InvalidInput(f"{kind!r} has no files", field="kind")
    label = one_line(label)
    if len(label) > MAX_LABEL_CHARS:
        raise InvalidInput(f"the label is longer than {MAX_LABEL_CHARS} characters", field="label")
    taken = {one.name for one in attachments_of(conn, kind, [object_id])[object_id]}
    if len(taken) >= MAX_FILES_OF_ONE:
        raise InvalidInput(f"it has {MAX_FILES_OF_ONE} files already", field="files")
    _keep_content(conn, file)
    kept = Attachment(
        id=0,
        kind=kind,
        object_id=object_id,
        token=secrets.token_urlsafe(TOKEN_BYTES),
        name=_free_name(file.name, taken),
        label=label,
        media_type=file.media_type,
        size=len(file.content),
        sha256=file.sha256,
        created_at=utc_now(),
        width=file.width,
        height=file.height,
    )
    values = {column: value for column, value in asdict(kept).items() if column != "id"}
    return replace(kept, id=new_id(conn.execute(insert(attachments).values(by_id=by_id, **values))))


def _keep_content(conn: Connection, file: CheckedFile) -> None:
    """Store a content, or lock the one that is there so that nobody takes it away meanwhile."""
    statement = upsert(conn, attachment_contents).values(sha256=file.sha256, content=file.content)
    same = {"sha256": file.sha256}
    conn.execute(statement.on_conflict_do_update(index_elements=["sha256"], set_=same))


def _free_name(name: str, taken: set[str]) -> str:
    stem, dot, suffix = name.rpartition(".")
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{stem} ({number}){dot}{suffix}"
    return free


def attachments_of(conn: Connection, kind: str, ids: Sequence[int]) -> dict[int, list[Attachment]]:
    """The files of many objects, oldest first; every id has a list. One query for up to 900.

    It checks no permission: ask for what the viewer was let to read.
    """
    found: dict[int, list[Attachment]] = {one: [] for one in ids}
    for part in chunks(list(found)):
        statement = (
            select(attachments)
            .where(attachments.c.kind == kind, attachments.c.object_id.in_(part))
            .order_by(attachments.c.object_id, attachments.c.id)
        )
        for row in conn.execute(statement):
            found[row.object_id].append(_attachment(row))
    return found


def waiting_bytes(conn: Connection) -> int:
    """Bytes of files that nobody stands for yet: sent ahead, or with an unconfirmed question."""
    unconfirmed = select(questions.c.id).where(questions.c.confirm_until.is_not(None))
    statement = select(func.coalesce(func.sum(attachments.c.size), 0)).where(
        attachments.c.kind == "question",
        or_(attachments.c.object_id < 0, attachments.c.object_id.in_(unconfirmed)),
    )
    return int(conn.execute(statement).scalar_one())


def find_attachment(conn: Connection, token: str) -> Attachment | None:
    """The file of an address, for whom its object is yet to be checked."""
    row = conn.execute(select(attachments).where(attachments.c.token == token)).one_or_none()
    return None if row is None else _attachment(row)


def read_content(
    conn: Connection, attachment: Attachment, *, start: int = 0, length: int | None = None
) -> bytes:
    """The bytes of a file from `start` on, all of them or `length`."""
    content = attachment_contents.c.content
    wanted: Any = content
    if start or length is not None:
        size = attachment.size - start if length is None else length
        wanted = func.substr(content, start + 1, size, type_=content.type)
    found = conn.execute(
        select(wanted).where(attachment_contents.c.sha256 == attachment.sha256)
    ).scalar_one()
    return bytes(found)


def drop_attachment(conn: Connection, attachment_id: int) -> bool:
    """Take a file away, with its content unless another one has the same; whether it was there."""
    return bool(_drop(conn, [attachment_id]))


def drop_attachments_of(conn: Connection, kind: str, ids: Sequence[int]) -> int:
    """Take all files of these objects away, and what nobody else uses; how many they were."""
    dropped = 0
    for part in chunks(list(ids)):
        keys = select(attachments.c.id).where(
            attachments.c.kind == kind, attachments.c.object_id.in_(part)
        )
        dropped += _drop(conn, list(conn.execute(keys).scalars()))
    return dropped


def _drop(conn: Connection, ids: Sequence[int]) -> int:
    dropped = 0
    for part in chunks(list(ids)):
        chosen = attachments.c.id.in_(part)
        digests = list(
            conn.execute(select(attachments.c.sha256).where(chosen).distinct()).scalars()
        )
        dropped += conn.execute(delete(attachments).where(chosen)).rowcount
        _drop_unused(conn, digests)
    return dropped


def _drop_unused(conn: Connection, digests: list[str]) -> None:
    # Locked first: whoever just begins to use one of them has been seen by the next statement.
    content = attachment_contents.c
    conn.execute(select(content.sha256).where(content.sha256.in_(digests)).with_for_update())
    used = exists().where(attachments.c.sha256 == content.sha256)
    conn.execute(delete(attachment_contents).where(content.sha256.in_(digests), ~used))


def _attachment(row: Row[Any]) -> Attachment:
    return Attachment(
        id=row.id,
        kind=row.kind,
        object_id=row.object_id,
        token=row.token,
        name=row.name,
        label=row.label,
        media_type=row.media_type,
        size=row.size,
        sha256=row.sha256,
        created_at=row.created_at,
        width=row.width,
        height=row.height,
    )
