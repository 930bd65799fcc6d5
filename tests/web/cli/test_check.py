"""kb check compares record and index, says what differs, and can build the index anew."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from kb.settings import Settings
from search.build import find_manifest
from search.generation import open_current
from tests.web.cli.conftest import Run, assert_refused
from web.cli import record as commands

FINE = "settings, record and index are as they should be"


@pytest.fixture
def indexed(without_model: Path, run: Run, faq_file: Path) -> Path:
    """A record of two entries and its index."""
    assert run("import-faq", faq_file).code == 0
    assert run("index").code == 0
    return without_model


@pytest.fixture
def behind_the_log(indexed: Path) -> Callable[[str], None]:
    """Changes the record as no part of Kundig does: without telling the log of changes."""

    def change(statement: str) -> None:
        with closing(sqlite3.connect(indexed / "record.sqlite3")) as connection, connection:
            connection.execute(statement)

    return change


def test_record_and_index_that_agree_are_told_in_one_line(indexed: Path, run: Run) -> None:
    ran = run("check")

    assert (ran.code, ran.lines) == (0, [FINE])
    assert run("check", "--json").json == {
        "findings": [], "more": 0, "repaired": False, "notes": [],
    }  # fmt: skip


def test_an_entry_that_differs_is_told_and_repaired(
    indexed: Path, run: Run, behind_the_log: Callable[[str], None]
) -> None:
    behind_the_log("UPDATE entries SET answer = 'Other.' WHERE id = 2")
    line = "entry 2: its answer is another one in the index"

    ran = run("check")
    assert (ran.code, ran.lines) == (1, [f"index: {line}"])
    assert run("check", "--json").json["findings"] == [{"where": "index", "what": line, "entry": 2}]

    repaired = run("check", "--repair")
    assert repaired.code == 0
    assert repaired.lines == [
        "the index was built anew", FINE,
    ]  # fmt: skip
    assert open_current(indexed / "index").segment.lexical.document(1).answer == "Other."


def test_a_repair_of_what_is_whole_builds_nothing(indexed: Path, run: Run) -> None:
    before = find_manifest(indexed / "index")

    assert run("check", "--repair", "--json").json["repaired"] is False
    assert find_manifest(indexed / "index") == before
    assert len(list((indexed / "index").glob("0*"))) == 1


FILES = ("lexical.sqlite3", "vectors.npy", "ids.npy", "values.json", "manifest.json")


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("damage", ["gone", "cut", "flipped"])
def test_a_damaged_file_is_named_and_repaired(
    indexed: Path, run: Run, name: str, damage: str
) -> None:
    (path,) = (indexed / "index").glob(f"0*/{name}")
    content = path.read_bytes()
    path.unlink()
    if damage == "cut":
        path.write_bytes(content[: len(content) // 2])
    elif damage == "flipped":
        path.write_bytes(content[:8] + bytes([content[8] ^ 255]) + content[9:])

    ran = run("check")
    assert (ran.code, len(ran.lines)) == (1, 1)
    assert str(path.parent) in ran.lines[0]
    assert run("check", "--repair").code == 0
    assert run("check").code == 0


def test_what_no_new_index_can_heal_is_still_told(
    indexed: Path, run: Run, behind_the_log: Callable[[str], None]
) -> None:
    behind_the_log("UPDATE entries SET revision = 9 WHERE id = 1")
    behind_the_log("UPDATE entries SET answer = 'Other.' WHERE id = 2")

    ran = run("check", "--repair", "--json")

    assert ran.code == 1
    assert ran.json["repaired"] is True
    assert [one["where"] for one in ran.json["findings"]] == ["record"]


def test_of_many_findings_the_first_are_told_and_the_others_counted(
    indexed: Path,
    run: Run,
    behind_the_log: Callable[[str], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(commands, "MOST_TOLD", 1)
    behind_the_log("UPDATE entries SET answer = 'Other.'")

    ran = run("check")

    assert ran.lines[1:] == ["index: and 1 more"]
    assert run("check", "--json").json["more"] == 1


def test_an_index_of_vectors_needs_its_calibration_and_its_model(indexed: Path, run: Run) -> None:
    settings = Settings(home=indexed)
    commands.rebuild_index(settings, commands.open_record(settings), fingerprint="gone-1234")

    lines = run("check").lines

    assert any("its model gone-1234 is not here" in line for line in lines)
    assert any("no calibration for its model gone-1234" in line for line in lines)


def test_bad_use_is_refused(indexed: Path, run: Run, home: Path) -> None:
    assert run("check", "--no-such-option").code == 2
    assert run("check", "extra").code == 2
    (home / "record.sqlite3").unlink()
    assert_refused(run("check", "--repair"), "run kb init")


def test_settings_that_would_keep_the_site_from_starting_are_told_each_in_one_line(
    indexed: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KB_PUBLIC_URL", "https://example.com/help")
    monkeypatch.setenv("KB_SMTP_URL", "smtp://mail.example.com")
    monkeypatch.setenv("KB_OIDC_ISSUER", "https://login.example.com")
    monkeypatch.setenv("KB_TRUSTED_PROXIES", "nginx")
    monkeypatch.setenv("KB_ACCENT", "blueish")

    ran = run("check")
    assert ran.code == 1
    told = [line.removeprefix("settings: ") for line in ran.lines if line.startswith("settings: ")]
    named = ("KB_ACCENT", "KB_PUBLIC_URL", "KB_TRUSTED_PROXIES", "KB_MAIL_FROM")
    assert [name for name in named for line in told if name in line] == list(named)
    assert len(told) == len(named)
    assert {one["where"] for one in run("check", "--json").json["findings"]} == {"settings"}


def test_settings_that_work_but_are_hardly_meant_are_notes_and_no_fault(
    indexed: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KB_PUBLIC_URL", "https://help.example.com")

    ran = run("check")
    assert (ran.code, ran.lines[0]) == (0, FINE)
    assert [line.split()[1] for line in ran.lines[1:]] == ["KB_TRUSTED_PROXIES", "KB_SMTP_URL"]

    monkeypatch.setenv("KB_TRUSTED_PROXIES", "127.0.0.1, 10.0.0.0/8, ::1")
    monkeypatch.setenv("KB_SMTP_URL", "smtp://127.0.0.1:25")
    monkeypatch.setenv("KB_MAIL_FROM", "help@example.com")
    assert run("check").lines == [FINE]


def test_a_secret_that_anybody_could_guess_is_found(indexed: Path, run: Run) -> None:
    (indexed / "secret").write_text("short")

    (line,) = run("check").lines
    assert line.startswith("settings: the signing secret ")
    assert "too short" in line
