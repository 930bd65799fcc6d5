"""`kb report` writes one page, of a file nobody imported or of the record."""

from __future__ import annotations

import fcntl
import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.web.cli.conftest import Run, assert_refused

PAIRING = [
    "How do I pair the speaker with my phone?",
    "pairing the speaker with a phone does not work",
    "my phone does not find the speaker",
    "speaker is not found by my phone over bluetooth",
    "bluetooth pairing of the speaker fails",
    "cannot connect phone and speaker by bluetooth",
]
INVOICE = [
    "Where do I find the invoice for my order?",
    "please send me the invoice of my order again",
    "I need an invoice for my order",
    "invoice for order is missing",
    "how to download the invoice of an order",
    "no invoice came with my order",
]
PLANTED = [
    {"text": "My speaker crackles, call me on +49 171 2345678 or mail petra.lang@example.org"},
    {"text": "Thank you very much!"},
    {"text": "</script><b>bold</b> who repairs a broken remote?", "sender_name": "Petra Lang"},
]


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """Two topics, what asks nothing, and what a page must not show."""
    rows: list[dict[str, Any]] = [
        {"id": f"q{number}", "text": text, "created": f"2026-03-{number + 1:02}T10:00:00Z"}
        for number, text in enumerate([*PAIRING, *INVOICE])
    ]
    rows += [{"id": f"p{number}", **row} for number, row in enumerate(PLANTED)]
    path = tmp_path / "export.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture
def models(home: Path, link_models: Callable[[Path], None]) -> Path:
    """A KB_HOME with the model and nothing else."""
    link_models(home)
    return home


def test_a_file_becomes_a_page_that_stores_nothing_and_shows_no_personal_data(
    run: Run, models: Path, export: Path, tmp_path: Path
) -> None:
    page = tmp_path / "page.html"
    ran = run("report", "--from", export, "--out", page, "--json")

    assert ran.code == 0
    assert ran.json["questions"] == 14
    assert ran.json["topics"] == 2
    assert ran.json["noise"] == {"thanks": 1}
    assert ran.json["bytes"] == page.stat().st_size
    assert [path.name for path in models.iterdir()] == ["models"]
    html = page.read_text(encoding="utf-8")
    assert "14 questions are <em>2 topics</em>" in html
    assert "export.jsonl" in html
    assert "kb import export.jsonl" in html
    for planted in ("2345678", "petra.lang", "example.org", "<b>bold", "Petra Lang"):
        assert planted not in html
    assert "crackles" in html
    assert len(re.findall("</script>", html)) == 2


def test_a_page_sent_into_a_pipe_leaves_the_pipe_where_it_is(
    run: Run, models: Path, export: Path, tmp_path: Path
) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    fcntl.fcntl(reader, fcntl.F_SETPIPE_SZ, 1 << 20)
    try:
        ran = run("report", "--from", export, "--out", pipe, "--json")
        assert os.read(reader, 1 << 20).decode().startswith("<!doctype html>")
    finally:
        os.close(reader)
    assert ran.code == 0
    assert pipe.is_fifo()


def test_the_page_goes_to_standard_output_in_german(run: Run, models: Path, export: Path) -> None:
    ran = run("report", "--from", export, "--out", "-", "--lang", "de")

    assert ran.out.startswith("<!doctype html>")
    assert "14 Fragen sind <em>2 Themen</em>" in ran.out
    assert "1 nur Dank" in ran.out


def test_the_record_becomes_a_page_with_its_verdicts(
    run: Run,
    home: Path,
    export: Path,
    tmp_path: Path,
    link_models: Callable[[Path], None],
) -> None:
    page = tmp_path / "page.html"
    assert_refused(run("report", "--out", page), "kb init")
    assert run("init").code == 0
    assert_refused(run("report", "--out", page), "no topics yet")
    assert not page.exists()
    link_models(home)
    assert run("import", export, "--channel", "chat").code == 0
    assert run("index").code == 0

    ran = run("report", "--out", page, "--json")
    assert ran.json["topics"] >= 2
    html = page.read_text(encoding="utf-8")
    assert "Kundig" in html
    assert "Chat" in html
    assert "kb import" not in html
    assert "2345678" not in html
    listed = run("topics", "--json").json["topics"]
    assert all(f'id="topic-{topic["id"]}"' in html for topic in listed)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--lang", "fr"], "fr"),
        (["--map", "text=body"], "--from"),
        (["--from", "missing.csv"], "missing.csv"),
    ],
)
def test_wrong_words_are_told(run: Run, models: Path, words: list[str], told: str) -> None:
    assert_refused(run("report", *words), told)


def test_the_page_never_lands_on_its_source_or_in_no_folder(
    run: Run, models: Path, export: Path, tmp_path: Path
) -> None:
    before = export.read_bytes()
    assert_refused(run("report", "--from", export, "--out", export), "the file that is read")
    assert_refused(run("report", "--from", export, "--out", tmp_path / "no" / "x.html"), "folder")
    assert_refused(run("report", "--from", export, "--out", tmp_path), "folder")
    too_long = tmp_path / ("x" * 300)
    assert_refused(run("report", "--from", export, "--out", too_long), "--out")
    assert export.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["export.jsonl", "home"]
