"""Safe markup as a tree that the widget builds element by element, without any markup there."""

from __future__ import annotations

from html.parser import HTMLParser
from urllib.parse import urljoin

VOID = frozenset({"br", "hr", "img"})
LOWERED = {"h2": "h3", "h3": "h4", "h4": "h5"}
"""In the widget the entry's title is a heading of level 2, on its page of level 1."""

KEPT = frozenset({"alt", "class", "height", "href", "lang", "src", "start", "tabindex", "width"})
BLOCKS = frozenset({"", "blockquote", "div", "ol", "table", "tbody", "thead", "tr", "ul"})
"""Between what stands in these, white space says nothing."""

ADDRESSES = frozenset({"href", "src"})

Node = str | list[object]
"""A text, or [element, attributes, children]."""


def tree_of(html: str, *, base: str) -> list[Node]:
    """The nodes of safe markup (`render_markdown`), its addresses absolute, from `base` on.

    A page that builds these can forbid all markup from scripts (`require-trusted-types-for`).
    """
    reader = _TreeReader(base)
    reader.feed(html)
    reader.close()
    return reader.top


class _TreeReader(HTMLParser):
    def __init__(self, base: str) -> None:
        super().__init__()
        self.top: list[Node] = []
        self._base = base
        self._open: list[tuple[str, list[Node]]] = [("", self.top)]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs if name in KEPT}
        for name in ADDRESSES & given.keys():
            given[name] = urljoin(self._base, given[name])
        children: list[Node] = []
        self._open[-1][1].append([LOWERED.get(tag, tag), given, children])
        if tag not in VOID:
            self._open.append((tag, children))

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID and len(self._open) > 1:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        around, children = self._open[-1]
        if around not in BLOCKS or data.strip():
            children.append(data)
