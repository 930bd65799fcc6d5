"""Tells whether two entries answer one question twice."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from indexer.facts.keywords import WORD
from indexer.facts.stopwords import stop_words

# How far above the floor of links, on the way to 1, two questions have to be: the floor follows
# the encoder and the set, and so does this.
SAME_QUESTION = 0.72
CLOSE_QUESTION = 0.45
# Share of the shorter answer's words that the other one has.
SAME_ANSWER = 0.7
MIN_ANSWER_WORDS = 5
# Customers ask for both in the same words.
SHARED_WORDINGS = 2
SHARED_SHARE = 0.2


@dataclass(frozen=True, slots=True)
class EntryTexts:
    """What is compared of an entry: title, answer in plain text, hashes of its wordings."""

    title: str
    answer: str
    wordings: frozenset[str]


@dataclass(frozen=True, slots=True)
class Twins:
    """How near two entries are by meaning, cosines: by their closest wordings, by their titles."""

    score: float
    titles: float
    floor: float


@dataclass(frozen=True, slots=True)
class TwinFinding:
    """Two entries that say the same; strength is 0 to 1, facts are what a person can check."""

    strength: float
    facts: Mapping[str, Any]


def compare_entries(one: EntryTexts, other: EntryTexts, near: Twins) -> TwinFinding | None:
    """The finding that two entries answer one question, None where they seem to answer two.

    Either the questions are nearly the same; or they are close and the answers share their
    words, or customers use the same wordings for both.
    """
    overlap = answer_overlap(one.answer, other.answer)
    shared = len(one.wordings & other.wordings)
    enough = max(SHARED_WORDINGS, SHARED_SHARE * min(len(one.wordings), len(other.wordings)))
    questions = max(near.titles, near.score)
    same = questions >= _above(near.floor, SAME_QUESTION)
    close = near.score >= _above(near.floor, CLOSE_QUESTION)
    if not (same or shared >= enough or (close and overlap >= SAME_ANSWER)):
        return None
    strength = round((questions + overlap) / 2, 3)
    facts = {
        "similarity": round(near.score, 3),
        "titles": round(near.titles, 3),
        "answers": round(overlap, 3),
        "shared_wordings": shared,
    }
    return TwinFinding(strength, facts)


def answer_overlap(one: str, other: str) -> float:
    """Share of the shorter answer's distinct content words that the other has, 0 to 1."""
    words, others = _words(one), _words(other)
    least = min(len(words), len(others))
    return len(words & others) / least if least >= MIN_ANSWER_WORDS else 0.0


def _words(text: str) -> set[str]:
    return set(re.findall(WORD, text.lower())) - stop_words()


def _above(floor: float, share: float) -> float:
    return floor + share * (1.0 - floor)
