"""Tells a language tag like de, pt-BR or zh-Hant-TW from other words."""

from __future__ import annotations

import re

_TAG = re.compile(r"(?=.{2,12}$)[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8}){0,2}")


def is_language_tag(text: str) -> bool:
    """Whether the text is a language tag that the record has room for: at most 12 characters."""
    return _TAG.fullmatch(text) is not None
