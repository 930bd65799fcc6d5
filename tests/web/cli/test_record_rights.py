"""What the record and its copies hold is for the site's own user."""

from __future__ import annotations

from pathlib import Path

from tests.web.cli.conftest import Run, assert_refused


def rights(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_a_new_home_and_a_backup_are_for_their_owner_alone(
    home: Path, run: Run, tmp_path: Path
) -> None:
    assert run("init").code == 0
    assert run("backup", tmp_path / "b").code == 0

    assert (rights(home), rights(home / "secret"), rights(tmp_path / "b")) == (0o700, 0o600, 0o600)


def test_a_home_that_is_there_keeps_its_rights(home: Path, run: Run) -> None:
    home.mkdir(mode=0o750)
    assert run("init").code == 0

    assert rights(home) == 0o750


def test_a_backup_into_a_folder_that_is_not_there_names_the_folder(home: Path, run: Run) -> None:
    assert run("init").code == 0
    missing = home / "nowhere"

    assert_refused(run("backup", missing / "b"), f"there is no folder {missing}")
    assert not missing.exists()
