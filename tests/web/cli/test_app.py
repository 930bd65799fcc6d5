"""The commands that there are, what they print for people and what for programs."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import typer.main

from tests.web.cli.conftest import Run
from web.cli.app import app
from web.cli.output import out
from web.cli.topic_tables import sparkline

PAGE = Path(__file__).resolve().parents[3] / "docs" / "cli.md"
FOR_PROMETHEUS = {"metrics"}
NEEDS_TERMINAL = {"serve", "worker", "demo"}


def commands() -> Iterator[tuple[str, set[str]]]:
    """Every command's words and options."""
    for name, command in typer.main.get_command(app).commands.items():  # type: ignore[attr-defined]
        inner = getattr(command, "commands", None)
        for words, one in (
            [(f"{name} {sub}", two) for sub, two in inner.items()] if inner else [(name, command)]
        ):
            yield words, {option for param in one.params for option in param.opts}


def named(line: str, there: set[str]) -> str:
    """The command in a line of the page: one word, or two like `user add`."""
    words = line.split()[1:3]
    return " ".join(words) if " ".join(words) in there else words[0]


def test_the_page_of_commands_lists_exactly_those_there_are() -> None:
    there = {words for words, _ in commands()}
    blocks = re.findall(r"```\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines() if line.startswith("kb ")]
    told = set()
    for line in lines:
        told.add(named(line, there))

    assert told == there


def test_the_page_of_commands_names_only_options_that_there_are() -> None:
    options = dict(commands())
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if line.startswith("kb ") and "--" in line:
            example = re.split(r"\s{2,}", line)[0]
            known = options[named(line, set(options))]
            assert set(re.findall(r"--[a-z][a-z-]+", example)) <= known, line


def test_every_command_that_answers_has_json() -> None:
    without = {words for words, options in commands() if "--json" not in options}
    assert without == NEEDS_TERMINAL | FOR_PROMETHEUS


def test_json_is_all_that_standard_output_holds(
    without_model: Path, run: Run, questions_file: Path, faq_file: Path, tmp_path: Path
) -> None:
    for words in (
        ("import", questions_file, "--channel", "chat"),
        ("import-faq", faq_file),
        ("index",),
        ("topics",),
        ("status",),
        ("search", "lamp"),
        ("evaluate", evaluation_folder(tmp_path)),
        ("backup", tmp_path / "saved"),
        ("export", tmp_path / "exported"),
        ("migrate",),
        ("check",),
        ("user", "add", "Ada"),
        ("token", "add", "Ada"),
        ("token", "list"),
    ):
        ran = run(*words, "--json")
        assert ran.code == 0, ran
        assert isinstance(json.loads(ran.out), dict), words


def evaluation_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "judged"
    folder.mkdir()
    (folder / "faq.jsonl").write_text('{"id": "a", "question": "Lamp?", "answer": "Yes."}\n')
    (folder / "queries.jsonl").write_text('{"id": "q", "text": "lamp"}\n')
    (folder / "qrels.tsv").write_text("query_id\tfaq_id\trelevance\nq\ta\t1\n")
    return folder


def test_a_judged_set_that_does_not_fit_is_refused(run: Run, tmp_path: Path) -> None:
    folder = evaluation_folder(tmp_path)
    (folder / "qrels.tsv").write_text("query_id\tfaq_id\trelevance\nq\tb\t1\n")

    ran = run("evaluate", folder)

    assert (ran.code, ran.out) == (2, "")
    assert ran.lines == ["error: qrels.tsv row 1: there is no entry 'b'"]


def test_figures_are_printed_as_two_tables(without_model: Path, run: Run, tmp_path: Path) -> None:
    ran = run("evaluate", evaluation_folder(tmp_path))

    assert "recall@1" in ran.out
    assert "AUROC" in ran.out
    assert "keyword" in ran.out
    assert max(len(line) for line in ran.out.splitlines()) <= 80


def test_status_counts_what_there_is(
    record: Path, run: Run, questions_file: Path, faq_file: Path
) -> None:
    run("import", questions_file, "--channel", "chat")
    run("import-faq", faq_file)

    status = run("status", "--json").json

    counted = {name: status[name] for name in ("questions", "topics", "entries", "threads")}
    assert counted == {"questions": 3, "topics": 0, "entries": 2, "threads": 0}
    assert status["index"]["state"] == "missing"
    assert "3 chat" in run("status").out


def test_check_says_what_is_wrong_with_exit_code_one(
    without_model: Path, run: Run, faq_file: Path
) -> None:
    run("import-faq", faq_file)
    missing = run("check", "--json")
    assert missing.code == 1
    assert missing.json["findings"] == [{"where": "index", "what": "missing: run kb index"}]
    assert run("index").code == 0
    assert run("check").code == 0
    lexical = next((without_model / "index").glob("*/lexical.sqlite3"))
    lexical.write_bytes(lexical.read_bytes()[:-1])
    assert "torn" in run("check", "--json").json["findings"][0]["what"]


@pytest.mark.parametrize("width", [80, 100, 140])
def test_topics_fit_the_width_with_one_line_each(
    two_topics: None, run: Run, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    monkeypatch.setattr(out, "_width", width)
    lines = run("topics").out.splitlines()

    assert max(len(line) for line in lines) <= width
    starts = {line.index(word) for line in lines for word in ("Lamp", "Invoice") if word in line}
    assert len(starts) == 1
    assert sum("Lamp flickers" in line for line in lines) == 1


def test_more_topics_than_shown_are_counted(two_topics: None, run: Run) -> None:
    ran = run("topics", "--limit", 1)
    assert ran.lines[0] == "and 1 more: --limit 2 shows them all"
    assert run("topics", "--limit", 1, "--json").json["total"] == 2


def test_the_highest_week_is_a_full_bar() -> None:
    assert sparkline((("2026-W01", 0), ("2026-W02", 4), ("2026-W03", 8))) == "▁▅█"
    assert sparkline(()) == ""
    assert len(sparkline(tuple((f"W{n}", n) for n in range(40)))) == 12


@pytest.fixture
def two_topics(topics: list[int]) -> None:
    """Two topics, under a name that says all that is needed here."""


def test_the_demo_is_loaded_once(
    run: Run, home: Path, monkeypatch: pytest.MonkeyPatch, counts: Callable[[], dict[str, int]]
) -> None:
    monkeypatch.setenv("KB_MODEL", "/nonexistent/model")
    first = run("demo", "--load-only")
    assert first.code == 0
    assert "92 new entries, 1,556 new questions, 53 forum threads" in first.lines[0]
    loaded = counts()

    again = run("demo", "--load-only").lines[0]
    assert "0 new entries, 0 new questions, 0 forum threads, 0 searches" in again
    assert counts() == loaded
    assert loaded["entries"] == 92
    found = run("search", "descaling programme", "--json").json
    assert found["hits"][0]["source_id"] == "piazza-descale-en"
