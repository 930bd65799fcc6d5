"""Synonyms are listed, added, removed, brought in and taken out on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.web.cli.conftest import Run, assert_refused

pytestmark = pytest.mark.usefixtures("record")


def test_synonyms_are_added_listed_and_removed(run: Run) -> None:
    added = run("synonyms", "add", "brew group", "brewing unit", "--lang", "en", "--json").json
    assert (added["terms"], added["kind"], added["lang"]) == (
        ["brew group", "brewing unit"],
        "two-way",
        "en",
    )
    assert "brewing unit" in run("synonyms", "list").out
    assert_refused(run("synonyms", "add", "Brewing Unit", "brew group", "--lang", "en"), "already")
    assert_refused(run("synonyms", "add", "alone"), "two different words")
    assert_refused(run("synonyms", "remove", added["id"] + 1), "does not exist")
    assert run("synonyms", "remove", added["id"]).code == 0
    assert run("synonyms", "list", "--json").json == {"synonyms": []}


def test_a_file_of_synonyms_comes_in_once_and_goes_out_as_it_came(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "synonyms.txt"
    file.write_text("# parts\nde: Trafo, Netzteil\nPSU => power supply unit\n", encoding="utf-8")
    wrong = tmp_path / "wrong.txt"
    wrong.write_text("lamp, light\nlamp\n")
    foreign = tmp_path / "foreign.txt"
    foreign.write_bytes(b"caf\xe9, coffee\n")

    assert_refused(run("synonyms", "import", wrong), "line 2")
    assert_refused(run("synonyms", "import", foreign), "UTF-8")
    assert_refused(run("synonyms", "import", tmp_path / "no.txt"), "no.txt")
    assert run("synonyms", "import", file, "--json").json == {"added": 2, "known": 0}
    assert run("synonyms", "import", file, "--json").json == {"added": 0, "known": 2}
    assert run("synonyms", "export").out == "de: Trafo, Netzteil\nPSU => power supply unit\n"
