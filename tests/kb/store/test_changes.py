"""The log of changes, and why its order is the order of commits."""

from __future__ import annotations

import threading
import time

from sqlalchemy import Connection, Engine, insert

from kb.store.changes import changes_since, last_seq, record_change, record_changes
from kb.store.engine import reading, transaction
from kb.store.schema import changes


def test_changes_come_back_in_order_after_a_number(conn: Connection) -> None:
    record_changes(conn, "question", [5, 3, 4])
    start = changes_since(conn, 0)[0].seq
    record_change(conn, "entry", 9, "removed")

    found = changes_since(conn, start)

    assert [(one.kind, one.id, one.what) for one in found] == [
        ("question", 3, "changed"),
        ("question", 4, "changed"),
        ("entry", 9, "removed"),
    ]
    assert last_seq(conn) == found[-1].seq


def test_a_new_record_and_an_empty_list_have_no_changes(conn: Connection) -> None:
    record_changes(conn, "question", [])

    assert changes_since(conn, 0) == []
    assert last_seq(conn) == 0


def test_a_reader_gets_at_most_what_it_asked_for(conn: Connection) -> None:
    record_changes(conn, "question", [1, 2, 3])

    assert [one.id for one in changes_since(conn, 0, limit=2)] == [1, 2]


def test_without_the_lock_a_polling_reader_loses_a_change(postgresql_engine: Engine) -> None:
    """The danger that `record_change` takes a lock against: it must stay visible here."""
    early = postgresql_engine.connect()
    with early.begin():
        early.execute(insert(changes).values(kind="entry", id=1, what="changed"))
        with transaction(postgresql_engine) as late:
            late.execute(insert(changes).values(kind="entry", id=2, what="changed"))
        seen, position = _poll(postgresql_engine, 0)
    early.close()

    more, _ = _poll(postgresql_engine, position)

    assert seen == [2]
    assert more == []  # entry 1 has the smaller number, and was committed later


def test_with_the_lock_a_polling_reader_loses_nothing(engine: Engine) -> None:
    """Two overlapping transactions: the second waits for the commit of the first."""
    began = threading.Event()
    done = threading.Event()

    def write_late() -> None:
        began.wait()
        with transaction(engine) as late:
            record_change(late, "entry", 2)
        done.set()

    other = threading.Thread(target=write_late)
    other.start()
    with transaction(engine) as early:
        record_change(early, "entry", 1)
        began.set()
        assert not done.wait(0.1)
        seen, position = _poll(engine, 0)
        assert seen == []
    other.join()

    more, _ = _poll(engine, position)

    assert more == [1, 2]


def test_many_writers_at_once_never_hide_a_change_from_a_polling_reader(engine: Engine) -> None:
    writers = 4
    each = 10
    seen: list[int] = []

    def write(first: int) -> None:
        for number in range(first, first + each):
            with transaction(engine) as conn:
                record_change(conn, "entry", number)

    threads = [threading.Thread(target=write, args=[1 + each * one]) for one in range(writers)]
    for thread in threads:
        thread.start()
    position = 0
    while any(thread.is_alive() for thread in threads):
        more, position = _poll(engine, position)
        seen += more
        time.sleep(0.001)
    more, position = _poll(engine, position)

    assert sorted(seen + more) == list(range(1, 1 + writers * each))


def _poll(engine: Engine, position: int) -> tuple[list[int], int]:
    """Read what is new after a position; return the ids and the next position."""
    with reading(engine) as conn:
        found = changes_since(conn, position)
    return [one.id for one in found], found[-1].seq if found else position
