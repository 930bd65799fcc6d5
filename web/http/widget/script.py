"""The widget's script, put together from its parts: one file, no build step."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import orjson
from rjsmin import jsmin

from web.http.i18n import LOCALES
from web.http.theme import DEFAULT_ACCENT
from web.http.widget.texts import button_texts

FOLDER = Path(__file__).parent.parent / "static" / "widget"
PARTS = ("boot", "elements", "calls", "panel", "searching", "reading", "asking", "start")
"""In this order, in one function: they see each other and the page sees none of them."""

MAX_BYTES = 15_000
"""The whole script as it is served, uncompressed."""

CACHE_S = 300
"""The address never changes, so the script is asked for again after some minutes."""


@dataclass(frozen=True, slots=True)
class Script:
    """The script and the tag that names its version."""

    content: bytes
    etag: str


@lru_cache(maxsize=8)
def widget_script(accent: str) -> Script:
    """The script with the site's accent (empty for ours), at most `MAX_BYTES`."""
    texts = {locale: button_texts(locale) for locale in LOCALES}
    boot = _literal({"accent": accent or DEFAULT_ACCENT, "texts": texts})
    head = f"const BOOT={boot},STYLES={_literal(_styles('shell'))};"
    parts = "\n".join(_source(f"{name}.js") for name in PARTS)
    content = f'(()=>{{"use strict";{head}{jsmin(parts)}}})();\n'.encode()
    return Script(content, f'"{hashlib.sha256(content).hexdigest()[:20]}"')


@lru_cache(maxsize=1)
def panel_styles() -> str:
    """What styles the opened panel; it comes with the words, when somebody opens it."""
    return _styles("panel")


def _literal(value: object) -> str:
    # JSON is a literal of JavaScript; "</script>" in a text must not end one that holds this.
    return orjson.dumps(value).decode().replace("</", "<\\/")


def _source(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


def _styles(name: str) -> str:
    plain = re.sub(r"/\*.*?\*/", "", _source(f"{name}.css"), flags=re.DOTALL)
    tight = re.sub(r" ?([{};,]) ?", r"\1", re.sub(r"\s+", " ", plain))
    return tight.replace(";}", "}").replace(": ", ":").strip()
