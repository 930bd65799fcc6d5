"""Thanks, automatic replies, greetings and spam are told from questions."""

from __future__ import annotations

from collections import Counter

import pytest

from kb.intake.cleaning import clean_question
from tests.kb.demo.world import GOLD, QUESTIONS


@pytest.fixture(scope="module")
def found() -> Counter[tuple[str, bool]]:
    """How many of each true kind are kept out of topics, and how many are not."""
    counts: Counter[tuple[str, bool]] = Counter()
    for question in QUESTIONS:
        clean = clean_question(question["subject"], question["text"], lang=question["lang"])
        counts[GOLD[question["id"]]["noise"] or "asks", clean.noise is not None] += 1
    return counts


@pytest.mark.parametrize(
    ("kind", "share"), [("thanks", 0.7), ("auto_reply", 0.8), ("greeting", 0.7), ("spam", 0.6)]
)
def test_what_asks_nothing_is_kept_out(found, kind, share):
    assert found[kind, True] >= share * (found[kind, True] + found[kind, False]), found


def test_hardly_any_question_is_taken_for_noise(found):
    assert found["asks", True] <= 0.003 * found["asks", False], found
    assert found["off_topic", True] <= 0.05 * found["off_topic", False], found
