"""A file that cannot be read changes nothing; one that can be read comes in once."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.web.cli.conftest import Run, assert_refused

Counts = Callable[[], dict[str, int]]


@pytest.mark.parametrize("command", [["import", "--channel", "ticket"], ["import-faq"]])
@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("missing.csv", None, "does not exist"),
        ("empty.csv", b"", "empty"),
        ("header.csv", b"question,answer\n", "no rows"),
        ("wrong.csv", b"colour,size\nred,3\n", "column"),
        ("book.xlsx", b"PK\x03\x04" + bytes(200), "book.xlsx"),
        ("binary.csv", bytes(range(256)) * 20, "binary.csv"),
        ("torn.csv.gz", gzip.compress(b"question,answer\na,b\n" * 500)[:60], "torn.csv.gz"),
        ("broken.json", b'[{"question": "a"', "JSON"),
    ],
)
def test_a_file_that_cannot_be_read_changes_nothing(
    record: Path,
    run: Run,
    tmp_path: Path,
    counts: Counts,
    command: list[str],
    name: str,
    content: bytes | None,
    told: str,
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    before = counts()
    assert_refused(run(*command, path), told)
    assert counts() == before


def test_a_folder_is_no_file(record: Path, run: Run, tmp_path: Path) -> None:
    assert_refused(run("import", tmp_path, "--channel", "ticket"), "folder")


def test_a_wrong_column_is_told_with_those_there_are(
    record: Path, run: Run, tmp_path: Path
) -> None:
    path = tmp_path / "tickets.csv"
    path.write_text("nr,message\n1,My lamp flickers\n", encoding="utf-8")
    told = run("import", path, "--channel", "ticket", "--map", "text=massage")
    assert_refused(told, "massage", "message")
    ran = run("import", path, "--channel", "ticket", "--map", "text=message", "--json")
    assert ran.json["new"] == 1


def test_an_encoding_that_is_damaged_is_told(record: Path, run: Run, tmp_path: Path) -> None:
    path = tmp_path / "tickets.csv"
    path.write_bytes(
        "body\nMüde Lampe, größer\nLämpchen für Küche\n".encode() + b"\xff\xfe\x00 x\n"
    )
    assert_refused(run("import", path, "--channel", "ticket"), "tickets.csv")
    path.write_bytes("body\nMeine Lampe wird müde\n".encode("cp1252"))
    assert run("import", path, "--channel", "ticket", "--json").json["new"] == 1


def test_a_second_import_changes_nothing(
    questions: Path, run: Run, questions_file: Path, counts: Counts
) -> None:
    before = counts()
    ran = run("import", questions_file, "--channel", "ticket", "--json")
    assert (ran.json["new"], ran.json["unchanged"]) == (0, 3)
    assert counts() == before


def test_a_bad_row_is_told_and_the_rest_goes_in(record: Path, run: Run, tmp_path: Path) -> None:
    path = tmp_path / "faq.csv"
    path.write_text("question,answer\nHow?,So.\nWhy?,\n", encoding="utf-8")
    ran = run("import-faq", path)
    assert ran.code == 0
    assert ran.lines[0] == "row 2, answer: answer is missing or empty"
    assert ran.lines[1].startswith("1 new")
