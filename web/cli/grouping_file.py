"""Groups a file of questions without storing anything: `kb topics --from FILE`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.table import Table
from rich.text import Text

from indexer.encoder import open_encoder
from indexer.grouping import UNGROUPED, Grouping, group_questions
from indexer.keywords import topic_keywords
from indexer.labels import label_topics
from kb.embedded_text import embedded_text
from kb.errors import InvalidInput
from kb.intake.cleaning import clean_question
from kb.intake.files import open_questions
from kb.intake.records import BadRow, IncomingQuestion
from kb.settings import read_settings
from web.cli.output import out, print_json, say, shown_steps

SHOWN_TOPICS = 40
SHOWN_BAD_ROWS = 20
CLEANED_A_STEP = 100


def group_file(path: Path, columns: Mapping[str, str], *, as_json: bool) -> None:
    """Read, clean, embed and group the questions of a file; print topics and the ungrouped.

    `columns` maps fields to columns, like `--map`. Raises InvalidInput for a file without two
    usable questions.
    """
    rows = list(open_questions(path, explicit=columns))
    incoming = [row for row in rows if not isinstance(row, BadRow)]
    _tell_bad_rows([row for row in rows if isinstance(row, BadRow)])
    if len(incoming) < 2:
        raise InvalidInput(f"{path.name} has only {len(incoming)} question: nothing to group")
    encoder = open_encoder(read_settings(), on_progress=say)
    count = len(incoming)
    with shown_steps() as steps:
        cleaned = []
        for place, row in enumerate(incoming, start=1):
            cleaned.append(
                clean_question(row.subject, row.body, is_html=row.body_is_html, lang=row.lang)
            )
            if place % CLEANED_A_STEP == 0 or place == count:
                steps.show("clean", place, count)
        texts = [embedded_text(one.subject, one.body) for one in cleaned]
        wordings = [one.subject or one.body for one in cleaned]
        vectors = encoder.encode(texts, on_batch=lambda done: steps.show("embed", done, count))
    grouping = group_questions(vectors, texts=texts, langs=[one.lang for one in cleaned])
    answer = _answer(incoming, texts, wordings, vectors, grouping)
    if as_json:
        print_json(answer)
    else:
        _print(answer)


def _tell_bad_rows(rows: Sequence[BadRow]) -> None:
    for bad in rows[:SHOWN_BAD_ROWS]:
        say(f"row {bad.row}, {bad.field or 'row'}: {bad.reason}")
    if len(rows) > SHOWN_BAD_ROWS:
        say(f"and {len(rows) - SHOWN_BAD_ROWS:,} more rows that cannot be used")


def _answer(
    incoming: Sequence[IncomingQuestion],
    texts: Sequence[str],
    wordings: Sequence[str],
    vectors: NDArray[np.float32],
    grouping: Grouping,
) -> dict[str, Any]:
    """Return the stable JSON shape of a grouping; topics are numbered from 1 in this answer."""
    count = grouping.topic_count
    labels = label_topics(vectors, wordings, grouping.topic_of, topic_count=count)
    keywords = topic_keywords(texts, grouping.topic_of, topic_count=count)
    topics = []
    for number in range(count):
        members = np.flatnonzero(grouping.topic_of == number).tolist()
        topics.append(
            {
                "id": number + 1,
                "label": labels[number].label,
                "keywords": keywords[number],
                "size": len(members),
                "members": [incoming[row].source_id for row in members],
            }
        )
    ungrouped = [
        {
            "source_id": incoming[row].source_id,
            "nearest": int(grouping.nearest_topic[row]) + 1
            if grouping.nearest_topic[row] != UNGROUPED
            else None,
            "confidence": round(float(grouping.confidence[row]), 4),
        }
        for row in np.flatnonzero(grouping.topic_of == UNGROUPED).tolist()
    ]
    return {"topics": topics, "ungrouped": ungrouped}


def _print(answer: dict[str, Any]) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold", expand=True)
    table.add_column("asked", justify="right", no_wrap=True)
    table.add_column("what people ask", ratio=3, no_wrap=True, overflow="ellipsis")
    table.add_column("keywords", ratio=2, no_wrap=True, overflow="ellipsis")
    largest = sorted(answer["topics"], key=lambda topic: (-topic["size"], topic["id"]))
    for topic in largest[:SHOWN_TOPICS]:
        label = Text(" ".join(topic["label"].split()), style="bold")
        table.add_row(f"{topic['size']:,}", label, Text(", ".join(topic["keywords"]), style="dim"))
    out.print(table)
    more = len(largest) - SHOWN_TOPICS
    told = f", {more:,} of them not shown (--json has all)" if more > 0 else ""
    say(f"{len(largest):,} topics{told}; {len(answer['ungrouped']):,} questions ungrouped")
