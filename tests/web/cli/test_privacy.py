"""A person's data on the command line: taken out, and erased for good."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest
from sqlalchemy import select, update

from kb.people.erasures import JOURNAL
from kb.settings import Settings
from kb.store.engine import open_engine, reading, transaction
from kb.store.people.consents import Agreement, give_consent, withdraw_consent
from kb.store.schema import accounts
from tests.kb.people.planted import EMAIL, NAME, plant
from tests.web.cli.conftest import Run, assert_refused


def planted_record(run: Run, home: Path) -> None:
    run("init")
    engine = open_engine(Settings(home=home).record_url)
    with transaction(engine) as conn:
        plant(conn)
    engine.dispose()


def names(home: Path) -> list[str]:
    engine = open_engine(Settings(home=home).record_url)
    with reading(engine) as conn:
        found = list(conn.execute(select(accounts.c.name)).scalars())
    engine.dispose()
    return found


def test_an_operator_hands_a_person_their_data_and_erases_them(
    run: Run, home: Path, tmp_path: Path
) -> None:
    planted_record(run, home)
    target = tmp_path / "data.zip"

    told = run("user", "data", EMAIL, target, "--json").json
    assert told["account"] == 1
    with zipfile.ZipFile(target) as archive:
        assert json.loads(archive.read("account.json"))["name"] == NAME
        assert "Ihre Daten" in archive.read("README.txt").decode()
    assert_refused(run("user", "data", EMAIL, target), "exists already")

    saved = tmp_path / "saved.kb"
    run("backup", saved)
    erased = run("user", "erase", EMAIL, "--mode", "delete", "--yes", "--json").json
    assert erased == {"account": 1, "mode": "delete", "questions": 2}
    assert NAME not in names(home)
    assert (home / JOURNAL).is_file()

    told = run("restore", saved, "--replace", "--json").json
    assert told["erased"] == 1
    assert NAME not in names(home)


def test_nobody_is_erased_without_a_yes_or_by_a_wrong_name(
    run: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    planted_record(run, home)
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))

    assert run("user", "erase", EMAIL).code != 0
    assert_refused(run("user", "erase", "nobody@example.org", "--yes"), "does not exist")
    assert NAME in names(home)

    assert run("user", "erase", 1, "--yes").code == 0
    assert_refused(run("user", "erase", 1, "--yes"), "does not exist")


def test_who_agrees_at_this_moment_is_written_for_the_program_that_sends(
    run: Run, home: Path, tmp_path: Path
) -> None:
    planted_record(run, home)
    engine = open_engine(Settings(home=home).record_url)
    with transaction(engine) as conn:
        for account_id in (1, 2):
            give_consent(conn, Agreement(account_id, "news", "Send it.", "en", {"version": 1}))
        conn.execute(update(accounts).where(accounts.c.id == 2).values(name="=cmd()"))

    told = run("user", "agreed", "news", tmp_path / "first.csv", "--json").json
    assert told["people"] == 2
    first = (tmp_path / "first.csv").read_text(encoding="utf-8")
    assert f"{EMAIL},{NAME}," in first
    assert ",'=cmd()," in first

    with transaction(engine) as conn:
        withdraw_consent(conn, 1, "news", proof={})
        conn.execute(update(accounts).where(accounts.c.id == 2).values(email_confirmed_at=None))
    engine.dispose()
    assert run("user", "agreed", "news", tmp_path / "second.csv", "--json").json["people"] == 0
    assert_refused(run("user", "agreed", "news", tmp_path / "second.csv"), "exists already")
    assert_refused(run("user", "agreed", "parties", tmp_path / "third.csv"), "parties")
    assert_refused(run("user", "agreed", "news", tmp_path / "none" / "f.csv"), "there is no folder")
