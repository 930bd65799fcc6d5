"""Why a file was not taken, in the reader's language."""

from __future__ import annotations

from collections.abc import Callable

from kb.attachments import FileRefused, Refusal
from web.http.messages import to_translate

TEXTS = {
    Refusal.EMPTY: to_translate("%(name)s is empty. Choose the file once more."),
    Refusal.TOO_LARGE: to_translate("%(name)s is larger than 10 MB. Choose a smaller file."),
    Refusal.PROGRAM: to_translate("%(name)s is or holds a program. Programs are not taken."),
    Refusal.WEB_PAGE: to_translate(
        "%(name)s is a web page or a vector drawing. Send a picture or a PDF of it."
    ),
    Refusal.MACROS: to_translate("%(name)s holds macros. Save it without them, or as a PDF."),
    Refusal.OLD_OFFICE: to_translate(
        "%(name)s is of an old office format. Save it as .docx, .xlsx, .pptx or PDF."
    ),
    Refusal.HEIC: to_translate(
        "%(name)s is a HEIC picture, which many browsers cannot show. Save it as JPEG."
    ),
    Refusal.UNKNOWN: to_translate(
        "%(name)s is of a kind that is not taken. Send a picture, a PDF, a text, an office"
        " document, a ZIP archive or an MP4 film."
    ),
    Refusal.WRONG_NAME: to_translate(
        "%(name)s is not the kind of file that its ending says. Rename it and choose it again."
    ),
    Refusal.TWO_KINDS: to_translate("%(name)s is two kinds of file in one. It is not taken."),
    Refusal.DAMAGED: to_translate("%(name)s is damaged and cannot be read."),
    Refusal.TOO_MANY_PIXELS: to_translate(
        "%(name)s has more than 50 million pixels. Make the picture smaller."
    ),
    Refusal.UNPACKS_TOO_LARGE: to_translate(
        "%(name)s holds more than can be unpacked safely. Send fewer files."
    ),
    Refusal.TOO_MANY: to_translate("Choose at most 5 files at once."),
}
MISSING = to_translate("Choose a file.")


def refusal_text(refused: FileRefused, translate: Callable[[str], str]) -> str:
    """One line that says what is wrong with which file and what to do."""
    return translate(TEXTS[refused.why]) % {"name": refused.name}
