"""The search learns on request, says what it took, and goes back on request."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.search.learning.own_store import own_store
from tests.web.cli.conftest import Run, assert_refused


@pytest.fixture
def entries(tmp_path: Path) -> Path:
    """Twelve entries with seven wordings each."""
    path = tmp_path / "faq.jsonl"
    rows = [
        {
            "id": one.source_id,
            "question": one.title,
            "answer": one.answer,
            "lang": "en",
            "phrasings": [phrasing.text for phrasing in one.phrasings[1:]],
        }
        for one in own_store()
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


@pytest.fixture
def kb(run: Run, entries: Path) -> Run:
    """A record with these entries; there is no model, words alone are searched."""
    run("init")
    run("import-faq", entries)
    return run


def test_what_was_tried_is_told_with_figures_before_and_after(kb: Run) -> None:
    ran = kb("calibrate", "--json")

    assert ran.code == 0
    report = ran.json["report"]
    assert report["questions"]["wording"] == 72
    (mode,) = report["modes"]
    assert mode["mode"] == "keyword"
    assert {"ndcg_at_10", "log_loss", "auroc"} <= set(mode["before"]) == set(mode["after"])
    assert isinstance(report["taken"], bool)


def test_a_person_reads_a_table_and_one_line(kb: Run) -> None:
    ran = kb("calibrate")

    assert "72 wording" in ran.out
    assert "nDCG@10" in ran.out
    assert "held out" in ran.lines[-1]


def test_a_record_with_too_little_says_so_and_changes_nothing(run: Run) -> None:
    run("init")

    ran = run("calibrate")

    assert ran.code == 0
    assert "too few own questions" in ran.err
    assert run("status", "--json").json["calibration"] is None


def test_there_must_be_something_to_go_back_to(kb: Run) -> None:
    assert_refused(kb("calibrate", "--revert"), "nothing to go back to")
    assert_refused(kb("calibrate", "--revert", "--judged", "."), "leave out --judged")


def test_judged_queries_must_be_about_entries_of_this_record(kb: Run, tmp_path: Path) -> None:
    folder = tmp_path / "judged"
    folder.mkdir()
    (folder / "faq.jsonl").write_text('{"id": "x", "question": "Other?", "answer": "Yes."}\n')
    (folder / "queries.jsonl").write_text('{"id": "q", "text": "the other thing", "lang": "en"}\n')
    (folder / "qrels.tsv").write_text("query_id\tfaq_id\trelevance\nq\tx\t1\n")

    assert_refused(kb("calibrate", "--judged", folder), "judged", "no judged query")
