"""A missing model, port or folder is told; what can still work does."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from indexer.encoder import OnnxEncoder
from tests.conftest import PostgresqlDatabases
from tests.indexer.packs import random_rows, write_pack
from tests.web.cli.conftest import Run, assert_refused

Counts = Callable[[], dict[str, int]]


def test_a_broken_model_still_leaves_keyword_search(
    without_model: Path, run: Run, faq_file: Path
) -> None:
    assert run("import-faq", faq_file).code == 0
    indexed = run("index")
    assert indexed.code == 0
    told = [line for line in indexed.lines if "degraded" in line]
    assert len(told) == 1
    assert "KB_MODEL" in told[0]
    found = run("search", "invoice", "--json").json
    assert (found["mode"], found["degraded"]) == ("keyword", "model")
    assert found["hits"][0]["source_id"] == "f2"


def test_grouping_a_file_needs_the_model_and_two_questions(
    without_model: Path, run: Run, questions_file: Path, tmp_path: Path
) -> None:
    assert_refused(run("topics", "--from", questions_file, "--json"), "KB_MODEL")
    single = tmp_path / "single.csv"
    single.write_text("body\nOnly one question\n", encoding="utf-8")
    assert_refused(run("topics", "--from", single, "--json"), "nothing to group")


def test_a_port_in_use_is_told(record: Path, run: Run) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert_refused(run("serve", "--port", port), str(port), "--port")


def test_keys_are_made_listed_and_revoked(record: Path, run: Run) -> None:
    assert_refused(run("token", "add", "Ada"), "Ada")
    assert run("user", "add", "Ada", "--email", "ada@example.org").code == 0
    assert_refused(run("user", "add", "Eve", "--email", "ada@example.org"), "already")
    assert_refused(run("user", "add", "Eve", "--role", "guest"), "guest")
    key = run("token", "add", "Ada", "--scope", "agent", "--json").json["key"]
    listed = run("token", "list", "--json")
    assert [one["scopes"] for one in listed.json["keys"]] == [["agent"]]
    assert key not in listed.out
    assert run("token", "revoke", 1).code == 0
    assert_refused(run("token", "revoke", 1), "key 1")


def test_an_index_that_cannot_be_written_is_told(
    without_model: Path, run: Run, faq_file: Path, counts: Counts
) -> None:
    assert run("import-faq", faq_file).code == 0
    before = counts()
    (without_model / "index").write_text("in the way")

    ran = run("index")

    assert ran.code == 2
    assert ran.lines[-1].startswith("error: ")
    assert str(without_model / "index") in ran.lines[-1]
    (without_model / "index").unlink()
    assert counts() == before
    assert run("index").code == 0


def test_the_commands_are_the_same_on_postgresql(
    home: Path,
    run: Run,
    questions_file: Path,
    faq_file: Path,
    postgresql_databases: PostgresqlDatabases,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("KB_DATABASE_URL", postgresql_databases.create())
    monkeypatch.setenv("KB_MODEL", "/nonexistent/model")
    assert_refused(run("status"), "run kb init")
    assert run("init").code == 0
    assert_refused(run("init"), "already")
    assert run("import", questions_file, "--channel", "ticket", "--json").json["new"] == 3
    assert run("import-faq", faq_file, "--json").json["new"] == 2
    assert run("index").code == 0
    assert run("search", "invoice", "--json").json["hits"][0]["source_id"] == "f2"
    saved = tmp_path / "saved"
    assert run("backup", saved).code == 0
    monkeypatch.setenv("KB_DATABASE_URL", postgresql_databases.create())
    assert run("restore", saved).code == 0
    assert run("status", "--json").json["questions"] == 3


def test_a_server_that_does_not_answer_is_told(
    home: Path, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KB_DATABASE_URL", f"postgresql://u:secretword@/kb?host={tmp_path}")
    ran = run("status")
    assert_refused(ran, "KB_DATABASE_URL")
    assert "secretword" not in ran.err
    monkeypatch.setenv("KB_DATABASE_URL", "mysql://u:secretword@host/kb")
    assert_refused(run("status"), "postgresql://")


def test_what_keeps_the_site_from_starting_is_told_in_one_line(
    record: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = record / "secret"
    secret.write_text("short\n", encoding="ascii")
    assert_refused(run("serve"), "too short")
    secret.unlink()
    for url in ("help.example.com", "https://[::1"):
        monkeypatch.setenv("KB_PUBLIC_URL", url)
        assert_refused(run("serve"), "KB_PUBLIC_URL must be like")


def test_a_language_without_a_pack_is_told_before_anything_starts(
    record: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KB_LANGUAGES", "de,xx")
    for words in (("index",), ("serve",), ("worker",), ("status",), ("search", "invoice")):
        assert_refused(run(*words), "KB_LANGUAGES: there is no language pack 'xx', there are en")


def test_a_broken_pack_is_told_in_one_line_and_the_rest_is_done(
    record: Path,
    run: Run,
    faq_file: Path,
    link_models: Callable[[Path], None],
    plain_encoder: OnnxEncoder,
) -> None:
    link_models(record)
    write_pack(record / "languages" / "de", ["a1"], rows=random_rows(2))
    assert run("import-faq", faq_file).code == 0

    indexed = run("index")

    assert indexed.code == 0
    told = [line for line in indexed.lines if "language pack" in line]
    assert len(told) == 1
    assert "shape (2, 384)" in told[0]
    assert told[0].endswith("going on without it")
    found = run("search", "invoice", "--json").json
    assert (found["mode"], found["degraded"]) == ("hybrid", None)
    assert "searching_with" in run("status", "--json").json["encoder"]
