"""Groups a file of questions without storing anything: `kb topics --from FILE`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from rich.table import Table
from rich.text import Text

from indexer.encoder import open_encoder
from indexer.encoding.cache import exported_folder
from indexer.topics.grouping import UNGROUPED
from kb.intake.records import BadRow
from kb.settings import read_settings
from web.cli.output import out, print_json, say, shown_steps
from web.report.facts import NamedTopic
from web.report.from_file import name_topics
from web.report.grouped_file import (
    CleanedFile,
    GroupedFile,
    group_cleaned,
    read_cleaned,
    told_noise,
    without_unknown_words,
)

SHOWN_TOPICS = 40
SHOWN_BAD_ROWS = 20


def group_file(path: Path, columns: Mapping[str, str], *, lang: str | None, as_json: bool) -> None:
    """Read, clean, embed and group the questions of a file; print topics and the ungrouped.

    `columns` maps fields to columns, like `--map`; labels are in `lang` where there are some.
    Raises InvalidInput for a file without two usable questions.
    """
    grouped = read_and_group(path, columns)
    topics = name_topics(grouped, lang=lang)
    if as_json:
        print_json(_answer(grouped, topics))
    else:
        _print(grouped, topics)


def read_and_group(path: Path, columns: Mapping[str, str]) -> GroupedFile:
    """The questions of a file with their topics; progress and what is left out are told."""
    with shown_steps() as steps:
        file = read_cleaned(path, columns, on_step=steps.show)
    settings = read_settings()
    encoder = open_encoder(settings, on_progress=say)
    file = without_unknown_words(file, exported_folder(settings))
    _tell_left_out(file)
    with shown_steps() as steps:
        return group_cleaned(file, encoder, on_step=steps.show)


def _tell_left_out(file: CleanedFile) -> None:
    _tell_bad_rows(file.bad_rows)
    if file.repeated:
        say(f"{file.repeated:,} rows have the id of a later row, which counts")
    if file.noise:
        say(f"{file.noise.total():,} stay out of topics: {told_noise(file.noise)}")


def _tell_bad_rows(rows: Sequence[BadRow]) -> None:
    for bad in rows[:SHOWN_BAD_ROWS]:
        say(f"row {bad.row}, {bad.field or 'row'}: {bad.reason}")
    if len(rows) > SHOWN_BAD_ROWS:
        say(f"and {len(rows) - SHOWN_BAD_ROWS:,} more rows that cannot be used")


def _answer(grouped: GroupedFile, topics: Sequence[NamedTopic]) -> dict[str, Any]:
    """Return the stable JSON shape of a grouping; topics are numbered from 1 in this answer."""
    questions, grouping = grouped.file.questions, grouped.grouping
    members: list[list[str]] = [[] for _ in topics]
    for row, place in enumerate(grouping.topic_of.tolist()):
        if place != UNGROUPED:
            members[place].append(questions[row].source_id)
    listed = [
        {
            "id": topic.number,
            "label": topic.label,
            "keywords": topic.keywords,
            "size": len(own),
            "members": own,
        }
        for topic, own in zip(topics, members, strict=True)
    ]
    ungrouped = [
        {
            "source_id": questions[row].source_id,
            "nearest": int(grouping.nearest_topic[row]) + 1
            if grouping.nearest_topic[row] != UNGROUPED
            else None,
            "confidence": round(float(grouping.confidence[row]), 4),
        }
        for row in np.flatnonzero(grouping.topic_of == UNGROUPED).tolist()
    ]
    return {"topics": listed, "ungrouped": ungrouped}


def _print(grouped: GroupedFile, topics: Sequence[NamedTopic]) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold", expand=True)
    table.add_column("asked", justify="right", no_wrap=True)
    table.add_column("what people ask", ratio=3, no_wrap=True, overflow="ellipsis")
    table.add_column("keywords", ratio=2, no_wrap=True, overflow="ellipsis")
    topic_of = grouped.grouping.topic_of
    sizes = np.bincount(topic_of[topic_of != UNGROUPED], minlength=len(topics))
    largest = sorted(topics, key=lambda topic: (-sizes[topic.number - 1], topic.number))
    for topic in largest[:SHOWN_TOPICS]:
        label = Text(" ".join(topic.label.split()), style="bold")
        words = Text(", ".join(topic.keywords), style="dim")
        table.add_row(f"{sizes[topic.number - 1]:,}", label, words)
    out.print(table)
    more = len(largest) - SHOWN_TOPICS
    told = f", {more:,} of them not shown (--json has all)" if more > 0 else ""
    loose = len(topic_of) - int(sizes.sum()) - grouped.file.noise.total()
    say(f"{len(largest):,} topics{told}; {loose:,} questions ungrouped")
