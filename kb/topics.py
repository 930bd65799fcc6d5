"""A topic and a decision about grouping as the domain sees them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Topic:
    """Questions that mean the same.

    `weeks` counts questions per ISO week ("2026-W07"), oldest first. `typical` and `atypical`
    are question ids, most telling first. `draft` quotes the most central useful reply with its
    source, None where no reply is useful.
    """

    id: int
    state: str
    label: str
    lang: str | None
    keywords: tuple[str, ...]
    size: int
    askers: int
    cohesion: float | None
    weeks: tuple[tuple[str, int], ...]
    trend: str | None
    typical: tuple[int, ...]
    atypical: tuple[int, ...]
    draft: dict[str, Any] | None
    verdict: str | None
    first_asked_at: datetime | None
    last_asked_at: datetime | None
    merged_into: int | None
    entry_id: int | None


@dataclass(frozen=True, slots=True)
class TopicFacts:
    """What one run found out about a topic; it replaces what the run before found."""

    label: str
    lang: str | None
    label_question_id: int | None
    keywords: tuple[str, ...]
    size: int
    askers: int
    cohesion: float | None
    weeks: tuple[tuple[str, int], ...]
    trend: str | None
    typical: tuple[int, ...]
    atypical: tuple[int, ...]
    draft: dict[str, Any] | None
    first_asked_at: datetime | None
    last_asked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Assignment:
    """Where one question stands: in a topic, or ungrouped with its nearest topic named."""

    question_id: int
    topic_id: int | None
    nearest_topic_id: int | None
    how: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person said about two questions: "same" or "not same"; the newer of two wins.

    `question_a` is the smaller id. One `batch` holds what one action said and is undone whole.
    """

    id: int
    kind: str
    question_a: int
    question_b: int
    action: str
    batch: str
    by_name: str
    at: datetime
    undone_at: datetime | None
