"""Topics as a table in a terminal, as wide as it is, or uncut where a program reads it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from kb.questions import Question
from kb.topics import Topic
from web.cli.output import out

BARS = "▁▂▃▄▅▆▇█"
TREND_WEEKS = 12
NARROW_WEEKS = 6
SHOWN_KEYWORDS = 5
ARROWS = {"rising": "↗", "falling": "↘", "steady": "→"}

UNCUT = 10_000
"""Width of what goes into a file or a pipe: nothing is cut there."""

PEOPLE_FROM, WEEKS_FROM, VERDICT_FROM, KEYWORDS_FROM = 72, 64, 92, 120
"""Widths from which a column has room; what has none stands under the label."""

NO_EFFECT = "-"

Cell = str | Text | Group


@dataclass(frozen=True, slots=True)
class _Column:
    """A column: its heading, what stands in it, and from which width on it is there."""

    heading: str
    cell: Callable[[Topic], Cell]
    from_width: int = 0
    to_right: bool = True
    ratio: int | None = None


def page() -> Console:
    """Where to print: as wide as the terminal or COLUMNS, else so wide that nothing is cut."""
    if out.is_terminal or "COLUMNS" in os.environ:
        return out
    return Console(highlight=False, width=UNCUT)


def topics_table(found: Sequence[Topic], samples: Mapping[int, Question]) -> Table:
    """One row of two lines per topic, in the order given; one line where nothing is cut.

    Effect and verdict are left out before the first run that knows them.
    """
    width = page().width
    has_verdicts = any(one.verdict for one in found)
    weeks = TREND_WEEKS if width >= VERDICT_FROM else NARROW_WEEKS
    columns = [
        _Column("topic", lambda one: str(one.id)),
        _Column("asked", lambda one: f"{one.size:,}"),
        _Column("people", lambda one: f"{one.askers:,}", PEOPLE_FROM),
        _Column("weeks", lambda one: sparkline(one.weeks, weeks), WEEKS_FROM),
        _Column("trend", lambda one: _trend(one, width), to_right=False),
    ]
    if has_verdicts:
        columns.insert(1, _Column("effect", lambda one: effect_of(one)))
        columns.append(
            _Column("verdict", lambda one: one.verdict or "", VERDICT_FROM, to_right=False)
        )
    columns.append(_Column("what people ask", lambda one: _ask(one, samples, width), 0, False, 3))
    columns.append(_Column("keywords", _keywords, KEYWORDS_FROM, False, 2))
    return _table([one for one in columns if width >= one.from_width], found, width)


def _table(columns: Sequence[_Column], found: Sequence[Topic], width: int) -> Table:
    uncut = width == UNCUT
    table = Table(box=None, pad_edge=False, header_style="bold", expand=not uncut)
    for column in columns:
        table.add_column(
            column.heading,
            justify="right" if column.to_right else "left",
            no_wrap=True,
            ratio=None if uncut else column.ratio,
            overflow="ellipsis" if column.ratio else "crop",
        )
    for topic in found:
        table.add_row(*(column.cell(topic) for column in columns))
    return table


def sparkline(weeks: tuple[tuple[str, int], ...], shown: int = TREND_WEEKS) -> str:
    """The last weeks' counts as bars, the highest week full; at most `shown` characters."""
    counts = [count for _, count in weeks[-shown:]]
    top = max(counts, default=0)
    if top == 0:
        return ""
    return "".join(BARS[round(count / top * (len(BARS) - 1))] for count in counts)


def effect_of(topic: Topic) -> str:
    """People a week who ask and get no answer: `12`, `3.4`, `<0.1`."""
    if topic.effect <= 0:
        return NO_EFFECT
    if topic.effect < 0.1:
        return "<0.1"
    return f"{topic.effect:,.0f}" if topic.effect >= 10 else f"{topic.effect:.1f}"


def _trend(topic: Topic, width: int) -> str:
    if not topic.trend:
        return ""
    arrow = ARROWS.get(topic.trend, "")
    return f"{arrow} {topic.trend}".strip() if width >= PEOPLE_FROM else arrow


def _keywords(topic: Topic) -> Text:
    return line(", ".join(topic.keywords[:SHOWN_KEYWORDS]), "dim")


def _ask(topic: Topic, samples: Mapping[int, Question], width: int) -> Cell:
    label = line(topic.label, "bold")
    if width == UNCUT:
        return label
    if width >= KEYWORDS_FROM:
        below = _next_wording(topic, samples)
    else:
        words = ", ".join(topic.keywords[:SHOWN_KEYWORDS])
        verdict = topic.verdict if width < VERDICT_FROM else None
        below = " · ".join(one for one in (verdict, words) if one)
    return Group(label, line(below, "dim")) if below else label


def line(text: str, style: str) -> Text:
    """A text on one line, cut with an ellipsis where it does not fit."""
    return Text(" ".join(text.split()), style=style, no_wrap=True, overflow="ellipsis")


def _next_wording(topic: Topic, samples: Mapping[int, Question]) -> str:
    """The first typical wording that says it otherwise than the label."""
    label = _folded(topic.label)
    found = (samples[one].wording for one in topic.typical if one in samples)
    return next((wording for wording in found if _folded(wording) != label), "")


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())
