"""The map of questions as the page's script reads it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.topics.question_map import map_questions
from kb.questions import GroupableQuestion
from web.report.facts import Asked, ReportTopic
from web.report.hues import choose_hues

MOST_POINTS = 20_000
"""Dots that a canvas still moves smoothly."""

POINT_CHARACTERS = 140
UNITS = 10
"""Whole units of the map in the width of one dot: short numbers, no visible rounding."""


@dataclass(frozen=True, slots=True)
class TopicMap:
    """The map as JSON and the colour of each topic; `points` of `questions` are drawn."""

    data: dict[str, Any]
    hues: list[tuple[int, int]]
    points: int
    questions: int


def draw_map(
    asked: Asked,
    place_of: NDArray[np.int32],
    topics: Sequence[ReportTopic],
    *,
    most_points: int = MOST_POINTS,
) -> TopicMap:
    """Lay out the questions; `place_of` turns places of `asked` into places in `topics`.

    Of more than `most_points` a sample is drawn in which each topic keeps its share.
    """
    topic_of = _places(place_of, asked.topic_of)
    nearest = _places(place_of, asked.nearest_topic)
    rows = _sample(topic_of, most_points)
    laid = map_questions(
        asked.vectors[rows], topic_of[rows], nearest[rows], topic_count=len(topics)
    )
    hues = choose_hues(laid.centres)
    places = np.rint(laid.points * UNITS).astype(int)
    named = np.where(topic_of[rows] >= 0, topic_of[rows], -2 - nearest[rows])
    data = {
        "x": places[:, 0].tolist(),
        "y": places[:, 1].tolist(),
        "topic": named.tolist(),
        "text": [_one_line(asked.questions[row]) for row in rows],
        "topics": [
            {
                "number": one.name.number,
                "label": one.name.label,
                "lang": one.name.lang,
                "words": list(one.name.keywords),
                "size": one.size,
                "share": round(one.share, 5),
                "hue": hue,
                "tone": tone,
                "x": round(float(centre[0]) * UNITS),
                "y": round(float(centre[1]) * UNITS),
                "r": round(float(radius) * UNITS),
            }
            for one, (hue, tone), centre, radius in zip(
                topics, hues, laid.centres, laid.radii, strict=True
            )
        ],
    }
    return TopicMap(data, hues, len(rows), len(asked.questions))


def _places(place_of: NDArray[np.int32], topics: NDArray[np.int32]) -> NDArray[np.int32]:
    """The places, -1 stays -1."""
    return np.append(place_of, np.int32(-1))[topics]


def _sample(topic_of: NDArray[np.int32], most_points: int) -> NDArray[np.int64]:
    """All rows, or evenly spaced ones of each topic, at least one."""
    rows = np.arange(len(topic_of))
    if len(rows) <= most_points:
        return rows
    order = np.argsort(topic_of, kind="stable")
    first = np.r_[True, np.diff(topic_of[order]) != 0]
    step = np.floor(rows * (most_points / len(rows)))
    kept = first | np.r_[True, np.diff(step) > 0]
    chosen: NDArray[np.int64] = np.sort(order[kept])
    return chosen


def _one_line(question: GroupableQuestion) -> str:
    text = f"{question.subject}: {question.body}" if question.subject else question.body
    if question.body.casefold().startswith(question.subject.casefold()):
        text = question.body
    flat = " ".join(text[: POINT_CHARACTERS * 3].split())
    return flat if len(flat) <= POINT_CHARACTERS else flat[: POINT_CHARACTERS - 1].rstrip() + "…"
