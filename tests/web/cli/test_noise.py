"""The command line lists what is kept out of topics, and says what is a question."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from indexer.clean import clean_questions
from kb.settings import Settings
from kb.store.engine import open_engine
from tests.web.cli.conftest import Run, assert_refused

ROWS = (
    {"id": "away", "text": "Automatic reply: I am out of office until Monday, back on 4 May."},
    {"id": "drip", "text": "The pump drips on the table."},
)


@pytest.fixture
def cleaned(record: Path, run: Run, tmp_path: Path) -> None:
    """A record with one automatic reply and one question."""
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in ROWS), encoding="utf-8")
    assert run("import", path, "--channel", "email").code == 0
    engine = open_engine(Settings(home=record).record_url)
    clean_questions(engine)
    engine.dispose()


def test_it_lists_says_and_takes_back(cleaned: None, run: Run) -> None:
    listed = run("noise", "--json").json
    assert [item["source_id"] for item in listed["items"]] == ["away"]
    assert listed["counts"] == {"auto_reply": 1}
    assert "automatic reply" in run("noise").out

    said = run("noise", "drip", "--reason", "spam", "--json").json
    assert [item["noise"] for item in said["questions"]] == ["spam"]
    assert run("noise", "--undo", said["batch"], "--json").json == {"undone": 1}

    assert run("noise", "away", "--question", "--json").json["questions"][0]["noise"] is None
    assert [one["id"] for one in run("noise", "--question", "--json").json["items"]] == [1]
    assert run("noise", "away", "--rules").code == 0


def test_what_makes_no_sense_is_refused_in_one_line(cleaned: None, run: Run) -> None:
    assert_refused(run("noise", "drip"), "--reason")
    assert_refused(run("noise", "drip", "--reason", "boring"), "boring")
    assert_refused(run("noise", "drip", "--reason", "spam", "--question"), "one of")
    assert_refused(run("noise", "unknown", "--reason", "spam"), "unknown")
    assert_refused(run("noise", "drip", "--question"), "question")
    assert_refused(run("noise", "--rules"), "--rules")
    assert_refused(run("noise", "--undo", "0" * 32), "does not exist")
