"""The demo world as its files hold it, for the tests that validate it."""

from __future__ import annotations

import csv
import gzip
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any

Row = dict[str, Any]

FIRST_DAY = datetime(2025, 12, 8, tzinfo=UTC)
AFTER_LAST_DAY = datetime(2026, 9, 14, tzinfo=UTC)
WEEKS = 40


def read_text(name: str) -> str:
    return files("kb.demo").joinpath(name).read_text(encoding="utf-8")


def read_lines(name: str) -> list[Row]:
    packed = files("kb.demo").joinpath(name).read_bytes()
    text = gzip.decompress(packed) if name.endswith(".gz") else packed
    return [json.loads(line) for line in text.decode("utf-8").splitlines()]


def read_table(name: str) -> list[dict[str, str]]:
    lines = read_text(name).splitlines()
    return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


FACTS = read_text("FACTS.md")
ENTRIES = read_lines("faq.jsonl")
QUESTIONS = read_lines("questions.jsonl")
THREADS = read_lines("threads.jsonl")
POSTS = [post for thread in THREADS for post in thread["posts"]]
QUERIES = read_lines("queries.jsonl")
QRELS = read_table("qrels.tsv")
SEARCHES = read_lines("search_year.jsonl.gz")

INTENTS = {row["intent"]: row for row in read_table("truth/intents.tsv")}
GOLD = {row["question_id"]: row for row in read_table("truth/questions.tsv")}
GOLD_THREADS = {row["thread_id"]: row for row in read_table("truth/threads.tsv")}
GOLD_POSTS = {row["post_id"]: row for row in read_table("truth/posts.tsv")}
RELATIONS = read_table("truth/relations.tsv")
PERSONAL = read_table("truth/personal.tsv")
WORDINGS = read_table("truth/search_wordings.tsv")
COURSES = {row["intent"]: row for row in read_table("truth/search_year.tsv")}


def related(kind: str) -> list[tuple[str, str]]:
    """What the truth relates in one way, as pairs; the second is empty for a single one."""
    return [(row["first"], row["second"]) for row in RELATIONS if row["kind"] == kind]


def traits(question_id: str) -> set[str]:
    """How a question is written: typos, angry, quoted and so on."""
    return set(GOLD[question_id]["traits"].split())


def normal(text: str) -> str:
    """A text without case, spacing and closing marks."""
    return " ".join(text.casefold().split()).rstrip("?!. ")


def written_texts() -> Iterator[tuple[str, str]]:
    """Every text that somebody could read, each with the id of where it stands."""
    yield "FACTS.md", FACTS
    for entry in ENTRIES:
        for text in (entry["question"], entry["answer"], *entry["phrasings"]):
            yield entry["id"], text
    for question in QUESTIONS:
        for text in (question["subject"], question["text"], question["sender"] or ""):
            yield question["id"], text
        for reply in question["replies"]:
            yield question["id"], reply["text"]
    for thread in THREADS:
        yield thread["id"], thread["title"]
    for post in POSTS:
        yield post["id"], post["text"]
    for row in (*QUERIES, *WORDINGS):
        yield row.get("id", row["text"]), row["text"]


def said_by_staff() -> Iterator[tuple[str, str]]:
    """Every answer, agent's reply, staff post and accepted post, with its id."""
    wrong = {name for pair in related("reply_contradiction") for name in pair}
    for entry in ENTRIES:
        yield entry["id"], entry["answer"]
    for question in QUESTIONS:
        if question["id"] not in wrong:
            for reply in question["replies"]:
                yield question["id"], reply["text"]
    for post in POSTS:
        if post["staff"] or post["accepted"]:
            yield post["id"], post["text"]


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())
