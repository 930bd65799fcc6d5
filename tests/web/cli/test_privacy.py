"""A person's data on the command line: taken out, and erased for good."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest
from sqlalchemy import select

from kb.people.erasures import JOURNAL
from kb.settings import Settings
from kb.store.engine import open_engine, reading, transaction
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
