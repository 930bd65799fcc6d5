"""Markdown parsers whose markup stays in proportion to the text it is made of."""

from __future__ import annotations

from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_block import table as parse_table
from markdown_it.rules_core import StateCore

MAX_CELLS = 10_000
"""Those of a text in all its tables: a row gets the cells that it leaves out, so that a few bytes
become a table of any size. What comes after the last one is words."""

FREE_REFERENCE_CHARS = 100_000
"""What uses of named links may add to any text, however short it is; cmark allows as much."""


def bound(parser: MarkdownIt) -> MarkdownIt:
    """The parser, which repeats no link for ever, and ends its tables after enough of them.

    An address that is named once (`[a]: /x`) can be used with three characters. Once all uses
    together would be longer than the text itself and `FREE_REFERENCE_CHARS`, further ones stay
    the words that they are.
    """
    parser.core.ruler.before("normalize", "bound_references", _bound_references)
    parser.block.ruler.at("table", _bounded_table, {"alt": ["paragraph", "reference"]})
    return parser


class _References(dict[str, Any]):
    """What a text names, by its label, until it was used too often."""

    def __init__(self, chars: int) -> None:
        super().__init__()
        self._chars_left = chars

    def get(self, label: str, default: Any = None) -> Any:
        """What the label stands for; the parser asks once for each use."""
        found = super().get(label, default)
        if found is not None:
            self._chars_left -= len(found["href"]) + len(found["title"])
        return found if self._chars_left >= 0 else default


def _bound_references(state: StateCore) -> None:
    state.env["references"] = _References(max(len(state.src), FREE_REFERENCE_CHARS))
    state.env["cells_left"] = MAX_CELLS


def _bounded_table(state: StateBlock, first: int, last: int, silent: bool) -> bool:
    header = state.src[state.bMarks[first] : state.eMarks[first]]
    columns = header.count("|") + 1
    rows = state.env["cells_left"] // columns
    if rows == 0:
        return False
    before = len(state.tokens)
    # The delimiter under the header is a line without cells.
    is_table = parse_table(state, first, min(last, first + 1 + rows), silent)
    cells = sum(one.type in ("td_open", "th_open") for one in state.tokens[before:])
    state.env["cells_left"] -= cells
    return is_table
