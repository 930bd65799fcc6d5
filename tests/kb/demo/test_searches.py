"""The demo's year of searches: drawn from its wordings, true to its known truth."""

from __future__ import annotations

from collections import Counter, defaultdict

from kb.demo.draw_search_year import draw_search_year

from tests.kb.demo.world import COURSES, ENTRIES, INTENTS, SEARCHES, WORDINGS

FIELDS = [
    "at",
    "visitor",
    "text",
    "lang",
    "verdict",
    "confidence",
    "first_hit",
    "clicks",
    "outcome",
]
INTENT_OF = {row["text"]: row["intent"] for row in WORDINGS}
ENOUGH_TO_COUNT = 60
"""Searches from which a drawn share lies within 0.2 of the true one but once in a thousand."""


def test_the_file_is_what_the_draw_gives():
    assert list(draw_search_year()) == SEARCHES


def test_a_wording_belongs_to_one_intent_and_every_intent_has_some_in_both_languages():
    assert len({row["text"].casefold() for row in WORDINGS}) == len(WORDINGS)
    languages = defaultdict(set)
    for row in WORDINGS:
        languages[row["intent"]].add(row["lang"])
    assert languages.keys() == {*INTENTS, "none"} == COURSES.keys()
    assert all(found == {"en", "de"} for found in languages.values())


def test_searches_cover_a_year_in_order_with_every_verdict_and_outcome():
    assert {tuple(row) for row in SEARCHES} == {tuple(FIELDS)}
    assert len(SEARCHES) >= 5_000
    times = [row["at"] for row in SEARCHES]
    assert times == sorted(times)
    assert {when[:7] for when in times} == {
        *(f"2025-{month:02d}" for month in range(9, 13)),
        *(f"2026-{month:02d}" for month in range(1, 10)),
    }
    assert {row["verdict"] for row in SEARCHES} == {"answer", "maybe", "none"}
    assert {row["outcome"] for row in SEARCHES} == {"answered", "asked", "left"}
    assert {row["text"] for row in SEARCHES} <= INTENT_OF.keys()


def test_the_shares_that_found_an_answer_are_the_true_ones():
    found: dict[tuple[str, str], Counter[bool]] = defaultdict(Counter)
    for row in SEARCHES:
        course = COURSES[INTENT_OF[row["text"]]]
        when = "after" if row["at"][:10] >= course["changes"] else "before"
        found[course["intent"], when][row["outcome"] == "answered"] += 1
    counted = 0
    for (intent, when), outcomes in found.items():
        if outcomes.total() >= ENOUGH_TO_COUNT:
            true_share = float(COURSES[intent][f"answered_{when}"])
            assert abs(outcomes[True] / outcomes.total() - true_share) < 0.2, (intent, when)
            counted += 1
    assert counted >= 40


def test_nothing_is_shown_before_it_is_published_and_only_what_is_shown_is_clicked():
    published = {entry["id"]: entry["published"] for entry in ENTRIES}
    for row in SEARCHES:
        if row["first_hit"] is not None:
            assert published[row["first_hit"]] <= row["at"][:10], row
        assert set(row["clicks"]) <= {row["first_hit"]}


def test_an_intent_is_looked_for_only_while_it_is_there():
    for row in SEARCHES:
        course = COURSES[INTENT_OF[row["text"]]]
        assert course["begins"] <= row["at"][:10] <= course["ends"], row


def test_some_entries_got_better_one_got_worse_and_one_is_an_untouched_control():
    changed = {
        intent: float(row["answered_after"]) - float(row["answered_before"])
        for intent, row in COURSES.items()
    }
    assert sum(change > 0.2 for change in changed.values()) >= 10
    assert sum(change < -0.2 for change in changed.values()) == 1
    assert sum(change == 0 for change in changed.values()) >= 20
