"""Markdown to the two bodies of a mail: plain text, and HTML styled for mail programs."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

from kb.bounded_markdown import bound

TEXT_WIDTH = 76
"""Longest line of the plain text where no word is longer. Source: RFC 5322 recommends 78."""

CODE_INDENT = "    "
BUTTON = "m-button"
LINK = "m-link"

_ABSOLUTE = re.compile(r"(https?|mailto):", re.IGNORECASE)
_PARSER = bound(MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"]))
_CLEANER = nh3.Cleaner(
    tags={
        *("a", "blockquote", "br", "code", "del", "em", "h1", "h2", "h3", "hr", "li", "ol", "p"),
        *("pre", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul"),
    },
    attributes={"*": {"style"}, "a": {"href", "class"}, "ol": {"start"}, "blockquote": {"class"}},
    url_schemes={"http", "https", "mailto"},
    link_rel=None,
)


@dataclass(frozen=True, slots=True)
class Styles:
    """Inline styles by tag, and those of a link that stands alone, which is a button.

    The second of two buttons in a row is a quiet one, so that one of them is meant first.
    """

    by_tag: Mapping[str, str]
    button: str
    quiet_button: str
    button_row: str


def parse(source: str) -> list[Token]:
    """The blocks of a piece of Markdown; HTML in it is text."""
    return _PARSER.parse(source)


def make_links_absolute(
    tokens: Sequence[Token], absolute: Callable[[str], str], files: Mapping[str, str]
) -> None:
    """Let every link and picture that names a path of this site lead there from anywhere.

    `files` are paths by what texts call them. What only means something on its own page (`#part`,
    `unknown.png`) becomes plain words.
    """
    for token in tokens:
        if token.children:
            token.children = list(_leading_somewhere(token.children, absolute, files))


def _leading_somewhere(
    children: Iterable[Token], absolute: Callable[[str], str], files: Mapping[str, str]
) -> Iterator[Token]:
    dropped = False
    for token in children:
        if token.type == "link_close" and dropped:
            dropped = False
            continue
        name = {"link_open": "href", "image": "src"}.get(token.type)
        if name is None:
            yield token
            continue
        target = str(token.attrGet(name) or "")
        target = files.get(target) or files.get(unquote(target)) or target
        if target.startswith("/") and not target.startswith(("//", "/\\")):
            token.attrSet(name, absolute(target))
        elif not _ABSOLUTE.match(target):
            dropped = token.type == "link_open"
            if not dropped:
                yield Token("text", "", 0, content=token.content)
            continue
        yield token


# --- HTML -------------------------------------------------------------------------------------


def to_html(tokens: Sequence[Token], styles: Styles) -> str:
    """The blocks as safe HTML; pictures are links, since a mail loads nothing from anywhere."""
    for place, token in enumerate(tokens):
        _level(token)
        if token.type == "inline":
            token.children = _without_pictures(token.children or [])
            if _is_button(token):
                tokens[place - 1].attrSet("style", styles.button_row)
                quiet = place > 2 and _is_button(tokens[place - 3])
                token.children[0].attrs |= (
                    {"class": LINK, "style": styles.quiet_button}
                    if quiet
                    else {"class": BUTTON, "style": styles.button}
                )
            _style(token.children, styles)
        if token.type in ("th_open", "td_open"):
            # A column's alignment is a style already: it comes last, so that it counts.
            aligned = token.attrs.get("style", "")
            token.attrSet("style", f"{styles.by_tag[token.tag]};{aligned}".rstrip(";"))
        elif token.nesting >= 0 and token.tag in styles.by_tag and "style" not in token.attrs:
            token.attrSet("style", styles.by_tag[token.tag])
    return _CLEANER.clean(_PARSER.renderer.render(tokens, _PARSER.options, {}))


def _level(token: Token) -> None:
    """Mail programs show three levels of headings apart, at most."""
    if token.type in ("heading_open", "heading_close"):
        token.tag = f"h{min(int(token.tag[1]), 3)}"


def _style(children: Iterable[Token], styles: Styles) -> None:
    for token in children:
        if token.nesting >= 0 and token.tag in styles.by_tag and "style" not in token.attrs:
            token.attrSet("style", styles.by_tag[token.tag])
            if token.tag == "a":
                token.attrSet("class", LINK)


def _without_pictures(children: list[Token]) -> list[Token]:
    found: list[Token] = []
    for token in children:
        if token.type != "image":
            found.append(token)
            continue
        source = str(token.attrGet("src") or "")
        opening = Token("link_open", "a", 1, attrs={"href": source})
        words = Token("text", "", 0, content=token.content or source)
        found += [opening, words, Token("link_close", "a", -1)]
    return found


def with_buttons(tokens: list[Token]) -> list[Token]:
    """The same blocks; paragraphs that are one link alone are marked to be shown as buttons."""
    for place, token in enumerate(tokens):
        opens = token.type == "paragraph_open" and token.level == 0
        if opens and _is_lone_link(tokens[place + 1].children or []):
            tokens[place + 1].meta[BUTTON] = True
    return tokens


def _is_button(token: Token) -> bool:
    return bool(token.meta.get(BUTTON))


def _is_lone_link(children: Sequence[Token]) -> bool:
    types = [token.type for token in children]
    return len(types) > 2 and (types[0], types[-1], types.count("link_open")) == (
        "link_open",
        "link_close",
        1,
    )


# --- plain text -------------------------------------------------------------------------------


def to_text(tokens: Sequence[Token]) -> str:
    """The blocks as plain text, lines of at most `TEXT_WIDTH`, links with their addresses."""
    return _blocks(SyntaxTreeNode(tokens).children, TEXT_WIDTH)


def _blocks(nodes: Iterable[SyntaxTreeNode], width: int) -> str:
    return "\n\n".join(found for node in nodes if (found := _block(node, width)))


def _block(node: SyntaxTreeNode, width: int) -> str:
    if node.type in ("paragraph", "heading"):
        return _paragraph(node, width)
    if node.type in ("bullet_list", "ordered_list"):
        return _list(node, width)
    if node.type == "blockquote":
        return textwrap.indent(_blocks(node.children, width - 2), "> ", lambda _line: True)
    if node.type in ("fence", "code_block"):
        return textwrap.indent(node.content.rstrip("\n"), CODE_INDENT)
    if node.type == "table":
        return "\n".join(" | ".join(_inline(c) for c in row.children) for row in _rows(node))
    return "-" * 20 if node.type == "hr" else _blocks(node.children, width)


def _rows(table: SyntaxTreeNode) -> list[SyntaxTreeNode]:
    return [row for part in table.children for row in part.children]


def _paragraph(node: SyntaxTreeNode, width: int) -> str:
    inline = node.children[0].children if node.children else []
    if len(inline) == 1 and inline[0].type == "link" and node.type == "paragraph":
        target = str(inline[0].attrs.get("href", ""))
        label = "".join(_inline(child) for child in inline[0].children)
        return target if label == target else f"{label}:\n{target}"
    text = _wrapped(_inline(node), width)
    if node.type == "heading":
        longest = max((len(line) for line in text.splitlines()), default=0)
        return f"{text}\n{'-' * longest}"
    return text


def _list(node: SyntaxTreeNode, width: int) -> str:
    number = int(node.attrs.get("start", 1))
    items: list[str] = []
    for place, item in enumerate(node.children):
        mark = f"{number + place}. " if node.type == "ordered_list" else "- "
        body = textwrap.indent(_blocks(item.children, width - len(mark)), " " * len(mark))
        items.append(mark + body[len(mark) :])
    return "\n".join(items)


def _wrapped(text: str, width: int) -> str:
    lines = (
        textwrap.fill(line, max(width, 20), break_long_words=False, break_on_hyphens=False)
        for line in text.split("\n")
    )
    return "\n".join(lines)


def _inline(node: SyntaxTreeNode) -> str:
    if node.type in ("text", "code_inline"):
        return node.content
    if node.type == "softbreak":
        return " "
    if node.type == "hardbreak":
        return "\n"
    if node.type == "image":
        return _with_address(node.content, str(node.attrs.get("src", "")))
    inner = "".join(_inline(child) for child in node.children)
    if node.type == "link":
        return _with_address(inner, str(node.attrs.get("href", "")))
    return inner


def _with_address(label: str, target: str) -> str:
    return target if label in ("", target) else f"{label} ({target})"
