"""Links, audit and merges of entries at the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb.access import OPERATOR
from kb.entries import EntryContent
from kb.store.engine import open_engine, transaction
from kb.store.entries.writing import add_entry
from kb.store.links.found import FoundLink, replace_auto_links
from kb.store.merging.findings import FoundPair, save_finding
from tests.web.cli.conftest import Run, assert_refused


@pytest.fixture
def entries(record: Path) -> list[int]:
    """Three published entries, two of which the audit reports."""
    engine = open_engine(f"sqlite:///{record / 'record.sqlite3'}")
    with transaction(engine) as conn:
        ids = [
            add_entry(conn, EntryContent(title, "So."), viewer=OPERATOR, state="published")
            for title in ("Lamp flickers", "Lamp goes [dark]", "Invoice")
        ]
        facts = {"similarity": 0.8, "answers": 0.5}
        save_finding(conn, FoundPair("duplicate", ids[0], ids[1], 0.9, facts))
        facts = {"sentence_a": "Always.", "sentence_b": "Never."}
        save_finding(conn, FoundPair("contradiction", ids[0], ids[2], 0.9, facts))
        reason = {"fact": "wordings", "cosine": 0.7, "shared_words": ["lamp"]}
        replace_auto_links(conn, [FoundLink(ids[0], ids[1], 0.6, reason)])
        reason = {"fact": "asked next", "people": 7, "days": 3}
        replace_auto_links(conn, [FoundLink(ids[0], ids[2], 0.2, reason, "next")], kind="next")
    engine.dispose()
    return ids


def test_the_links_of_an_entry_are_shown_with_their_reasons(entries: list[int], run: Run) -> None:
    shown = run("links", entries[0])

    assert "7 people asked it next, within 3 days" in shown.out
    assert "Lamp goes [dark]" in shown.out
    assert "both: lamp" in shown.out
    assert "no link is better" in run("links", entries[2]).err


def test_links_are_pinned_blocked_and_put_first(entries: list[int], run: Run) -> None:
    lamp, dark, invoice = entries
    ran = run("links", lamp, "--block", dark, "--first", invoice, "--json")

    assert [(one["id"], one["kind"]) for one in ran.json["related"]] == [(invoice, "prerequisite")]
    assert {"id": dark, "kind": "similar", "mode": "blocked"} in ran.json["edited"]
    assert "blocked" in run("links", lamp).out
    assert (
        run("links", lamp, "--unblock", dark, "--not-first", invoice, "--json").json["edited"] == []
    )
    assert_refused(run("links", lamp, "--pin", lamp), "itself")
    assert_refused(run("links", lamp, "--unpin", dark), "does not exist")
    assert_refused(run("links", 999), "999")


def test_the_audit_lists_what_is_to_be_decided(entries: list[int], run: Run) -> None:
    shown = run("audit")
    assert "Always." in shown.out
    assert "questions 80 % alike, answers share 50 % of their words" in shown.out

    found = run("audit", "--json").json
    assert (found["total"], found["findings"][0]["kind"]) == (2, "contradiction")
    duplicate = found["findings"][1]["id"]
    assert run("audit", "--dismiss", duplicate, "--json").json["total"] == 1
    assert_refused(run("audit", "--dismiss", duplicate), "already")
    assert_refused(run("audit", "--state", "new"), "--state")
    assert "no finding is merged" in run("audit", "--state", "merged").err


def test_two_entries_are_merged_and_taken_apart(entries: list[int], run: Run) -> None:
    lamp, dark, _ = entries
    merged = run("merge-entries", lamp, dark, "--json").json
    assert (merged["entry"], merged["into"]) == (lamp, dark)
    assert_refused(run("merge-entries", lamp, dark), "already")
    assert_refused(run("merge-entries", dark, dark), "itself")

    assert "stands for itself" in run("unmerge", merged["merge"]).err
    assert_refused(run("unmerge", merged["merge"]), "already")
    assert_refused(run("unmerge", 999), "999")
