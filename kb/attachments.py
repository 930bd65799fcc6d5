"""Files that belong to questions, replies and entries."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from kb.files.kinds import ACCEPTED, PICTURES, TEXT, Kind, decoded, kind_of
from kb.files.names import clean_name, split_name
from kb.files.pictures import draw_anew
from kb.files.refusals import MAX_FILE_BYTES, FileRefused, Refusal

__all__ = [
    "ACCEPTED",
    "MAX_FILES_AT_ONCE",
    "MAX_FILE_BYTES",
    "MAX_LABEL_CHARS",
    "Attachment",
    "CheckedFile",
    "FileRefused",
    "Refusal",
    "check_file",
    "is_picture",
]

MAX_FILES_AT_ONCE = 5
MAX_LABEL_CHARS = 200
CSV = "text/csv"

_PICTURE_TYPES = frozenset(kind.media_type for kind in PICTURES)


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """A file as it may be kept; pictures have their size in pixels, upright."""

    name: str
    media_type: str
    content: bytes
    sha256: str
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True)
class Attachment:
    """A kept file without its content; `token` is the secret part of its address.

    `kind` is `entry`, `question` or `reply`, and `object_id` the number of that; `size` in
    bytes; `label` is what people read in its place, may be empty.
    """

    id: int
    kind: str
    object_id: int
    token: str
    name: str
    label: str
    media_type: str
    size: int
    sha256: str
    created_at: datetime
    width: int | None = None
    height: int | None = None

    @property
    def path(self) -> str:
        """Where it is served, after the permission check of what it belongs to."""
        return f"/files/{self.token}/{quote(self.name, safe='')}"

    @property
    def is_picture(self) -> bool:
        """Whether it was drawn anew by us, so that a page may show it."""
        return is_picture(self.media_type)


def is_picture(media_type: str) -> bool:
    """Whether a media type is one of the pictures that we draw anew."""
    return media_type in _PICTURE_TYPES


def check_file(name: str, content: bytes) -> CheckedFile:
    """The file as it may be kept, its kind told by the content alone.

    Pictures are drawn anew, texts become UTF-8, all else stays as it came. The name keeps its
    suffix if it fits the kind; one that lacks is added, and a picture gets the one it needs.
    Raises FileRefused (`field="files"`) for what is empty, over 10 MB, or not taken.
    """
    cleaned = clean_name(name)
    if not content:
        raise FileRefused(Refusal.EMPTY, cleaned)
    if len(content) > MAX_FILE_BYTES:
        raise FileRefused(Refusal.TOO_LARGE, cleaned)
    kind = kind_of(content, cleaned)
    if kind.form is not None:
        picture = draw_anew(content, kind, cleaned)
        return CheckedFile(
            name=_named_as(picture.kind, cleaned),
            media_type=picture.kind.media_type,
            content=picture.content,
            sha256=_digest(picture.content),
            width=picture.width,
            height=picture.height,
        )
    if kind is TEXT:
        content = (decoded(content) or "").removeprefix("\ufeff").encode()
    if not content:
        raise FileRefused(Refusal.EMPTY, cleaned)
    fitting = _fitting_name(kind, cleaned)
    is_csv = kind is TEXT and fitting.endswith(".csv")
    media_type = CSV if is_csv else kind.media_type
    return CheckedFile(fitting, media_type, content, _digest(content))


def _named_as(kind: Kind, name: str) -> str:
    """Return a picture's name with a suffix that fits; another picture's suffix is replaced."""
    stem, suffix = split_name(name)
    if suffix in kind.suffixes:
        return stem + suffix
    known = any(suffix in picture.suffixes for picture in PICTURES)
    if suffix and not known:
        raise FileRefused(Refusal.WRONG_NAME, name)
    return stem + kind.suffixes[0]


def _fitting_name(kind: Kind, name: str) -> str:
    """Return the name with its suffix, or the usual one where it has none."""
    stem, suffix = split_name(name)
    if not suffix:
        return name + kind.suffixes[0]
    if suffix not in kind.suffixes:
        raise FileRefused(Refusal.WRONG_NAME, name)
    return stem + suffix


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
