"""Markdown from people to markup that is safe to show."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from markupsafe import Markup

from web.http.contexts import Heading

SCHEMES = frozenset({"http", "https", "mailto"})
TOP_LEVEL = 2
"""Level of an answer's highest heading: the page's own title is level 1."""
LAST_LEVEL = 4
ID_PREFIX = "s-"
"""Keeps the ids of an answer's headings apart from the ids of the page around it."""

BLOCKS = {"blockquote", "div", "h2", "h3", "h4", "hr", "li", "ol", "p", "pre", "ul"}
INLINE = {"a", "br", "code", "del", "em", "img", "strong"}
TABLE = {"table", "tbody", "td", "th", "thead", "tr"}
ATTRIBUTES: dict[str, set[str]] = {
    "a": {"href", "title"},
    "div": {"tabindex"},
    "h2": {"id"},
    "h3": {"id"},
    "h4": {"id"},
    "img": {"src", "alt", "title", "loading"},
    "ol": {"start"},
}
CLASSES = {
    "div": {"table-scroll"},
    "td": {"to-right", "to-centre"},
    "th": {"to-right", "to-centre"},
}
"""Column alignment is a class, since the pages' policy refuses style attributes."""


@dataclass(frozen=True, slots=True)
class RenderedText:
    """Safe markup with the headings in it, in order."""

    html: Markup
    headings: tuple[Heading, ...]


def render_markdown(source: str) -> RenderedText:
    """The text as markup: HTML in it is shown as text, links are http, https or mailto only.

    Headings start at level 2, end at level 4, and have ids that stay the same as long as their
    words do. An image from another site becomes a link to it, so that reading a page never
    tells a third party about the reader.
    """
    tokens = _PARSER.parse(source)
    headings = _number_headings(tokens)
    html = _PARSER.renderer.render(tokens, _PARSER.options, {})
    return RenderedText(html=Markup(_CLEANER.clean(html)), headings=tuple(headings))


def slug(text: str) -> str:
    """Words of the text in lower-case ASCII, joined by hyphens; may be empty."""
    plain = unicodedata.normalize("NFKD", text.replace("ß", "ss"))
    return "-".join(re.findall(r"[a-z0-9]+", plain.encode("ascii", "ignore").decode().lower()))


def _number_headings(tokens: Sequence[Token]) -> list[Heading]:
    """Shift the heading tokens to the levels of the page, give them ids, and list them."""
    openings = [i for i, token in enumerate(tokens) if token.type == "heading_open"]
    highest = min((int(tokens[i].tag[1]) for i in openings), default=1)
    found: list[Heading] = []
    taken: set[str] = set()
    for i in openings:
        level = min(int(tokens[i].tag[1]) - highest + TOP_LEVEL, LAST_LEVEL)
        text = _plain_text(tokens[i + 1].children or [])
        key = _free_id(slug(text) or "part", taken)
        tokens[i].tag = tokens[i + 2].tag = f"h{level}"
        tokens[i].attrSet("id", key)
        found.append(Heading(id=key, text=text, level=level))
    return found


def _free_id(words: str, taken: set[str]) -> str:
    number, key = 1, f"{ID_PREFIX}{words}"
    while key in taken:
        number += 1
        key = f"{ID_PREFIX}{words}-{number}"
    taken.add(key)
    return key


def _plain_text(tokens: Sequence[Token]) -> str:
    parts = (" " if token.type == "softbreak" else token.content for token in tokens)
    return "".join(parts).strip()


def _is_local(address: str) -> bool:
    """Whether the address is a path of this site: `//host` and `/\\host` are not."""
    return bool(re.match(r"/(?![/\\])", address))


def _image(
    renderer: RendererHTML,
    tokens: Sequence[Token],
    index: int,
    options: OptionsDict,
    env: EnvType,
) -> str:
    token = tokens[index]
    source = str(token.attrs.get("src", ""))
    alt = renderer.renderInlineAsText(token.children or [], options, env)
    if _is_local(source):
        return str(Markup('<img src="{}" alt="{}" loading="lazy">').format(source, alt))
    return str(Markup('<a href="{}">{}</a>').format(source, alt or source))


def _aligned_cell(
    renderer: RendererHTML,
    tokens: Sequence[Token],
    index: int,
    options: OptionsDict,
    env: EnvType,
) -> str:
    token = tokens[index]
    style = str(token.attrs.pop("style", ""))
    for side, name in (("right", "to-right"), ("center", "to-centre")):
        if style.endswith(side):
            token.attrSet("class", name)
    return renderer.renderToken(tokens, index, options, env)


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    parser.add_render_rule("image", _image)
    parser.add_render_rule("th_open", _aligned_cell)
    parser.add_render_rule("td_open", _aligned_cell)
    parser.add_render_rule(
        "table_open", lambda *_: '<div class="table-scroll" tabindex="0"><table>'
    )
    parser.add_render_rule("table_close", lambda *_: "</table></div>")
    return parser


_PARSER = _parser()
_CLEANER = nh3.Cleaner(
    tags=BLOCKS | INLINE | TABLE,
    attributes=ATTRIBUTES,
    allowed_classes=CLASSES,
    url_schemes=set(SCHEMES),
    link_rel="noopener noreferrer",
)
