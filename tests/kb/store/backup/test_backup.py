"""A backup holds everything, and brings everything back or nothing."""

from __future__ import annotations

import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError

from kb.access import Role, Viewer
from kb.entries import EntryContent
from kb.errors import Conflict, InvalidInput, Unavailable
from kb.intake.records import IncomingQuestion, IncomingReply
from kb.store.audit import Subject, record_audit
from kb.store.backup.copying import copy_rows, reflected_tables, row_counts
from kb.store.backup.file import read_manifest
from kb.store.backup.restoring import restore
from kb.store.backup.writing import back_up, migrate_with_backup
from kb.store.changes import last_seq
from kb.store.check import check_record
from kb.store.embeddings import save_vectors, vectors_by_hash
from kb.store.engine import open_engine, reading, transaction
from kb.store.entries.reading import get_entry, published_ids
from kb.store.entries.writing import add_entry
from kb.store.instance import find_value, get_incarnation, set_value
from kb.store.migrate import create_record, expected_schema, is_initialised, stored_schema
from kb.store.questions.incoming import store_question

AGENT = Viewer(role=Role.AGENT, account_id=1, name="Ada")
VECTOR = np.array([0.1, -0.0, 1e-40], dtype=np.float32)
TITLE = "Wie setze ich mein Paßwort zurück? 🔑"


def _fill(engine: Engine) -> int:
    """Put something of every kind into a record and return an entry's id."""
    with transaction(engine) as conn:
        asked = IncomingQuestion(
            "1", "pw weg", "b", tags=("a",), replies=(IncomingReply("r", "Hm."),)
        )
        store_question(conn, asked, channel="ticket", source="desk")
        save_vectors(conn, "f", {"a" * 64: VECTOR})
        record_audit(conn, "import", Subject("entry", 1), viewer=AGENT, facts={"n": [1, None]})
        content = EntryContent(TITLE, "So.", locale="de", tags=("pw",), category="Konto")
        return add_entry(conn, content, viewer=AGENT, state="published")


def _facts(conn: Connection) -> tuple[object, ...]:
    counts = row_counts(conn)
    entry = get_entry(conn, published_ids(conn)[0], viewer=AGENT)
    vector = vectors_by_hash(conn, "f", ["a" * 64])["a" * 64].tobytes()
    return counts, entry, vector, last_seq(conn)


@pytest.fixture(scope="module")
def saved_once(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("saved") / "record.sqlite3"
    shutil.copyfile(sqlite_template, path)
    engine = open_engine(f"sqlite:///{path}")
    _fill(engine)
    report = back_up(engine, path.with_name("saved.kb"))
    engine.dispose()
    return report.path


@pytest.fixture
def saved(saved_once: Path, tmp_path: Path) -> Path:
    """A backup of a filled record, which the test may harm."""
    return Path(shutil.copyfile(saved_once, tmp_path / "saved.kb"))


@dataclass(frozen=True)
class Place:
    """Where a backup goes back to."""

    url: str
    engine: Engine


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """An empty database of each kind, whose tables a test may replace."""
    url = f"sqlite:///{tmp_path / 'place' / 'record.sqlite3'}"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgresql_databases").create()
    (tmp_path / "place").mkdir()
    engine = open_engine(url)
    yield Place(url, engine)
    engine.dispose()


def test_a_backup_comes_back_whole_in_either_kind_of_database(
    engine: Engine, tmp_path: Path, place: Place
) -> None:
    _fill(engine)
    report = restore(place.url, back_up(engine, tmp_path / "saved.kb").path, replace=False)

    with reading(engine) as before, reading(place.engine) as after:
        assert _facts(after) == _facts(before)
        assert get_incarnation(after) == report.incarnation != get_incarnation(before)
    assert stored_schema(place.engine) == expected_schema()
    assert check_record(place.engine) == []
    assert "rows" in str(report)


def test_rows_of_an_older_schema_are_copied_as_its_tables_are(engine: Engine, place: Place) -> None:
    """Tables read from the database itself give the same copy as those of this version."""
    _fill(engine)
    create_record(place.engine)
    with reading(engine) as source, transaction(place.engine) as target:
        target.exec_driver_sql("DELETE FROM instance")
        copy_rows(source, target, reflected_tables(target))

        assert _facts(target) == _facts(source)


def test_new_rows_after_a_restore_get_new_ids(saved: Path, place: Place) -> None:
    restore(place.url, saved, replace=False)

    with transaction(place.engine) as conn:
        old_seq = last_seq(conn)
        content = EntryContent("Another?", "Yes.")
        assert add_entry(conn, content, viewer=AGENT) > published_ids(conn)[0]
        assert last_seq(conn) > old_seq


def test_a_backup_says_what_it_holds(engine: Engine, tmp_path: Path) -> None:
    _fill(engine)

    report = back_up(engine, tmp_path / "saved.kb")

    with closing(sqlite3.connect(report.path)) as conn, reading(engine) as now:
        manifest = read_manifest(conn)
        assert manifest == report.manifest
        assert report.manifest.incarnation == get_incarnation(now)
        assert report.manifest.counts == row_counts(now)
    assert report.manifest.schema == expected_schema()
    assert report.size == report.path.stat().st_size
    assert [one.name for one in tmp_path.iterdir() if "saved" in one.name] == ["saved.kb"]


def test_a_backup_is_one_moment_while_others_write(engine: Engine, tmp_path: Path) -> None:
    stop = threading.Event()

    def write_pairs() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            with transaction(engine) as conn:
                set_value(conn, "left", str(number))
                set_value(conn, "right", str(number))

    writer = threading.Thread(target=write_pairs)
    writer.start()
    try:
        reports = [back_up(engine, tmp_path / f"saved{n}.kb") for n in range(2)]
    finally:
        stop.set()
        writer.join()

    for report in reports:
        with closing(sqlite3.connect(report.path)) as conn:
            values = dict(conn.execute("SELECT key, value FROM instance").fetchall())
        assert values.get("left") == values.get("right")


def test_a_backup_never_overwrites_a_file(engine: Engine, tmp_path: Path) -> None:
    target = tmp_path / "saved.kb"
    target.write_text("precious", encoding="utf-8")

    with pytest.raises(Conflict, match="exists already"):
        back_up(engine, target)

    assert target.read_text(encoding="utf-8") == "precious"


def test_a_backup_needs_a_folder_and_a_record(engine: Engine, place: Place, tmp_path: Path) -> None:
    with pytest.raises(Unavailable):
        back_up(engine, tmp_path / "nowhere" / "saved.kb")
    with pytest.raises(Unavailable, match="run kb init"):
        back_up(place.engine, tmp_path / "saved.kb")

    assert not list(tmp_path.glob("*saved*"))


def test_a_record_with_content_is_replaced_only_on_demand(saved: Path, place: Place) -> None:
    create_record(place.engine)
    with transaction(place.engine) as conn:
        for n in range(3):
            add_entry(conn, EntryContent(f"Question {n}?", "Yes."), viewer=AGENT)

    with pytest.raises(Conflict, match=r"3 entries.*--replace"):
        restore(place.url, saved, replace=False)
    with reading(place.engine) as conn:
        assert row_counts(conn)["entries"] == 3

    restore(place.url, saved, replace=True)
    with reading(place.engine) as conn:
        assert row_counts(conn)["entries"] == 1


def test_a_new_record_without_content_needs_no_word_to_be_replaced(
    saved: Path, place: Place
) -> None:
    create_record(place.engine)

    restore(place.url, saved, replace=False)

    with reading(place.engine) as conn:
        assert row_counts(conn)["entries"] == 1


def test_who_has_the_record_open_sees_the_restored_one_next(
    saved: Path, sqlite_engine: Engine
) -> None:
    with reading(sqlite_engine) as conn:
        old = get_incarnation(conn)
        report = restore(str(sqlite_engine.url), saved, replace=True)
        assert get_incarnation(conn) == old

    with reading(sqlite_engine) as conn:
        assert get_incarnation(conn) == report.incarnation
        assert row_counts(conn)["entries"] == 1
    with transaction(sqlite_engine) as conn:
        set_value(conn, "colour", "blue")
    assert check_record(sqlite_engine) == []


def test_a_restore_waits_for_no_stuck_writer(
    saved: Path, sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kb.store.backup.restoring.BUSY_TIMEOUT_MS", 20)
    with transaction(sqlite_engine) as conn:
        with pytest.raises(Unavailable, match="busy"):
            restore(str(sqlite_engine.url), saved, replace=True)
        set_value(conn, "colour", "blue")

    with reading(sqlite_engine) as conn:
        assert find_value(conn, "colour") == "blue"


def _no_database(path: Path) -> None:
    path.write_text("a shopping list " * 500, encoding="utf-8")


def _torn(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def _flipped(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[9_000:20_000] = bytes(255 - one for one in content[9_000:20_000])
    path.write_bytes(content)


def _rows_missing(path: Path) -> None:
    with closing(sqlite3.connect(path)) as conn, conn:
        conn.execute("DELETE FROM replies")


def _another_database(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as conn, conn:
        conn.execute("CREATE TABLE songs (id INTEGER)")


def _missing(path: Path) -> None:
    path.unlink()


def _empty(path: Path) -> None:
    path.write_bytes(b"")


@pytest.mark.parametrize(
    "harm",
    [_no_database, _torn, _flipped, _rows_missing, _another_database, _missing, _empty],
)
def test_an_unusable_file_is_refused_and_the_record_stays(
    sqlite_engine: Engine, tmp_path: Path, harm: Callable[[Path], None]
) -> None:
    _fill(sqlite_engine)
    saved = back_up(sqlite_engine, tmp_path / "saved.kb").path
    harm(saved)
    with reading(sqlite_engine) as conn:
        before = _facts(conn)

    with pytest.raises(InvalidInput, match="saved"):
        restore(str(sqlite_engine.url), saved, replace=True)

    with reading(sqlite_engine) as conn:
        assert _facts(conn) == before
    assert not list(tmp_path.glob("*partial*"))


def test_a_backup_of_a_newer_kundig_is_refused(saved: Path, place: Place) -> None:
    with closing(sqlite3.connect(saved)) as conn, conn:
        conn.execute("UPDATE alembic_version SET version_num = '9999'")

    with pytest.raises(Conflict, match="newer Kundig"):
        restore(place.url, saved, replace=True)

    assert not is_initialised(place.engine)


def test_a_restore_that_fails_in_the_middle_leaves_the_old_record(
    saved: Path, place: Place
) -> None:
    create_record(place.engine)
    with reading(place.engine) as conn:
        incarnation = get_incarnation(conn)
    with closing(sqlite3.connect(saved)) as conn:
        conn.execute("PRAGMA foreign_keys = OFF")
        conn.execute("UPDATE entry_tags SET entry_id = 404")
        conn.commit()

    with pytest.raises(Exception, match=r"nothing was changed|foreign key"):
        restore(place.url, saved, replace=True)

    with reading(place.engine) as conn:
        assert get_incarnation(conn) == incarnation
        assert row_counts(conn)["entries"] == 0


def test_a_damaged_record_makes_room_for_the_backup_and_is_kept(
    sqlite_engine: Engine, tmp_path: Path
) -> None:
    _fill(sqlite_engine)
    saved = back_up(sqlite_engine, tmp_path / "saved.kb").path
    url, path = str(sqlite_engine.url), Path(str(sqlite_engine.url.database))
    sqlite_engine.dispose()
    path.write_text("not a database any more " * 500, encoding="utf-8")

    with pytest.raises(Unavailable, match="damaged"):
        restore(url, saved, replace=False)
    report = restore(url, saved, replace=True)

    assert report.set_aside is not None
    assert report.set_aside.read_text(encoding="utf-8").startswith("not a database")
    assert check_record(sqlite_engine) == []


def test_a_plain_copy_of_the_file_can_be_restored_but_not_onto_itself(
    sqlite_engine: Engine, place: Place, tmp_path: Path
) -> None:
    _fill(sqlite_engine)
    sqlite_engine.dispose()
    path = Path(str(sqlite_engine.url.database))
    shutil.copyfile(path, tmp_path / "copy.sqlite3")

    restore(place.url, tmp_path / "copy.sqlite3", replace=False)
    with reading(place.engine) as conn:
        assert row_counts(conn)["entries"] == 1
    with pytest.raises(Conflict, match="itself"):
        restore(str(sqlite_engine.url), path, replace=True)


def test_an_older_record_is_backed_up_before_it_is_migrated(
    sqlite_engine: Engine, tmp_path: Path
) -> None:
    """There is one migration yet, so the record pretends to have seen none."""
    with transaction(sqlite_engine) as conn:
        conn.exec_driver_sql("DELETE FROM alembic_version")

    with pytest.raises(OperationalError, match="already exists"):
        migrate_with_backup(sqlite_engine, tmp_path / "backups")

    (kept,) = (tmp_path / "backups").iterdir()
    with closing(sqlite3.connect(kept)) as copy:
        assert copy.execute("SELECT COUNT(*) FROM instance").fetchone() == (1,)
