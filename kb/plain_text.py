"""Turns an answer's Markdown into the plain text that is searched and shown in snippets."""

from __future__ import annotations

from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token

from kb.bounded_markdown import bound

_MARKDOWN = bound(MarkdownIt("commonmark").enable("table"))


def markdown_to_text(markdown: str) -> str:
    """The text of a Markdown document: one line per paragraph, list item, cell row or code block.

    Link addresses, images' addresses and all markup are gone; alternative texts stay.
    """
    lines = [_inline_text(token) for token in _MARKDOWN.parse(markdown)]
    return "\n".join(line for line in lines if line)


def _inline_text(token: Token) -> str:
    if token.type in ("fence", "code_block"):
        return token.content.strip()
    if token.type != "inline":
        return ""
    return " ".join(_pieces(token.children or []).split())


def _pieces(tokens: Sequence[Token]) -> str:
    text = ""
    for token in tokens:
        if token.type in ("softbreak", "hardbreak"):
            text += " "
        elif token.type == "image":
            text += _pieces(token.children or [])
        else:
            text += token.content
    return text
