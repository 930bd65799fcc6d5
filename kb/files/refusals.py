"""Why a file is not taken."""

from __future__ import annotations

from enum import StrEnum

from kb.errors import InvalidInput

FIELD = "files"

MAX_FILE_BYTES = 10 * 1000 * 1000
MAX_PICTURE_PIXELS = 50_000_000
"""What the largest phone cameras take; a decoded picture needs 4 bytes a pixel."""


class Refusal(StrEnum):
    """The reasons, each with one line in `LINES`."""

    EMPTY = "empty"
    TOO_LARGE = "too large"
    PROGRAM = "program"
    WEB_PAGE = "web page"
    MACROS = "macros"
    OLD_OFFICE = "old office"
    HEIC = "heic"
    UNKNOWN = "unknown"
    WRONG_NAME = "wrong name"
    TWO_KINDS = "two kinds"
    DAMAGED = "damaged"
    TOO_MANY_PIXELS = "too many pixels"
    UNPACKS_TOO_LARGE = "unpacks too large"
    TOO_MANY = "too many"


LINES = {
    Refusal.EMPTY: "{name} is empty",
    Refusal.TOO_LARGE: "{name} is larger than 10 MB",
    Refusal.PROGRAM: "{name} is or holds a program: programs are not taken",
    Refusal.WEB_PAGE: "{name} is a web page or a vector drawing: send a picture or a PDF of it",
    Refusal.MACROS: "{name} holds macros: save it without them, or as a PDF",
    Refusal.OLD_OFFICE: "{name} is of an old office format: save it as .docx, .xlsx, .pptx or PDF",
    Refusal.HEIC: "{name} is a HEIC picture, which many browsers cannot show: save it as JPEG",
    Refusal.UNKNOWN: "{name} is of a kind that is not taken",
    Refusal.WRONG_NAME: "{name} does not hold what the end of its name says",
    Refusal.TWO_KINDS: "{name} is two kinds of file in one: such files are not taken",
    Refusal.DAMAGED: "{name} is damaged and cannot be read",
    Refusal.TOO_MANY_PIXELS: "{name} has more than 50 million pixels: make it smaller",
    Refusal.UNPACKS_TOO_LARGE: "{name} holds more than can be unpacked safely",
    Refusal.TOO_MANY: "these are too many files at once",
}


class FileRefused(InvalidInput):
    """A file that is not taken; `name` is its cleaned name, `why` the reason."""

    def __init__(self, why: Refusal, name: str) -> None:
        super().__init__(LINES[why].format(name=name or "the file"), field=FIELD)
        self.why = why
        self.name = name
