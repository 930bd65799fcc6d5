"""Pages from templates: one Jinja environment per language, strict about what it may read."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import fields
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal, format_percent
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from web.http.contexts import Chrome
from web.http.figures import sparkline, stacked_bars, weekly_bars
from web.http.i18n import LOCALES, language_name, region_of, translations

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

FOLDER = Path(__file__).parent / "templates"


class Renderer:
    """Renders pages; made once at start, safe to share between threads.

    `static_url` gives the address of a static file by its name (`web.http.assets.Assets.url`).
    """

    def __init__(self, *, static_url: Callable[[str], str]) -> None:
        self._environments = {locale: environment(locale, static_url) for locale in LOCALES}

    def render(self, template: str, context: DataclassInstance, *, chrome: Chrome) -> str:
        """The page as HTML; the template sees the context's fields, its properties and `chrome`.

        No inline script or style is in it, so `script-src 'self'; style-src 'self'` holds.
        Raises jinja2.UndefinedError if the template reads what the context does not have.
        """
        values = {field.name: getattr(context, field.name) for field in fields(context)}
        page = self._environments[chrome.locale].get_template(template)
        return page.render(values, page=context, chrome=chrome)


def environment(locale: str, static_url: Callable[[str], str]) -> Environment:
    """The Jinja environment of one language, with its catalogue and filters."""
    env = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    catalogue = translations(locale)
    env.install_gettext_callables(  # type: ignore[attr-defined]
        catalogue.gettext, catalogue.ngettext, newstyle=True, pgettext=catalogue.pgettext
    )
    env.policies["ext.i18n.trimmed"] = True
    env.globals["static_url"] = static_url
    env.globals["sparkline"] = sparkline
    env.globals["weekly_bars"] = weekly_bars
    env.globals["stacked_bars"] = stacked_bars
    region = region_of(locale)
    env.filters["date"] = partial(_date, locale=region)
    env.filters["moment"] = partial(format_datetime, format="medium", locale=region)
    env.filters["iso"] = date.isoformat
    env.filters["number"] = partial(format_decimal, locale=region)
    env.filters["percent"] = partial(_percent, locale=region)
    env.filters["language"] = partial(language_name, locale=locale)
    env.filters["marked"] = marked
    return env


def marked(text: str, marks: Iterable[tuple[int, int]]) -> Markup:
    """The text with its marked ranges in `<mark>`; ranges may overlap or reach too far."""
    pieces: list[Markup] = []
    done = 0
    for start, end in sorted(marks):
        start, end = max(start, done), min(end, len(text))
        if start >= end:
            continue
        pieces += [escape(text[done:start]), Markup("<mark>{}</mark>").format(text[start:end])]
        done = end
    return Markup("").join([*pieces, escape(text[done:])])


def _percent(value: int, *, locale: str) -> str:
    """Whole percent as the language writes it: `75%`, in German `75 %` that stays in one line."""
    return format_percent(value / 100, locale=locale)


def _date(value: date, form: str = "long", *, locale: str) -> str:
    return format_date(value, form, locale=locale)
