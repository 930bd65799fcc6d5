"""The demo's incoming questions: as people write, over forty weeks, each with its true intent."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime
from itertools import combinations
from pathlib import Path

import pytest
from rapidfuzz import fuzz

from tests.kb.demo.world import (
    AFTER_LAST_DAY,
    ENTRIES,
    FIRST_DAY,
    GOLD,
    INTENTS,
    QUESTIONS,
    WEEKS,
    normal,
    related,
    traits,
)

FIELDS = [
    "id",
    "created",
    "channel",
    "subject",
    "text",
    "lang",
    "product",
    "sender",
    "sender_name",
    "replies",
]
PACKAGES = ("kb", "indexer", "search", "web")
CHANNELS = {"ticket", "email", "form", "chat", "search"}
NOISE = {"spam", "thanks", "auto_reply", "greeting", "off_topic"}
BIGGEST_INTENT = "pairing-after-update"
BURSTS = {
    BIGGEST_INTENT: ("2026-08-24", "2026-09-14"),
    "recall-steam-joint": ("2026-04-13", "2026-06-15"),
    "christmas-delivery": ("2025-12-08", "2025-12-25"),
    "gift-return": ("2025-12-25", "2026-02-01"),
}


def test_every_question_has_the_same_fields_in_the_same_order_and_its_own_id():
    assert {tuple(question) for question in QUESTIONS} == {tuple(FIELDS)}
    assert len({question["id"] for question in QUESTIONS}) == len(QUESTIONS)
    assert all(question["text"].strip() for question in QUESTIONS)


def test_there_are_fifteen_hundred_through_all_channels_three_fifths_of_them_english():
    assert len(QUESTIONS) >= 1_500
    channels = Counter(question["channel"] for question in QUESTIONS)
    assert channels.keys() == CHANNELS
    assert min(channels.values()) >= 0.05 * len(QUESTIONS)
    languages = Counter(question["lang"] for question in QUESTIONS)
    assert set(languages) == {"en", "de"}
    assert 0.57 <= languages["en"] / len(QUESTIONS) <= 0.63


def test_they_come_in_order_of_time_in_each_of_the_forty_weeks():
    created = [datetime.fromisoformat(question["created"]) for question in QUESTIONS]
    assert created == sorted(created)
    assert created[0] >= FIRST_DAY
    assert created[-1] < AFTER_LAST_DAY
    weeks = Counter((when - FIRST_DAY).days // 7 for when in created)
    assert set(weeks) == set(range(WEEKS))
    assert min(weeks.values()) >= 8


def test_every_question_has_its_intent_or_says_what_noise_it_is():
    assert GOLD.keys() == {question["id"] for question in QUESTIONS}
    for row in GOLD.values():
        if row["intent"] == "none":
            assert row["noise"] in NOISE, row
        else:
            assert row["intent"] in INTENTS, row
            assert row["noise"] == ""
        assert row["also"] in {"", *INTENTS}
    noise = sum(row["intent"] == "none" for row in GOLD.values()) / len(GOLD)
    assert 0.1 <= noise <= 0.14
    assert {row["noise"] for row in GOLD.values()} == {"", *NOISE}


def test_intents_have_sizes_as_in_life_a_few_huge_and_a_long_tail():
    sizes = Counter(row["intent"] for row in GOLD.values() if row["intent"] != "none")
    assert sizes.keys() == INTENTS.keys()
    largest = [size for _, size in sizes.most_common(10)]
    assert sizes.most_common(1)[0][0] == BIGGEST_INTENT
    assert 0.25 <= sum(largest) / sizes.total() <= 0.5
    assert sum(size <= 8 for size in sizes.values()) >= 30
    assert min(sizes.values()) >= 3


@pytest.mark.parametrize("intent", BURSTS)
def test_a_burst_comes_when_its_cause_does(intent):
    first, after = BURSTS[intent]
    created = [q["created"] for q in QUESTIONS if GOLD[q["id"]]["intent"] == intent]
    within = [when for when in created if first <= when < after]
    assert len(within) >= 0.9 * len(created) >= 10


def test_the_biggest_intent_has_good_replies_in_both_languages_and_no_entry():
    solved = {
        question["lang"]
        for question in QUESTIONS
        for reply in question["replies"]
        if GOLD[question["id"]]["intent"] == BIGGEST_INTENT and reply["kind"] == "solution"
    }
    assert solved == {"en", "de"}
    assert not any("4.2.0" in entry["answer"] for entry in ENTRIES)


def test_people_write_in_every_way():
    counts = Counter(trait for question in QUESTIONS for trait in traits(question["id"]))
    few = {"dialect", "mixed", "nodiacritics", "two", "repeat"}
    many = {"short", "long", "typos", "angry", "quoted", "signature", "personal"}
    assert counts.keys() == few | many | {"contradiction"}
    assert all(counts[trait] >= 10 for trait in few), counts
    assert all(counts[trait] >= 30 for trait in many), counts


def test_two_questions_in_one_name_both_intents():
    both = {question_id for question_id, row in GOLD.items() if row["also"]}
    assert both
    assert both == {question_id for question_id in GOLD if "two" in traits(question_id)}


def test_replies_follow_their_question_and_say_what_they_are_worth():
    answered = [question for question in QUESTIONS if question["replies"]]
    assert 0.38 <= len(answered) / len(QUESTIONS) <= 0.52
    kinds: Counter[str] = Counter()
    texts: Counter[str] = Counter()
    for question in answered:
        assert question["channel"] != "search", question["id"]
        for reply in question["replies"]:
            assert list(reply) == ["text", "author", "kind", "created"]
            assert reply["author"] == "agent"
            assert reply["created"] > question["created"], question["id"]
            kinds[reply["kind"]] += 1
            texts[normal(reply["text"])] += 1
    assert kinds.keys() == {"solution", "helpful", "first"}
    assert min(kinds.values()) >= 0.1 * kinds.total()
    assert max(texts.values()) == 1


def test_two_pairs_of_agents_contradict_each_other():
    pairs = related("reply_contradiction")
    assert len(pairs) == 2
    by_id = {question["id"]: question for question in QUESTIONS}
    for pair in pairs:
        assert len({GOLD[question_id]["intent"] for question_id in pair}) == 1
        for question_id in pair:
            assert "solution" in {reply["kind"] for reply in by_id[question_id]["replies"]}


def test_near_copies_within_an_intent_are_rare():
    groups = defaultdict(list)
    for question in QUESTIONS:
        if GOLD[question["id"]]["intent"] != "none":
            groups[GOLD[question["id"]]["intent"]].append(question)
    copies = {
        right["id"]
        for members in groups.values()
        for left, right in combinations(members, 2)
        if fuzz.ratio(normal(left["text"]), normal(right["text"])) > 90
    }
    assert len(copies) <= 0.02 * len(QUESTIONS), copies


def test_no_two_questions_start_with_the_same_long_sentence():
    """A template would show: the same first sixty letters in question after question."""
    beginnings = Counter(
        normal(question["text"])[:60] for question in QUESTIONS if len(question["text"]) > 80
    )
    assert [text for text, count in beginnings.items() if count > 2] == []


def test_the_product_never_reads_the_truth():
    packages = Path(__file__).resolve().parents[3]
    modules = [path for name in PACKAGES for path in (packages / name).rglob("*.py")]
    assert len(modules) > 100
    assert [path for path in modules if "truth/" in path.read_text(encoding="utf-8")] == []
