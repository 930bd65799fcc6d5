"""Files of entries and questions, served after the check of what they belong to."""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Path, Query
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from kb.access import PUBLIC, Viewer
from kb.attachments import Attachment
from kb.errors import NotFound
from kb.store.attachments.files import find_attachment, read_content
from kb.store.attachments.owners import find_question_of_reply
from kb.store.engine import reading
from kb.store.entries.reading import find_entry_redirect, get_entry
from kb.store.questions.reading import get_question
from web.http.dependencies import ReaderDep, SiteDep
from web.http.policy import FILE_POLICY
from web.http.replies import PRIVATE, VARY

router = APIRouter()

KEPT_S = 300
"""How long caches may keep a public file: what was taken down is gone after five minutes."""

RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})")


@router.get("/files/{token}/{name:path}", name="file")
def show_file(
    request: Request,
    site: SiteDep,
    viewer: ReaderDep,
    token: Annotated[str, Path(max_length=64)],
    name: Annotated[str, Path(max_length=600)],
    key: Annotated[str, Query(alias="token", max_length=100)] = "",
) -> Response:
    """A file, whole or a part, for who may read what it belongs to; else it does not exist.

    Pictures that we drew anew are shown, everything else is offered to keep. `?token=` is that
    of a question. Another name leads to the right one.
    """
    with reading(site.engine) as conn:
        attachment = find_attachment(conn, token)
        if attachment is None:
            raise NotFound("file", name[:60])
        try:
            public = _require_reader(conn, attachment, viewer=viewer, token=key)
        except NotFound as error:
            # The name that was asked for: its own name is part of what is kept from them.
            raise NotFound("file", name[:60]) from error
        headers = _headers(attachment, viewer, public=public)
        if attachment.name != name:
            query = f"?{urlencode({'token': key})}" if key else ""
            return RedirectResponse(attachment.path + query, status_code=301, headers=headers)
        if _is_known(request, attachment):
            return Response(status_code=304, headers=headers)
        start, end = 0, attachment.size
        part = _part_wanted(request, attachment)
        if part is not None:
            start, end = part
            if start >= end:
                headers["content-range"] = f"bytes */{attachment.size}"
                return Response(status_code=416, headers=headers)
            headers["content-range"] = f"bytes {start}-{end - 1}/{attachment.size}"
        content = read_content(conn, attachment, start=start, length=end - start)
    media_type = attachment.media_type
    status = 200 if part is None else 206
    return Response(content, status_code=status, headers=headers, media_type=media_type)


def _require_reader(
    conn: Connection, attachment: Attachment, *, viewer: Viewer, token: str
) -> bool:
    """Raise NotFound for who may not read the owner of a file; whether everybody may."""
    if attachment.kind == "entry":
        merged = find_entry_redirect(conn, attachment.object_id)
        entry = get_entry(conn, merged or attachment.object_id, viewer=viewer)
        return entry.state == "published" and entry.audience == PUBLIC
    question_id: int | None = attachment.object_id
    if attachment.kind == "reply":
        question_id = find_question_of_reply(conn, attachment.object_id)
    if question_id is None:
        raise NotFound("reply", attachment.object_id)
    get_question(conn, question_id, viewer=viewer, token=token)
    return False


def _headers(attachment: Attachment, viewer: Viewer, *, public: bool) -> dict[str, str]:
    shared = "private" if viewer.account_id is not None else "public"
    headers = {
        "accept-ranges": "bytes",
        "cache-control": f"{shared}, max-age={KEPT_S}" if public else PRIVATE,
        "content-disposition": disposition(attachment),
        "content-security-policy": FILE_POLICY,
        "etag": f'"{attachment.sha256}"',
        "referrer-policy": "no-referrer",
        "vary": VARY,
        "x-content-type-options": "nosniff",
    }
    if not public:
        headers["x-robots-tag"] = "noindex"
    return headers


def disposition(attachment: Attachment) -> str:
    """Whether a browser shows or keeps a file, and under which name (RFC 6266, RFC 5987)."""
    form = "inline" if attachment.is_picture else "attachment"
    plain = re.sub(r'[^ -~]|["\\%]', "_", attachment.name)
    return f"{form}; filename=\"{plain}\"; filename*=UTF-8''{quote(attachment.name, safe='')}"


def _is_known(request: Request, attachment: Attachment) -> bool:
    known = request.headers.get("if-none-match", "")[:2000]
    tags = {one.strip().removeprefix("W/") for one in known.split(",")}
    return "*" in tags or f'"{attachment.sha256}"' in tags


def _part_wanted(request: Request, attachment: Attachment) -> tuple[int, int] | None:
    """Return the first byte and the one after the last; None for the whole file.

    Several parts at once, and parts of another version, are answered by the whole file, as RFC
    9110 lets servers do. A start behind the end is an empty part.
    """
    found = RANGE.fullmatch(request.headers.get("range", "").strip())
    version = request.headers.get("if-range")
    if found is None or version not in (None, f'"{attachment.sha256}"'):
        return None
    first, last = found.groups()
    size = attachment.size
    if not first:
        return (max(0, size - int(last)), size) if last and int(last) else (size, size)
    end = min(int(last) + 1, size) if last else size
    if last and int(last) < int(first):
        return None
    return min(int(first), size), end
