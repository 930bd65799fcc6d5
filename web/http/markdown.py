"""Markdown from people to markup that is safe to show."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import unquote, urlencode

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from markupsafe import Markup, escape

from kb.attachments import Attachment
from kb.bounded_markdown import bound
from web.http.contexts import Heading

SCHEMES = frozenset({"http", "https", "mailto"})
TOP_LEVEL = 2
"""Level of an answer's highest heading: the page's own title is level 1."""
LAST_LEVEL = 4
TOP_LEVEL_OF_POSTS = 3
"""What people write stands under a heading of the page that says whose it is."""

ID_PREFIX = "s-"
"""Keeps the ids of an answer's headings apart from the ids of the page around it."""

BLOCKS = {"blockquote", "div", "h2", "h3", "h4", "hr", "li", "ol", "p", "pre", "ul"}
INLINE = {"a", "br", "code", "del", "em", "img", "strong"}
TABLE = {"table", "tbody", "td", "th", "thead", "tr"}
ATTRIBUTES: dict[str, set[str]] = {
    "a": {"href", "title", "rel"},
    "div": {"tabindex"},
    "h2": {"id"},
    "h3": {"id"},
    "h4": {"id"},
    "img": {"src", "alt", "title", "loading", "decoding", "width", "height"},
    "ol": {"start"},
    "pre": {"tabindex"},
}
CLASSES = {
    "div": {"table-scroll"},
    "td": {"to-right", "to-centre"},
    "th": {"to-right", "to-centre"},
}
"""Column alignment is a class, since the pages' policy refuses style attributes."""

FILES = "/files/"
LEAVES = "noopener noreferrer"
LEAVES_A_POST = f"nofollow ugc {LEAVES}"
"""Search engines give nothing to what just anybody links to, so spam gains nothing."""

BARE_NAME = re.compile(r"[^/\\#?:]+\.[a-zA-Z0-9]{1,10}")
"""What can only mean a file of the text: pages of ours have no suffix."""

LOCAL_LINK = re.compile(r'(<(?:a|img)\b(?:[^">]|"[^"]*")*?\b(?:href|src)=")/')
"""The beginning of a tag up to its address on this site; texts hold no `<` after cleaning."""

SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:")


@dataclass(frozen=True, slots=True)
class RenderedText:
    """Safe markup with the headings in it, in order."""

    html: Markup
    headings: tuple[Heading, ...]

    def shows(self, file: Attachment) -> bool:
        """Whether a picture stands in the text, so that no list needs to name it again."""
        return Markup('<img src="{}"').format(file.path) in self.html


@dataclass(frozen=True, slots=True)
class _Around:
    """What the rules know besides the text: whose it is, and which files belong to it."""

    ugc: bool = False
    by_name: Mapping[str, Attachment] = field(default_factory=dict)
    by_token: Mapping[str, Attachment] = field(default_factory=dict)
    carried: str = ""

    def find(self, address: str) -> Attachment | None:
        """The file that an address means: by its name alone, or by its whole path."""
        if address.startswith(FILES):
            return self.by_token.get(address.removeprefix(FILES).partition("/")[0])
        return self.by_name.get(unquote(address))

    def address_of(self, file: Attachment) -> str:
        """The address under which this reader gets the file."""
        return file.path + self.carried


def render_markdown(
    source: str, *, ugc: bool = False, files: Sequence[Attachment] = (), token: str = ""
) -> RenderedText:
    """The text as markup: HTML in it is shown as text, links are http, https or mailto only.

    Headings start at level 2, end at level 4, and have ids that stay the same as long as their
    words do. An image from another site becomes a link to it, so that reading a page never
    tells a third party about the reader. `files` are those of the text: `![Tank](tank.png)`
    and `[manual](manual.pdf)` name them; the name of no file leaves its words. `token` is that of
    the question they belong to: whoever reads it by its private link sees its pictures, too.

    `ugc` is for what anybody may write: its headings start at level 3 and have no ids, line
    breaks stay, links out carry nofollow, and images are files of ours only.
    """
    around = _Around(
        ugc=ugc,
        by_name={one.name: one for one in files},
        by_token={one.token: one for one in files},
        carried=f"?{urlencode({'token': token})}" if token else "",
    )
    parser = _POST_PARSER if ugc else _PARSER
    env: EnvType = {"around": around}
    tokens = parser.parse(source, env)
    headings = _number_headings(tokens, ugc=ugc)
    html = parser.renderer.render(tokens, parser.options, env)
    return RenderedText(html=Markup(_CLEANER.clean(html)), headings=tuple(headings))


def with_absolute_links(html: Markup, origin: str) -> Markup:
    """Markup of ours for who reads it elsewhere: paths of this site become addresses."""
    return Markup(LOCAL_LINK.sub(rf"\g<1>{origin}/", str(html)))


def slug(text: str) -> str:
    """Words of the text in lower-case ASCII, joined by hyphens; may be empty."""
    plain = unicodedata.normalize("NFKD", text.replace("ß", "ss"))
    return "-".join(re.findall(r"[a-z0-9]+", plain.encode("ascii", "ignore").decode().lower()))


def _number_headings(tokens: Sequence[Token], *, ugc: bool) -> list[Heading]:
    """Shift the heading tokens to the levels of the page, give them ids, and list them."""
    openings = [i for i, token in enumerate(tokens) if token.type == "heading_open"]
    highest = min((int(tokens[i].tag[1]) for i in openings), default=1)
    top = TOP_LEVEL_OF_POSTS if ugc else TOP_LEVEL
    found: list[Heading] = []
    taken: dict[str, int] = {}
    for i in openings:
        level = min(int(tokens[i].tag[1]) - highest + top, LAST_LEVEL)
        tokens[i].tag = tokens[i + 2].tag = f"h{level}"
        if ugc:
            continue
        text = _plain_text(tokens[i + 1].children or [])
        key = _free_id(slug(text) or "part", taken)
        tokens[i].attrSet("id", key)
        found.append(Heading(id=key, text=text, level=level))
    return found


def _free_id(words: str, taken: dict[str, int]) -> str:
    """Return an id that no heading has yet; `taken` counts how often each was wanted."""
    key = f"{ID_PREFIX}{words}"
    while key in taken:
        taken[key] += 1
        key = f"{key}-{taken[key]}"
    taken[key] = 1
    return key


def _plain_text(tokens: Sequence[Token]) -> str:
    parts = (" " if token.type == "softbreak" else token.content for token in tokens)
    return "".join(parts).strip()


def _is_local(address: str) -> bool:
    """Whether the address is a path of this site: `//host` and `/\\host` are not."""
    return bool(re.match(r"/(?![/\\])", address))


def _leaves(address: str) -> bool:
    """Whether a link leads to another site; `//host` and all that browsers read as it does too."""
    return bool(SCHEME.match(address)) or bool(re.match(r"[/\\]{2}", address))


def _image(
    renderer: RendererHTML,
    tokens: Sequence[Token],
    index: int,
    options: OptionsDict,
    env: EnvType,
) -> str:
    token = tokens[index]
    around: _Around = env["around"]
    address = str(token.attrs.get("src", ""))
    alt = renderer.renderInlineAsText(token.children or [], options, env)
    file = around.find(address)
    if file is not None and file.is_picture:
        size = Markup(' width="{}" height="{}"').format(file.width, file.height)
        return _img(around.address_of(file), alt, size)
    if file is not None:
        address = around.address_of(file)
        return str(Markup('<a href="{}">{}</a>').format(address, alt or file.label or file.name))
    if _is_local(address) and (not around.ugc or address.startswith(FILES)):
        return _img(address, alt, Markup(""))
    if not _leaves(address):
        return str(escape(alt))
    rel = LEAVES_A_POST if around.ugc else LEAVES
    return str(Markup('<a href="{}" rel="{}">{}</a>').format(address, rel, alt or address))


def _img(address: str, alt: str, size: Markup) -> str:
    image = Markup('<img src="{}" alt="{}"{} loading="lazy" decoding="async">')
    return str(image.format(address, alt, size))


def _link(
    renderer: RendererHTML,
    tokens: Sequence[Token],
    index: int,
    options: OptionsDict,
    env: EnvType,
) -> str:
    token = tokens[index]
    around: _Around = env["around"]
    address = str(token.attrs.get("href", ""))
    file = around.find(address)
    if file is not None:
        token.attrSet("href", around.address_of(file))
    elif BARE_NAME.fullmatch(address):
        # A file that is not there any more: its words stay.
        token.attrs.pop("href")
    elif _leaves(address) and not address.lower().startswith("mailto:"):
        token.attrSet("rel", LEAVES_A_POST if around.ugc else LEAVES)
    return renderer.renderToken(tokens, index, options, env)


def _code_block(
    renderer: RendererHTML,
    tokens: Sequence[Token],
    index: int,
    options: OptionsDict,
    env: EnvType,
) -> str:
    """Return the code as it stands, in a box that the keyboard can scroll."""
    code = Markup('<pre tabindex="0"><code>{}</code></pre>\n')
    return str(code.format(tokens[index].content))


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


def _parser(*, breaks: bool) -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "breaks": breaks})
    parser.enable(["table", "strikethrough"])
    parser.add_render_rule("image", _image)
    parser.add_render_rule("link_open", _link)
    parser.add_render_rule("fence", _code_block)
    parser.add_render_rule("code_block", _code_block)
    parser.add_render_rule("th_open", _aligned_cell)
    parser.add_render_rule("td_open", _aligned_cell)
    parser.add_render_rule(
        "table_open", lambda *_: '<div class="table-scroll" tabindex="0"><table>'
    )
    parser.add_render_rule("table_close", lambda *_: "</table></div>")
    return bound(parser)


_PARSER = _parser(breaks=False)
_POST_PARSER = _parser(breaks=True)
_CLEANER = nh3.Cleaner(
    tags=BLOCKS | INLINE | TABLE,
    attributes=ATTRIBUTES,
    allowed_classes=CLASSES,
    url_schemes=set(SCHEMES),
    # The rules above give each link its own; HTML from outside never gets here.
    link_rel=None,
)
