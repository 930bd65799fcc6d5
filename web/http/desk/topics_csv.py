"""Topics as a table for spreadsheets."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from kb.desk.next_steps import next_step
from kb.topics import Topic
from web.http.csv_cells import safe_cell

HEADER = (
    "id",
    "topic",
    "language",
    "keywords",
    "people_a_week_without_an_answer",
    "unanswered_share",
    "questions",
    "reposts",
    "people",
    "trend",
    "verdict",
    "next_step",
    "entry",
    "products",
    "languages",
    "first_asked",
    "last_asked",
)


def topics_csv(topics: Sequence[Topic]) -> str:
    """One row per topic, in the order given; no cell can be run as a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(HEADER)
    for one in topics:
        writer.writerow(
            [
                one.id,
                safe_cell(one.label),
                one.lang or "",
                safe_cell(", ".join(one.keywords)),
                one.effect,
                "" if one.unanswered_share is None else one.unanswered_share,
                one.size,
                one.reposts,
                one.askers,
                one.trend or "",
                one.verdict or "",
                next_step(one).kind,
                one.entry_id or "",
                safe_cell(_listed(one.products)),
                safe_cell(_listed(one.langs)),
                one.first_asked_at.date().isoformat() if one.first_asked_at else "",
                one.last_asked_at.date().isoformat() if one.last_asked_at else "",
            ]
        )
    return out.getvalue()


def _listed(counts: Sequence[tuple[str, int]]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts)
