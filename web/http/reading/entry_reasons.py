"""The sentence that says to a reader why two entries are linked."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from web.http.messages import to_translate

PINNED = to_translate("chosen by our team")
SHARED_WORDS = to_translate("both about: %(words)s")
SIMILAR = to_translate("a question close to this one")
ASKED_NEXT = to_translate("%(people)s people who asked this asked it next, within %(days)s days")
ASKED_NEXT_DAY = to_translate("%(people)s people who asked this asked it next, within a day")

MAX_WORDS = 4

Translate = Callable[[str], str]


def reason_text(mode: str, reason: Mapping[str, object], *, translate: Translate) -> str:
    """One short phrase in the reader's language that names the fact behind a link."""
    if mode == "pinned":
        return translate(PINNED)
    if reason.get("fact") == "asked next":
        text = ASKED_NEXT_DAY if reason.get("days") == 1 else ASKED_NEXT
        return translate(text) % {"people": reason.get("people"), "days": reason.get("days")}
    words = reason.get("shared_words")
    if isinstance(words, list | tuple) and words:
        return translate(SHARED_WORDS) % {"words": ", ".join(map(str, words[:MAX_WORDS]))}
    return translate(SIMILAR)
