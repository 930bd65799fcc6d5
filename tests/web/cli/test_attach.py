"""`kb attach` puts files on entries, lists them, and takes them off."""

from pathlib import Path

import pytest

from kb.attachments import MAX_FILE_BYTES
from tests.kb.files_given import PDF, WINDOWS_PROGRAM
from tests.web.cli.conftest import Run, assert_refused


@pytest.fixture
def entry(record: Path, run: Run, faq_file: Path) -> int:
    """The number of an entry of a new record."""
    assert run("import-faq", faq_file).code == 0
    return 1


@pytest.fixture
def manual(tmp_path: Path) -> Path:
    """A manual."""
    path = tmp_path / "manual.pdf"
    path.write_bytes(PDF)
    return path


def test_a_file_is_added_listed_and_taken_off(entry: int, run: Run, manual: Path) -> None:
    assert "it has no files" in run("attach", entry).err

    added = run("attach", entry, manual, "--label", "All of [it]", "--json").json
    assert (added["name"], added["media_type"]) == ("manual.pdf", "application/pdf")
    assert "All of [it]" in run("attach", entry).out
    assert run("attach", entry, "--json").json == {"entry": entry, "files": [added]}

    assert "manual.pdf is off entry" in run("attach", entry, "--remove", added["id"]).err
    assert run("attach", entry, "--json").json["files"] == []


def test_what_cannot_be_added_is_refused_in_one_line(
    entry: int, run: Run, manual: Path, tmp_path: Path
) -> None:
    program, large = tmp_path / "setup.pdf", tmp_path / "large.txt"
    program.write_bytes(WINDOWS_PROGRAM)
    large.write_bytes(b"x" * (MAX_FILE_BYTES + 1))

    assert_refused(run("attach", entry, program), "setup.pdf", "program")
    assert_refused(run("attach", entry, large), "large.txt", "10 MB")
    assert_refused(run("attach", 99, manual), "entry 99")
    assert_refused(run("attach", entry, tmp_path / "nowhere.pdf"), "nowhere.pdf")
    assert_refused(run("attach", entry, "--remove", 7), "file 7")
    assert_refused(run("attach", entry, manual, "--remove", 7), "not both")
    assert run("attach", entry, "--json").json["files"] == []
