"""The demo set keeps its promises: counts, ids, languages, facts, invented contacts only."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.resources import files
from itertools import combinations
from typing import Any

import pytest
from rapidfuzz import fuzz
from stdnum import iban

Row = dict[str, Any]

ENTRY_FIELDS = [
    "id",
    "question",
    "answer",
    "lang",
    "category",
    "product",
    "tags",
    "audience",
    "translation_group",
    "phrasings",
]
QUESTION_FIELDS = [
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
QUERY_FIELDS = ["id", "text", "lang", "split", "none"]
CHANNELS = {"ticket", "email", "form", "chat", "search"}
BIGGEST_INTENT = "pairing-after-update"
FIRST_DAY = datetime(2026, 6, 29, tzinfo=UTC)
AFTER_LAST_DAY = datetime(2026, 11, 16, tzinfo=UTC)

CODE = re.compile(r"\bE-\d\d\b|\bCD-\d{4}\b")
HOST = re.compile(
    r"(?<=@)[\w-]+(?:\.[\w-]+)+"
    r"|(?<=://)[\w.-]+\w"
    r"|\b(?:[\w-]+\.)+(?:com|org|net|de|at|ch|eu|io|uk|shop|info)\b",
    re.IGNORECASE,
)
RESERVED_HOST = re.compile(r"(?:[\w-]+\.)*example\.(?:com|org|net)")
IBAN = re.compile(r"\b[A-Z]{2}\d\d(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,4})?\b")
DOCUMENTED_IBANS = {"DE89370400440532013000", "GB82WEST12345698765432"}
PHONE = re.compile(r"(?<![\w-])[+0(][\d ()-]{7,}\d")
RESERVED_PHONE = re.compile(
    r"(?:44|0)1632960\d{3}|(?:44|0)7700900\d{3}|(?:49|0)3023125\d{3}|(?:49|0)17139200\d\d"
    r"|1?[2-9]\d{2}55501\d\d"
)
ENGLISH_WORDS = "the and is it my to of what how can do does not have with for you that this are"
GERMAN_WORDS = "der die das und ist ich nicht wie kann mit ein eine für auf sie es den bei zu"
FUNCTION_WORDS = {
    "en": frozenset(ENGLISH_WORDS.split()),
    "de": frozenset(GERMAN_WORDS.split()),
}
MIN_WORDS_TO_TELL_LANGUAGE = 8


def read_text(name: str) -> str:
    return files("kb.demo").joinpath(name).read_text(encoding="utf-8")


def read_lines(name: str) -> list[Row]:
    return [json.loads(line) for line in read_text(name).splitlines()]


def read_table(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(read_text(name).splitlines(), delimiter="\t"))


ENTRIES = read_lines("faq.jsonl")
QUESTIONS = read_lines("questions.jsonl")
QUERIES = read_lines("queries.jsonl")
QRELS = read_table("qrels.tsv")
INTENTS = {row["question_id"]: row["intent"] for row in read_table("gold_intents.tsv")}
FACTS = read_text("FACTS.md")


def normal(text: str) -> str:
    return " ".join(text.casefold().split()).rstrip("?!. ")


def written_texts() -> Iterator[str]:
    """Every text of the set that somebody could read."""
    yield FACTS
    for entry in ENTRIES:
        yield from (entry["question"], entry["answer"], *entry["phrasings"])
    for question in QUESTIONS:
        yield from (question["subject"], question["text"], question["sender"] or "")
        yield from (reply["text"] for reply in question["replies"])
    for query in QUERIES:
        yield query["text"]


def language_of(text: str) -> str | None:
    """The language whose function words prevail; None when the text is too short to tell."""
    words = re.findall(r"\w+", text.casefold())
    if len(words) < MIN_WORDS_TO_TELL_LANGUAGE:
        return None
    hits = {lang: sum(word in known for word in words) for lang, known in FUNCTION_WORDS.items()}
    if hits["en"] == hits["de"]:
        return None
    return max(hits, key=lambda lang: hits[lang])


@pytest.mark.parametrize(
    ("rows", "fields"),
    [(ENTRIES, ENTRY_FIELDS), (QUESTIONS, QUESTION_FIELDS), (QUERIES, QUERY_FIELDS)],
    ids=["entries", "questions", "queries"],
)
def test_every_line_has_the_same_fields_in_the_same_order_and_its_own_id(rows, fields):
    assert {tuple(row) for row in rows} == {tuple(fields)}
    assert len({row["id"] for row in rows}) == len(rows)
    assert {row["lang"] for row in rows} == {"en", "de"}


def test_there_are_enough_entries_in_both_languages_and_for_each_audience():
    assert len(ENTRIES) >= 15
    assert Counter(entry["lang"] for entry in ENTRIES) == {"en": 12, "de": 8}
    assert Counter(entry["audience"] for entry in ENTRIES) == {
        "public": 18,
        "members": 1,
        "internal": 1,
    }


def test_answers_have_substance_and_phrasings_differ_from_the_title():
    for entry in ENTRIES:
        assert 40 <= len(entry["answer"].split()) <= 200, entry["id"]
        assert 2 <= len(entry["phrasings"]) <= 5, entry["id"]
        wordings = [normal(text) for text in (entry["question"], *entry["phrasings"])]
        assert len(set(wordings)) == len(wordings), entry["id"]


def test_a_translation_group_holds_one_entry_per_language():
    groups = defaultdict(list)
    for entry in ENTRIES:
        if entry["translation_group"] is not None:
            groups[entry["translation_group"]].append(entry["lang"])
    assert len(groups) >= 5
    assert all(sorted(langs) == ["de", "en"] for langs in groups.values())


def test_questions_come_in_order_of_time_over_the_twenty_weeks():
    created = [datetime.fromisoformat(question["created"]) for question in QUESTIONS]
    assert created == sorted(created)
    assert created[0] >= FIRST_DAY
    assert created[-1] < AFTER_LAST_DAY
    weeks = {(when - FIRST_DAY).days // 7 for when in created}
    assert weeks == set(range(20))


def test_questions_are_many_through_all_channels_and_mostly_english():
    assert len(QUESTIONS) >= 120
    assert {question["channel"] for question in QUESTIONS} == CHANNELS
    english = sum(question["lang"] == "en" for question in QUESTIONS) / len(QUESTIONS)
    assert 0.55 <= english <= 0.65
    assert all(question["text"].strip() for question in QUESTIONS)


def test_replies_follow_their_question_and_say_what_they_are_worth():
    answered = [question for question in QUESTIONS if question["replies"]]
    assert 0.35 <= len(answered) / len(QUESTIONS) <= 0.5
    kinds = Counter()
    for question in answered:
        for reply in question["replies"]:
            assert list(reply) == ["text", "author", "kind", "created"]
            assert reply["author"] == "agent"
            assert reply["created"] > question["created"], question["id"]
            kinds[reply["kind"]] += 1
    assert set(kinds) == {"solution", "helpful", "first"}


def test_every_question_has_a_gold_intent_and_no_intent_is_for_nothing():
    assert INTENTS.keys() == {question["id"] for question in QUESTIONS}
    sizes = Counter(INTENTS.values())
    assert 8 <= sizes.pop("none") <= 12
    assert len(sizes) >= 30
    assert sum(size <= 3 for size in sizes.values()) >= len(sizes) / 3


def test_the_biggest_intent_comes_in_a_burst_with_good_replies_and_has_no_entry():
    members = [question for question in QUESTIONS if INTENTS[question["id"]] == BIGGEST_INTENT]
    sizes = Counter(INTENTS.values())
    assert sizes.most_common(1)[0][0] == BIGGEST_INTENT
    assert len({normal(question["text"]) for question in members}) >= 15
    burst = [q for q in members if "2026-09-14" <= q["created"] < "2026-09-29"]
    assert len(burst) >= 2 * len(members) / 3
    solved = {
        question["lang"]
        for question in members
        for reply in question["replies"]
        if reply["kind"] == "solution"
    }
    assert solved == {"en", "de"}
    assert not any("4.2.0" in entry["answer"] for entry in ENTRIES)


def test_near_copies_within_an_intent_are_rare():
    groups = defaultdict(list)
    for question in QUESTIONS:
        if INTENTS[question["id"]] != "none":
            groups[INTENTS[question["id"]]].append(question)
    copies = {
        right["id"]
        for members in groups.values()
        for left, right in combinations(members, 2)
        if fuzz.ratio(normal(left["text"]), normal(right["text"])) > 90
    }
    assert len(copies) <= 0.02 * len(QUESTIONS), copies


def test_there_are_enough_judged_queries_split_in_halves_for_each_language():
    answerable = [query for query in QUERIES if not query["none"]]
    assert len(answerable) >= 150
    assert len(QUERIES) - len(answerable) >= 70
    counts = Counter((query["lang"], query["none"], query["split"]) for query in QUERIES)
    for lang in ("en", "de"):
        for none in (True, False):
            assert abs(counts[lang, none, "tuning"] - counts[lang, none, "holdout"]) <= 1


def test_no_judged_query_is_a_stored_wording_or_an_incoming_question():
    stored = {
        normal(text) for entry in ENTRIES for text in (entry["question"], *entry["phrasings"])
    }
    stored |= {normal(question["text"]) for question in QUESTIONS}
    judged = [normal(query["text"]) for query in QUERIES]
    assert not stored & set(judged)
    assert len(set(judged)) == len(judged)


def test_judgements_name_public_entries_and_each_answerable_query_has_its_answer():
    entries = {entry["id"]: entry for entry in ENTRIES}
    queries = {query["id"]: query for query in QUERIES}
    answered = set()
    for row in QRELS:
        query, entry = queries[row["query_id"]], entries[row["faq_id"]]
        assert row["relevance"] in {"1", "2"}
        assert entry["audience"] == "public"
        if row["relevance"] == "2":
            assert query["lang"] == entry["lang"], row
            answered.add(query["id"])
    assert answered == {query["id"] for query in QUERIES if not query["none"]}
    assert len({(row["query_id"], row["faq_id"]) for row in QRELS}) == len(QRELS)
    public = {entry_id for entry_id, entry in entries.items() if entry["audience"] == "public"}
    assert {row["faq_id"] for row in QRELS} == public


def test_codes_and_part_numbers_in_answers_and_replies_are_on_the_fact_sheet():
    known = set(CODE.findall(FACTS))
    used = {code for entry in ENTRIES for code in CODE.findall(entry["answer"])}
    used |= {
        code
        for question in QUESTIONS
        for reply in question["replies"]
        for code in CODE.findall(reply["text"])
    }
    assert len(used) >= 12
    assert used <= known


def test_languages_are_as_marked():
    wrong = []
    told = 0
    for row in (*ENTRIES, *QUESTIONS, *QUERIES):
        text = row.get("answer") or row["text"]
        found = language_of(text)
        told += found is not None
        if found not in (None, row["lang"]):
            wrong.append(row["id"])
    assert told >= 150
    assert not wrong


def test_all_hosts_and_mail_addresses_are_reserved_for_examples():
    hosts = {host for text in written_texts() for host in HOST.findall(text)}
    assert len(hosts) >= 3
    assert {host for host in hosts if not RESERVED_HOST.fullmatch(host)} == set()


@pytest.mark.parametrize("real", ["mail me at kim@gmail.com", "see https://kaffee.de", "shop.io"])
def test_a_real_host_would_be_noticed(real):
    assert [host for host in HOST.findall(real) if not RESERVED_HOST.fullmatch(host)]


def test_bank_accounts_are_the_documented_examples():
    found = {
        match.replace(" ", "")
        for text in written_texts()
        for match in IBAN.findall(text)
        if iban.is_valid(match)
    }
    assert found == DOCUMENTED_IBANS


def test_phone_numbers_come_from_ranges_reserved_for_fiction():
    numbers = {
        re.sub(r"\D", "", match)
        for text in written_texts()
        for match in PHONE.findall(IBAN.sub("", text))
    }
    assert len(numbers) >= 5
    assert {number for number in numbers if not RESERVED_PHONE.fullmatch(number)} == set()


@pytest.mark.parametrize("real", ["0171 1234567", "+44 20 7946 1958", "(202) 456-1111"])
def test_a_real_phone_number_would_be_noticed(real):
    digits = re.sub(r"\D", "", PHONE.findall(real)[0])
    assert not RESERVED_PHONE.fullmatch(digits)
