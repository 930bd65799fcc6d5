"""Letters to subject, plain text and HTML: all three from one template per letter."""

from __future__ import annotations

import base64
import html
import re
import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from babel.dates import format_date
from babel.numbers import format_decimal
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from kb.settings import Settings
from web.http.i18n import best_locale, region_of, translations
from web.mail.colours import mail_colours
from web.mail.letters import Letter, Written
from web.mail.links import mail_link
from web.mail.markup import Styles, make_links_absolute, parse, to_html, to_text, with_buttons

if TYPE_CHECKING:
    from markdown_it.token import Token

FOLDER = Path(__file__).parent / "templates"
SUBJECT = "Subject:"
MAX_SUBJECT_CHARS = 200

_ENTITIES = {ord(mark): f"&#{ord(mark)};" for mark in string.punctuation}
_SET_IN = re.compile("\x02([A-Za-z0-9+/=]*)\x03")


class Said(str):
    """A text of the catalogues with its values in it: Markdown as it is."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Composed:
    """What a mail says, in one language."""

    locale: str
    subject: str
    text: str
    html: str


def compose(settings: Settings, letter: Letter, *, folder: Path = FOLDER) -> Composed:
    """The letter in the best language of ours for its locale.

    Values of the context come in as plain words: no markup, link or line in them means
    anything. Raises jinja2.UndefinedError if the template reads what the context does not have.
    """
    locale = best_locale([letter.locale])
    values = {field.name: getattr(letter.context, field.name) for field in fields(letter.context)}
    link = partial(mail_link, settings)
    template = _environment(locale, folder).get_template(f"{letter.template}.md")
    source = template.render(values, site_name=settings.site_name, link=link)
    head, _, body = source.lstrip().partition("\n")
    if not head.startswith(SUBJECT):
        raise ValueError(f"the template {letter.template} does not begin with {SUBJECT}")
    subject = " ".join(html.unescape(head.removeprefix(SUBJECT)).split())[:MAX_SUBJECT_CHARS]
    pages = _company_pages(settings, locale)
    text = to_text(_tokens(body, link, letter.files))
    return Composed(
        locale=locale,
        subject=subject,
        text=f"{text}\n\n-- \n{_signature(settings, pages)}\n",
        html=_html(settings, locale, subject, pages, _tokens(body, link, letter.files)),
    )


def _tokens(body: str, absolute: Callable[[str], str], files: Mapping[str, str]) -> list[Token]:
    """The blocks of the template and of what is set in, each read by itself.

    So nothing that an editor leaves open swallows what follows.
    """
    found: list[Token] = []
    for place, piece in enumerate(_SET_IN.split(body)):
        if place % 2:
            found += parse(base64.b64decode(piece).decode())
        else:
            found += with_buttons(parse(piece))
    make_links_absolute(found, absolute, files)
    return found


def _company_pages(settings: Settings, locale: str) -> dict[str, str]:
    """Pages that a company's mails have to name: what the link says, and its address."""
    gettext = translations(locale).gettext
    pages = {gettext("Imprint"): settings.imprint_url, gettext("Privacy"): settings.privacy_url}
    return {label: url for label, url in pages.items() if url}


def _signature(settings: Settings, pages: dict[str, str]) -> str:
    """What stands under the line that ends a plain mail."""
    home = f": {mail_link(settings, '/')}" if settings.public_url else ""
    named = [f"{label}: {url}" for label, url in pages.items()]
    return "\n".join([f"{settings.site_name}{home}", *named])


def _html(
    settings: Settings, locale: str, subject: str, pages: dict[str, str], tokens: list[Token]
) -> str:
    colours = mail_colours(settings.accent)
    body = Markup(to_html(tokens, _styles(colours.link)))
    layout: str = _layout().render(
        locale=locale,
        subject=subject,
        body=body,
        site_name=settings.site_name,
        site_url=mail_link(settings, "/"),
        pages=pages,
        colours=colours,
    )
    return layout


def _styles(link: str) -> Styles:
    size = "font-size:16px;line-height:1.6;margin:0 0 16px"
    button = "display:inline-block;border-radius:8px;text-decoration:none;font-weight:600"
    cell = "padding:6px 10px 6px 0;border-bottom:1px solid #8a9499;text-align:left"
    mono = "font-family:ui-monospace,Menlo,Consolas,monospace;font-size:14px"
    return Styles(
        by_tag={
            "p": size,
            "h1": "font-size:22px;line-height:1.3;margin:24px 0 12px",
            "h2": "font-size:20px;line-height:1.3;margin:24px 0 12px",
            "h3": "font-size:17px;line-height:1.3;margin:20px 0 8px",
            "ul": f"{size};padding-left:24px",
            "ol": f"{size};padding-left:24px",
            "li": "margin:0 0 6px",
            "blockquote": "margin:0 0 16px;padding:0 0 0 14px;border-left:3px solid #8a9499",
            "pre": f"{mono};margin:0 0 16px;white-space:pre-wrap",
            "code": mono,
            "table": "border-collapse:collapse;margin:0 0 16px;font-size:14px",
            "td": cell,
            "th": cell,
            "hr": "border:0;border-top:1px solid #d5dcdf;margin:24px 0",
            "a": f"color:{link}",
        },
        button=f"{button};background:{link};color:#ffffff;padding:12px 20px",
        quiet_button=f"{button};color:{link};border:1px solid;padding:11px 19px",
        button_row="margin:0 0 20px",
    )


@cache
def _layout() -> Any:
    environment = Environment(
        loader=FileSystemLoader(FOLDER), autoescape=True, undefined=StrictUndefined
    )
    return environment.get_template("layout.html")


@cache
def _environment(locale: str, folder: Path) -> Environment:
    """The templates in one language.

    Jinja's own escaping is for HTML. Here every value is made plain words for Markdown on its
    way out, in texts of the catalogue too.
    """
    env = Environment(
        loader=FileSystemLoader(folder),
        autoescape=False,
        undefined=StrictUndefined,
        finalize=_plain,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    catalogue = translations(locale)

    def gettext(text: str, **values: object) -> Said:
        return _said(catalogue.gettext(text), values)

    def ngettext(one: str, many: str, num: int, **values: object) -> Said:
        return _said(catalogue.ngettext(one, many, num), {"num": num, **values})

    env.newstyle_gettext = True  # type: ignore[attr-defined]
    env.globals |= {"gettext": gettext, "ngettext": ngettext, "_": gettext}
    env.policies["ext.i18n.trimmed"] = True
    env.filters["date"] = partial(_date, locale=region_of(locale))
    env.filters["number"] = partial(format_decimal, locale=region_of(locale))
    return env


def _said(text: str, values: dict[str, object]) -> Said:
    shown = {
        name: value if isinstance(value, int) else _plain(value) for name, value in values.items()
    }
    return Said(text % shown)


def _plain(value: object) -> str:
    """A value as Markdown that shows exactly its words; what an editor wrote as blocks."""
    if isinstance(value, Said):
        return value
    if isinstance(value, Written):
        return f"\n\n\x02{base64.b64encode(value.encode()).decode()}\x03\n\n"
    words = " ".join(str(value).replace("\x02", " ").replace("\x03", " ").split())
    return words.translate(_ENTITIES)


def _date(value: date, form: str = "long", *, locale: str) -> str:
    return format_date(value, form, locale=locale)
