"""The site's words in each language, read from the .po catalogues that the repository keeps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from babel import Locale, negotiate_locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

LOCALES = ("en", "de")
"""Languages of the pages; the first one is used where no other fits."""
FOLDER = Path(__file__).parent / "locale"

REGIONS = {"en": "en_GB"}
"""Whose dates and numbers a language takes: our English is British in words, so in dates too."""


@lru_cache(maxsize=len(LOCALES))
def translations(locale: str) -> Translations:
    """The catalogue of one of `LOCALES`, compiled in memory: no build step, no stale .mo file.

    Raises KeyError for another locale.
    """
    if locale not in LOCALES:
        raise KeyError(locale)
    with (FOLDER / locale / "LC_MESSAGES" / "messages.po").open("rb") as file:
        catalogue = read_po(file, locale=locale, abort_invalid=True)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)


def best_locale(wanted: Sequence[str]) -> str:
    """The first of `LOCALES` that fits the wanted languages, most wanted first (`de-AT` fits)."""
    tags = [tag.replace("-", "_") for tag in wanted]
    return negotiate_locale(tags, LOCALES) or LOCALES[0]


def region_of(locale: str) -> str:
    """The locale to write dates, numbers and shares in: `22 November 2026`, not `November 22`."""
    return REGIONS.get(locale, locale)


def own_name(locale: str) -> str:
    """The language's name in itself, as language switches show it: `Deutsch`."""
    name = Locale.parse(locale).get_display_name(locale) or locale
    return name[:1].upper() + name[1:]


def language_name(lang: str, *, locale: str) -> str:
    """The language's name for readers of `locale`; the code itself where Babel knows none."""
    names: Mapping[str, str] = Locale.parse(locale).languages
    return names.get(lang.split("-")[0].lower(), lang)


def other_language(lang: str, *, locale: str) -> str | None:
    """The language of a text on a page of `locale`, None where it is the page's own."""
    return None if lang == locale else lang
