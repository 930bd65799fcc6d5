"""`kb topics --from` makes something sensible of any file, or says in one line why not."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.web.cli.conftest import Run, assert_refused

GEORGIAN = "აბგდევზთიკლმნოპჟრსტუფქღყშჩცძწჭხჯჰ"
AMHARIC = "".join(chr(sign) for sign in range(0x1200, 0x1240))
LONG = 50_000
MEBIBYTE = 1_048_576

Write = Callable[[list[dict[str, Any]]], Path]


@pytest.fixture
def models(home: Path, link_models: Callable[[Path], None]) -> Path:
    link_models(home)
    return home


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes rows, one object a line."""

    def write_rows(rows: list[dict[str, Any]]) -> Path:
        path = tmp_path / "rows.jsonl"
        lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        path.write_text("".join(lines), encoding="utf-8")
        return path

    return write_rows


def texts(count: int, text: str = "Where is my parcel {}?") -> list[dict[str, Any]]:
    return [{"id": f"q{number}", "text": text.format(number)} for number in range(count)]


def in_script(alphabet: str, count: int) -> list[dict[str, Any]]:
    """Invented words of a script; no text of anybody."""
    chosen = random.Random(5)
    rows = []
    for number in range(count):
        words = ("".join(chosen.choices(alphabet, k=chosen.randint(3, 8))) for _ in range(7))
        rows.append({"id": f"q{number}", "text": " ".join(words)})
    return rows


def test_one_row_is_nothing_to_group(run: Run, models: Path, write: Write) -> None:
    assert_refused(run("topics", "--from", write(texts(1))), "only 1 question")


def test_identical_rows_are_one_topic(run: Run, models: Path, write: Write) -> None:
    answer = run("topics", "--from", write(texts(60, "Where is my parcel?")), "--json").json

    (topic,) = answer["topics"]
    assert topic["size"] == 60
    assert topic["label"] == "Where is my parcel?"
    assert answer["ungrouped"] == []


@pytest.mark.parametrize("alphabet", [GEORGIAN, AMHARIC])
def test_a_script_that_the_model_does_not_know_is_said(
    run: Run, models: Path, write: Write, alphabet: str
) -> None:
    ran = run("topics", "--from", write(in_script(alphabet, 40)))
    assert_refused(ran, "words that the model knows", "KB_MODEL")


def test_questions_that_the_model_can_read_are_grouped_beside_others(
    run: Run, models: Path, write: Write
) -> None:
    foreign = [{**row, "id": f"g{row['id']}"} for row in in_script(GEORGIAN, 20)]
    ran = run("topics", "--from", write([*texts(20), *foreign]), "--json")

    assert any("20 stay out of topics: 20 unknown words" in line for line in ran.lines)
    members = {one for topic in ran.json["topics"] for one in topic["members"]}
    assert not {one for one in members if one.startswith("g")}
    everybody = members | {one["source_id"] for one in ran.json["ungrouped"]}
    assert len(everybody) == 40


def test_what_asks_nothing_is_in_no_topic_and_said(run: Run, models: Path, write: Write) -> None:
    thanks = [{"id": f"t{number}", "text": "Thank you very much!"} for number in range(8)]
    ran = run("topics", "--from", write([*texts(8), *thanks]), "--json")

    assert any("8 thanks" in line for line in ran.lines)
    left = {one["source_id"]: one for one in ran.json["ungrouped"]}
    assert {f"t{number}" for number in range(8)} <= set(left)
    assert left["t0"]["confidence"] == 0.0
    assert left["t0"]["nearest"] in {topic["id"] for topic in ran.json["topics"]}


def test_only_what_asks_nothing_is_nothing_to_group(run: Run, models: Path, write: Write) -> None:
    rows = texts(5, "Thank you very much!")
    assert_refused(run("topics", "--from", write(rows)), "5 thanks", "nothing to group")


def test_the_last_row_of_an_id_counts(run: Run, models: Path, write: Write) -> None:
    rows = [{"id": str(number % 4), "text": f"Where is parcel {number}?"} for number in range(12)]
    ran = run("topics", "--from", write(rows), "--json")

    assert any("8 rows have the id of a later row" in line for line in ran.lines)
    everybody = [one for topic in ran.json["topics"] for one in topic["members"]]
    everybody += [one["source_id"] for one in ran.json["ungrouped"]]
    assert sorted(everybody) == ["0", "1", "2", "3"]


def test_empty_texts_are_told_and_left_out(run: Run, models: Path, write: Write) -> None:
    rows = [*texts(6), *({"id": f"e{number}", "text": " "} for number in range(30))]
    ran = run("topics", "--from", write(rows), "--json")

    assert ran.code == 0
    assert ran.lines[0].startswith("row 7, text: ")
    assert any("and 10 more rows" in line for line in ran.lines)
    assert_refused(run("topics", "--from", write(rows[6:])), "no row can be used")


def test_packed_files_are_read(run: Run, models: Path, write: Write, tmp_path: Path) -> None:
    packed = tmp_path / "rows.jsonl.gz"
    packed.write_bytes(gzip.compress(write(texts(6)).read_bytes()))
    assert run("topics", "--from", packed, "--json").code == 0


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "empty"),
        (bytes(range(256)) * 20, "binary"),
        (b'{"weight": 3, "colour": "red"}\n' * 5, "--map text=COLUMN"),
        (b"\x1f\x8b\x08\x00broken", "rows.jsonl"),
    ],
)
def test_files_that_hold_no_questions_are_told(
    run: Run, models: Path, tmp_path: Path, content: bytes, told: str
) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(content)
    for command in ("topics", "report"):
        assert_refused(run(command, "--from", path), told)


def test_very_long_rows_are_read_to_where_the_model_reads(
    run: Run, models: Path, write: Write
) -> None:
    filler = "and then the lamp flickered again. "
    rows = [
        {"id": f"q{number}", "text": f"Lamp {number} flickers. " + filler * (LONG // len(filler))}
        for number in range(3)
    ]
    answer = run("topics", "--from", write(rows), "--json").json
    assert all(len(topic["label"]) <= 125 for topic in answer["topics"])
