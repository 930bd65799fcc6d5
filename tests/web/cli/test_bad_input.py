"""Every command answers bad input with one clear line and exit code 2, and changes nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.web.cli.conftest import Run, assert_refused

Counts = Callable[[], dict[str, int]]
SetPragma = Callable[[str], None]

EMPTY_PAGES = 20
"""Pages that a full disk has left for a record of more: some rows still fit, the file does not."""


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["bogus"], "bogus"),
        (["status", "--bogus"], "--bogus"),
        (["topics", "first"], "topic"),
        (["topics", "--limit", "0"], "--limit"),
        (["topics", "--state", "lost"], "lost"),
        (["topics", "0"], "topic"),
        (["topics", str(2**80)], "topic"),
        (["topics", "--lang", "German"], "--lang"),
        (["topics", "--lang", ""], "--lang"),
        (["merge", "1", str(2**80)], "other"),
        (["split", "1", "nobody"], "nobody"),
        (["move", "1", str(2**80)], "topic"),
        (["move", str(2**80), "1"], "question"),
        (["same", "1", "1"], "question"),
        (["dismiss", "7"], "topic 7"),
        (["restore-topic", "7"], "topic 7"),
        (["undo", "%"], "decision"),
        (["redo", ""], "decision"),
        (["decisions", "--limit", "0"], "--limit"),
        (["noise", "--undo", ""], "word"),
        (["noise", "q1", "--undo", "3f9c01ab"], "--undo"),
        (["noise", "q1"], "--reason"),
        (["noise", "--rules"], "--rules"),
        (["links", "4", "--pin", "5", "--block", "5"], "say one thing"),
        (["links", "4", "--first", "5", "--not-first", "5"], "say one thing"),
        (["links", str(2**80)], "entry"),
        (["audit", "--state", "lost"], "lost"),
        (["audit", "--dismiss", "9"], "finding 9"),
        (["merge-entries", "4", "4"], "entry 4"),
        (["unmerge", "9"], "merge 9"),
        (["topics", "--map", "text=body"], "--from"),
        (["import", "x.csv"], "--channel"),
        (["import", "x.csv", "--channel", "pigeon"], "pigeon"),
        (["import", "x.csv", "--channel", "chat", "--map", "body"], "field=column"),
        (["import", "x.csv", "--channel", "chat", "--map", "colour=body"], "colour"),
        (["import", "x.csv", "--channel", "chat", "--source", "s" * 81], "--source"),
        (["import", "x.csv", "--channel", "chat", "--lang", "?"], "--lang"),
        (["search"], "TEXT"),
        (["search", "lamp", "--floor", "low"], "low"),
        (["search", "lamp", "--limit", "1000"], "--limit"),
        (["search", "lamp", "--cursor", "nonsense"], "cursor"),
        (["promote", "1", "--publish"], "--answer-file"),
        (["token", "revoke", "no-number"], "key"),
        (["user", "add", "Ada", "--role", "queen"], "queen"),
        (["serve", "--port", "99999"], "--port"),
    ],
)
def test_wrong_words_are_told_in_one_line(
    record: Path, run: Run, words: list[str], told: str
) -> None:
    assert_refused(run(*words), told)


def test_without_words_the_commands_are_listed(run: Run) -> None:
    ran = run()
    assert ran.code == 0
    assert "import-faq" in ran.out


def test_init_makes_a_record_once(run: Run, home: Path) -> None:
    assert run("init").code == 0
    secret = (home / "secret").read_text()
    assert_refused(run("init"), "already")
    assert (home / "secret").read_text() == secret


@pytest.mark.parametrize(
    "words",
    [
        ["status"],
        ["index"],
        ["topics"],
        ["search", "lamp"],
        ["check"],
        ["promote", "1"],
        ["backup", "b.sqlite3"],
        ["serve"],
        ["user", "add", "Ada"],
    ],
)
def test_without_a_record_kb_init_is_named(run: Run, home: Path, words: list[str]) -> None:
    assert_refused(run(*words), "run kb init")
    assert not home.exists()


@pytest.mark.parametrize("words", [["init"], ["demo", "--load-only"]])
def test_a_home_that_cannot_be_made_is_named(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("KB_HOME", str(tmp_path / "file" / "home"))
    assert_refused(run(*words), "file/home")


def test_a_record_of_another_schema_is_refused(record: Path, run: Run) -> None:
    with closing(sqlite3.connect(record / "record.sqlite3")) as conn:
        conn.execute("UPDATE alembic_version SET version_num = '9999'")
        conn.commit()
    assert_refused(run("status"), "newer Kundig")
    with closing(sqlite3.connect(record / "record.sqlite3")) as conn:
        conn.execute("DELETE FROM alembic_version")
        conn.commit()
    assert_refused(run("status"), "run kb migrate")


def test_a_damaged_record_is_refused(record: Path, run: Run) -> None:
    path = record / "record.sqlite3"
    path.write_bytes(b"this was a record once" * 1000)
    assert_refused(run("status"), "kb restore")


def test_a_busy_record_is_told(
    questions: Path, run: Run, every_connection: SetPragma, faq_file: Path, counts: Counts
) -> None:
    before = counts()
    every_connection("busy_timeout = 50")
    with closing(sqlite3.connect(questions / "record.sqlite3", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert_refused(run("import-faq", faq_file), "busy")
        other.execute("ROLLBACK")
    assert counts() == before
    assert run("import-faq", faq_file).code == 0


def test_a_full_disk_is_told_and_nothing_is_lost(
    questions: Path, run: Run, every_connection: SetPragma, tmp_path: Path, counts: Counts
) -> None:
    before = counts()
    many = tmp_path / "many.csv"
    rows = (f"m{number},{'long text ' * 50}{number}" for number in range(2_000))
    many.write_text("id,body\n" + "\n".join(rows), encoding="utf-8")
    with closing(sqlite3.connect(questions / "record.sqlite3")) as conn:
        pages = conn.execute("PRAGMA page_count").fetchone()[0]
    every_connection(f"max_page_count = {pages + EMPTY_PAGES}")
    ran = run("import", many, "--channel", "ticket", "--json")
    assert ran.code == 2
    assert ran.out == ""
    assert "disk is full" in ran.lines[-1]
    assert counts() == before


def test_backup_and_restore(
    questions: Path, run: Run, tmp_path: Path, counts: Counts, questions_file: Path
) -> None:
    before = counts()
    saved = tmp_path / "saved.sqlite3"
    assert run("backup", saved, "--json").json["rows"]["questions"] == 3
    assert_refused(run("backup", saved), "exists already")
    assert_refused(run("restore", saved), "--replace")
    assert_refused(run("restore", questions_file, "--replace"), questions_file.name)
    assert_refused(run("restore", tmp_path / "nowhere", "--replace"), "nowhere")
    assert counts() == before
    assert run("restore", saved, "--replace").code == 0
    assert counts()["questions"] == 3


def test_export_writes_a_new_file_only(questions: Path, run: Run, tmp_path: Path) -> None:
    target = tmp_path / "export.sqlite3"
    assert run("export", target, "--json").json["rows"]["questions"] == 3
    written = target.read_bytes()
    assert_refused(run("export", target), "exists already")
    assert target.read_bytes() == written
    assert_refused(run("export", tmp_path / "no" / "folder.sqlite3"), "folder.sqlite3")
