"""A topic and a decision about grouping as the domain sees them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class NearTopic:
    """Another topic close by meaning, perhaps a twin.

    `cosine` is that of both topics' mean vectors; `shared` are the keywords of both.
    """

    id: int
    cosine: float
    shared: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AskedWording:
    """One question of a topic, searched as a customer would, and what that found.

    The text stays with the question: what is erased there is gone here. `verdict` is that of
    the search (`answer maybe none`), `confidence` 0 to 1, `entry_id` the first hit, or the
    nearest entry below the floor.
    """

    question_id: int
    lang: str | None
    verdict: str
    confidence: float
    entry_id: int | None


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a topic has its verdict.

    `entry_id` is the entry that the verdict is about, with the votes on it and the reasons of
    those that say no, the most frequent first.
    """

    asked: tuple[AskedWording, ...]
    entry_id: int | None
    helpful: int
    unhelpful: int
    reasons: tuple[tuple[str, int], ...]
    checked_at: datetime

    @property
    def answered(self) -> int:
        """How many of the asked wordings got an answer."""
        return sum(1 for one in self.asked if one.verdict == "answer")


@dataclass(frozen=True, slots=True)
class Topic:
    """Questions that mean the same.

    `size` counts distinct asks, `reposts` the questions that only repeat an ask of the same
    sender: together they are all members. `weeks` counts asks per ISO week ("2026-W07"),
    oldest first. `typical` and `atypical` are question ids, most telling first. `draft` quotes
    the most central useful reply with its source, None where no reply is useful. `langs` and
    `products` are (name, asks), most first. `near` is nearest first. `unanswered_share` is the
    share, 0 to 1, of those who ask that get no answer, None before the first verdict; `effect`
    the people a week who ask and get none.
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
    reposts: int = 0
    langs: tuple[tuple[str, int], ...] = ()
    products: tuple[tuple[str, int], ...] = ()
    near: tuple[NearTopic, ...] = ()
    evidence: Evidence | None = None
    unanswered_share: float | None = None
    effect: float = 0.0


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
    reposts: int = 0
    langs: tuple[tuple[str, int], ...] = ()
    products: tuple[tuple[str, int], ...] = ()


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
    `about` are the questions whose place the action decided: those of the topic that was merged
    into another, those split off, the one moved or taken out. `beside` are, of a merge, those
    of the topic that took them in.
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
    about: tuple[int, ...] = ()
    beside: tuple[int, ...] = ()
    overridden: bool = False
