"""One short readable line out of what somebody wrote."""

from __future__ import annotations

import re
from collections.abc import Iterable

MIN_WORDS, MAX_WORDS = 3, 15
MAX_CHARS = 120
MASK = re.compile(r"\[[A-Za-z_ ]+\]|<[A-Za-z_ ]+>")
PREFIX = re.compile(r"^\s*(?:(?:re|fwd?|aw|wg|antw)\s*:\s*|\[[^\]]{1,30}\]\s*)+", re.IGNORECASE)
GREETING = re.compile(
    r"^(?:(?:hi|hello|hey|hallo|moin|servus|good (?:morning|afternoon|evening)|dear|guten"
    r" (?:morgen|tag|abend)|sehr geehrte)\b[^,.!?\n]{0,30}[,.!]\s*)+",
    re.IGNORECASE,
)
# What people write into a subject when it is over. In small letters it may be part of a sentence.
SOLVED = re.compile(
    r"^\W{0,3}(?:RE)?SOLVED\b\W{0,3}"
    r"|\W{0,3}(?:\[\s?(?i:(?:re)?solved|fixed|closed)\s?\]|\b(?:RE)?SOLVED\b).*$"
    r"|\s?[-–—:(]\s?(?i:(?:re)?solved|fixed|closed)\W{0,3}$"
)
SENTENCE = re.compile(r"^.+?(?:[?!]+(?=\s|$)|\.(?=\s|$)|$)")


def clean_label(text: str) -> str:
    """One short readable line: no reply prefix, greeting or "SOLVED", first sentence.

    At most 120 characters.
    """
    line = GREETING.sub("", PREFIX.sub("", " ".join(text.split())))
    line = SOLVED.sub("", line) or line or " ".join(text.split())
    if len(line.split()) > MAX_WORDS or len(line) > MAX_CHARS:
        found = SENTENCE.match(line)
        if found and len(found.group().split()) >= MIN_WORDS:
            line = found.group()
    if len(line) > MAX_CHARS:
        line = line[:MAX_CHARS].rsplit(" ", 1)[0].rstrip(" ,;:-") + " …"
    return line[:1].upper() + line[1:]


def label_among(wordings: Iterable[str]) -> str | None:
    """The label that the first readable of some wordings gives, else the first; None for none."""
    found = list(wordings)
    lines = [clean_label(one) for one in found]
    return next((line for line in lines if is_readable(line)), lines[0] if lines else None)


def is_readable(line: str) -> bool:
    """Whether a clean line can name something: 3 to 15 words, not cut, not shouted, unmasked.

    Nor a path through menus.
    """
    return (
        MIN_WORDS <= len(line.split()) <= MAX_WORDS
        and not line.endswith("…")
        and not line.isupper()
        and line.count(" /") < 2
        and not MASK.search(line)
    )
