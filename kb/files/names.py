"""Names of files from outside, made harmless."""

from __future__ import annotations

import re
import unicodedata

MAX_STEM_CHARS = 100
MAX_NAME_BYTES = 200
"""Below the 255 that file systems take, with room for a browser's " (1)"."""

MAX_SUFFIX_CHARS = 10
NO_NAME = "file"

_FORBIDDEN = re.compile(r'[<>:"|?*;%\\/]')
"""What Windows refuses in a name, and what has a meaning in headers and addresses."""

_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories without a shape; a right-to-left override turns gpj.exe into exe.jpg."""

_DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])", re.IGNORECASE)


def clean_name(given: str) -> str:
    """The last part of a path as one printable name with at most one final suffix kept whole.

    At most 200 bytes in UTF-8. A name of which nothing is left becomes "file".
    """
    last = re.split(r"[/\\]", given)[-1]
    visible = "".join(
        one
        for one in unicodedata.normalize("NFC", last)
        if unicodedata.category(one) not in _UNSEEN
    )
    flat = " ".join(_FORBIDDEN.sub("_", visible).split()).strip(" .")
    stem, suffix = split_name(flat)
    stem = stem[:MAX_STEM_CHARS].rstrip(" .")
    while len(stem.encode()) + len(suffix) > MAX_NAME_BYTES:
        stem = stem[:-1]
    if not stem.strip("_ ."):
        stem = NO_NAME
    if _DEVICES.fullmatch(stem):
        stem = f"_{stem}"
    return stem + suffix


def split_name(name: str) -> tuple[str, str]:
    """The name without its suffix, and the suffix with its dot in lower case; "" for none."""
    stem, dot, suffix = name.rpartition(".")
    if not dot or not stem or not re.fullmatch(rf"[A-Za-z0-9]{{1,{MAX_SUFFIX_CHARS}}}", suffix):
        return name, ""
    return stem, f".{suffix.lower()}"
