"""Connections and transactions, and how their failures read."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError

from kb.errors import InvalidInput, Unavailable
from kb.store.engine import (
    chunks,
    giving_way,
    open_engine,
    reading,
    schema_transaction,
    transaction,
)
from kb.store.instance import find_value, set_value
from kb.store.migrate import is_initialised


def test_a_transaction_is_stored_whole(engine: Engine) -> None:
    with transaction(engine) as conn:
        set_value(conn, "colour", "blue")

    with reading(engine) as conn:
        assert find_value(conn, "colour") == "blue"


def test_a_failed_transaction_leaves_nothing(engine: Engine) -> None:
    def write_and_fail() -> None:
        with transaction(engine) as conn:
            set_value(conn, "colour", "blue")
            raise KeyError("colour")

    with pytest.raises(KeyError):
        write_and_fail()

    with reading(engine) as conn:
        assert find_value(conn, "colour") is None


def test_a_reader_sees_one_state_while_others_write(engine: Engine) -> None:
    with reading(engine) as reader:
        assert find_value(reader, "colour") is None
        with transaction(engine) as writer:
            set_value(writer, "colour", "blue")
        assert find_value(reader, "colour") is None

    with reading(engine) as reader:
        assert find_value(reader, "colour") == "blue"


def test_a_reader_cannot_write_and_the_next_writer_can(engine: Engine) -> None:
    with pytest.raises(Unavailable, match="cannot be written"), reading(engine) as conn:
        set_value(conn, "colour", "blue")

    with transaction(engine) as conn:
        set_value(conn, "colour", "green")


def test_a_fault_of_ours_is_not_dressed_up_as_the_databases(engine: Engine) -> None:
    row = "('a', 'the database is locked')"

    with pytest.raises(IntegrityError), transaction(engine) as conn:
        conn.exec_driver_sql(f"INSERT INTO instance (key, value) VALUES {row}, {row}")


def test_sqlite_runs_with_wal_foreign_keys_and_a_busy_timeout(sqlite_engine: Engine) -> None:
    with reading(sqlite_engine) as conn:
        assert conn.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
        assert conn.exec_driver_sql("PRAGMA foreign_keys").scalar_one() == 1
        assert conn.exec_driver_sql("PRAGMA busy_timeout").scalar_one() == 50
        assert conn.exec_driver_sql("PRAGMA secure_delete").scalar_one() == 1


def test_a_sqlite_writer_holds_the_lock_from_its_first_moment(sqlite_engine: Engine) -> None:
    with transaction(sqlite_engine):
        with pytest.raises(Unavailable, match="busy"), transaction(sqlite_engine):
            pytest.fail("a second writer began")
        with reading(sqlite_engine) as conn:
            assert find_value(conn, "incarnation")

    with transaction(sqlite_engine) as conn:
        set_value(conn, "colour", "blue")


def test_a_waiting_sqlite_writer_goes_on_when_the_first_is_done(sqlite_engine: Engine) -> None:
    patient = open_engine(str(sqlite_engine.url), busy_timeout_ms=5_000)
    path = sqlite_engine.url.database
    assert path is not None
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        timer = threading.Timer(0.1, other.execute, ["ROLLBACK"])
        timer.start()
        with transaction(patient) as conn:
            set_value(conn, "colour", "blue")
        timer.join()
    patient.dispose()


def test_a_full_disk_stores_nothing_of_the_last_step(sqlite_engine: Engine) -> None:
    with transaction(sqlite_engine) as conn:
        set_value(conn, "kept", "yes")
        pages = conn.exec_driver_sql("PRAGMA page_count").scalar_one()

    def fill() -> None:
        with transaction(sqlite_engine) as conn:
            conn.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
            for number in range(100):
                set_value(conn, f"key {number}", "x" * 10_000)

    with pytest.raises(Unavailable, match="disk is full"):
        fill()

    with reading(sqlite_engine) as conn:
        assert find_value(conn, "kept") == "yes"
        assert find_value(conn, "key 0") is None


def test_a_record_without_write_rights_can_be_read_and_says_why_not_more(
    sqlite_engine: Engine,
) -> None:
    engine = open_engine(f"sqlite:///file:{sqlite_engine.url.database}?mode=ro&uri=true")

    with reading(engine) as conn:
        assert find_value(conn, "incarnation")
    with pytest.raises(Unavailable, match="cannot be written"), transaction(engine) as conn:
        set_value(conn, "colour", "blue")
    engine.dispose()


def test_a_file_that_is_no_database_is_called_damaged(tmp_path: Path) -> None:
    path = tmp_path / "record.sqlite3"
    path.write_text("this is a shopping list, not a database\n" * 50, encoding="utf-8")
    engine = open_engine(f"sqlite:///{path}")

    with pytest.raises(Unavailable, match="damaged"):
        is_initialised(engine)


def test_a_missing_folder_is_named_as_not_there(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'nowhere' / 'record.sqlite3'}")

    with pytest.raises(Unavailable, match="who owns its file and folder"):
        is_initialised(engine)


def test_a_server_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    engine = open_engine(f"postgresql://somebody@/kb?host={tmp_path}")

    with pytest.raises(Unavailable, match="does not answer"):
        is_initialised(engine)


def test_a_database_that_is_not_on_the_server_is_said_so(
    postgresql_url: Callable[[str], str],
) -> None:
    engine = open_engine(postgresql_url("nowhere"))

    # The driver sometimes loses the server's reason while it hangs up.
    with pytest.raises(Unavailable, match=r"check .*KB_DATABASE_URL"):
        is_initialised(engine)


@pytest.mark.parametrize(
    "url",
    [
        "mysql://localhost/kb",
        "",
        "no address at all",
        "postgresql://kb@localhost:port/kb",
        "postgresql://kb@localhost/kb?sslmode=perhaps",
        "postgresql://kb@localhost/kb?colour=blue",
    ],
)
def test_an_address_of_something_else_is_refused(url: str) -> None:
    with pytest.raises(InvalidInput, match="KB_DATABASE_URL"):
        open_engine(url)


def test_an_address_with_a_secure_connection_is_taken() -> None:
    for scheme in ("postgres", "postgresql", "postgresql+psycopg"):
        engine = open_engine(f"{scheme}://kb:secret@localhost/kb?sslmode=verify-full")
        assert engine.dialect.driver == "pg8000"


def test_a_table_can_be_rebuilt_without_losing_what_points_to_it(sqlite_engine: Engine) -> None:
    with transaction(sqlite_engine) as conn:
        conn.exec_driver_sql("CREATE TABLE parent (id INTEGER PRIMARY KEY)")
        conn.exec_driver_sql(
            "CREATE TABLE child (id INTEGER REFERENCES parent (id) ON DELETE CASCADE)"
        )
        conn.exec_driver_sql("INSERT INTO parent VALUES (1)")
        conn.exec_driver_sql("INSERT INTO child VALUES (1)")

    with schema_transaction(sqlite_engine) as conn:
        conn.exec_driver_sql("CREATE TABLE fresh (id INTEGER PRIMARY KEY)")
        conn.exec_driver_sql("INSERT INTO fresh SELECT id FROM parent")
        conn.exec_driver_sql("DROP TABLE parent")
        conn.exec_driver_sql("ALTER TABLE fresh RENAME TO parent")

    with reading(sqlite_engine) as conn:
        assert conn.exec_driver_sql("SELECT COUNT(*) FROM child").scalar_one() == 1
        assert conn.exec_driver_sql("PRAGMA foreign_keys").scalar_one() == 1


def test_a_schema_change_that_loses_a_target_is_rolled_back(sqlite_engine: Engine) -> None:
    with (
        pytest.raises(Unavailable, match="nothing was changed"),
        schema_transaction(sqlite_engine) as conn,
    ):
        conn.exec_driver_sql("INSERT INTO entry_tags (entry_id, tag_id) VALUES (7, 8)")

    with reading(sqlite_engine) as conn:
        assert conn.exec_driver_sql("SELECT COUNT(*) FROM entry_tags").scalar_one() == 0


def test_pieces_hold_all_items_in_order() -> None:
    assert list(chunks(list(range(5)), 2)) == [[0, 1], [2, 3], [4]]
    assert list(chunks([])) == []


def test_work_that_nobody_waits_for_leaves_the_lock_to_others(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'r.sqlite3'}")
    with transaction(engine) as conn:
        conn.exec_driver_sql("CREATE TABLE taken (turn INTEGER)")
    stop, waited = threading.Event(), 0.0

    def sweep() -> None:
        while not stop.is_set():
            with giving_way(engine) as conn:
                conn.exec_driver_sql("INSERT INTO taken VALUES (1)")
                time.sleep(0.02)

    thread = threading.Thread(target=sweep)
    thread.start()
    try:
        for _ in range(5):
            begun = time.monotonic()
            with transaction(engine) as conn:
                waited += time.monotonic() - begun
                conn.exec_driver_sql("INSERT INTO taken VALUES (2)")
    finally:
        stop.set()
        thread.join()
        engine.dispose()

    # Without the pauses the five wait for the timeout of ten seconds, one after the other.
    assert waited < 10.0
