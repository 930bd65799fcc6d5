"""Turns cell values of any kind into the text, words and lists that questions are made of."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

LIST_SEPARATORS = re.compile(r"\s*[|;,]\s*")
# A lone surrogate comes out of JSON escapes cut in half; no database takes it.
UNSTORABLE = re.compile("[\ud800-\udfff\x00]")
LANGUAGE_CODE = re.compile(r"([a-z]{2})(?:[-_][A-Za-z]{2,4})*$", re.IGNORECASE)
LANGUAGE_NAMES: Mapping[str, str] = {
    "english": "en",
    "englisch": "en",
    "german": "de",
    "deutsch": "de",
    "french": "fr",
    "français": "fr",
    "französisch": "fr",
    "spanish": "es",
    "español": "es",
    "spanisch": "es",
    "italian": "it",
    "italiano": "it",
    "italienisch": "it",
    "dutch": "nl",
    "nederlands": "nl",
    "niederländisch": "nl",
    "portuguese": "pt",
    "polish": "pl",
}
YES = frozenset({"true", "1", "yes", "t", "y", "ja"})


def text_of(value: object) -> str:
    """Return a value as text without surrounding space; nothing and empty lists give ""."""
    if value is None or isinstance(value, bool):
        return ""
    if isinstance(value, str):
        return (
            UNSTORABLE.sub("\ufffd", value).strip() if UNSTORABLE.search(value) else value.strip()
        )
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, Mapping | list):
        return json.dumps(value, ensure_ascii=False) if value else ""
    return text_of(str(value))


def optional_text(value: object) -> str | None:
    """Return a value as text, None where it is empty."""
    return text_of(value) or None


def is_yes(value: object) -> bool:
    """Tell whether a flag is set, however the export writes it."""
    return value is True or text_of(value).lower() in YES or value == 1


def list_of(value: object, *, by_space: bool = False) -> tuple[str, ...]:
    """Return the parts of a list, of a JSON list in text, or of text with | ; or , between.

    `by_space` also splits at white space, as Zendesk writes tags. Parts keep their order; empty
    and repeated ones are left out.
    """
    parts: list[object]
    if isinstance(value, list | tuple):
        parts = [part.get("name") if isinstance(part, Mapping) else part for part in value]
    else:
        parts = list(_split(text_of(value), by_space=by_space))
    return tuple(dict.fromkeys(text for part in parts if (text := text_of(part))))


def _split(text: str, *, by_space: bool) -> list[object]:
    if text.startswith("["):
        try:
            parsed = json.loads(text)
        except (json.JSONDecodeError, RecursionError):
            parsed = None
        if isinstance(parsed, list):
            return parsed
    if by_space and not re.search(r"[|;,]", text):
        return list(text.split())
    return list(LIST_SEPARATORS.split(text))


def language_code(value: object) -> str | None:
    """Return the ISO 639-1 code in `de`, `de-AT`, `German` or `Deutsch`; None for anything else."""
    text = text_of(value)
    if match := LANGUAGE_CODE.match(text):
        return match[1].lower()
    return LANGUAGE_NAMES.get(text.lower())
