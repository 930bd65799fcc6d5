"""Brings a backup back as the record, whole or not at all."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
import uuid
from contextlib import closing
from dataclasses import dataclass
from dataclasses import replace as replaced
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from kb.errors import Conflict, Unavailable
from kb.people.erasures import Erasure, read_journal
from kb.store.backup.copying import VERSION_TABLE, copy_rows, row_counts, tables_of
from kb.store.backup.file import (
    MANIFEST_TABLE,
    checked_schema,
    open_plainly,
    remove_with_side_files,
    side_files,
    sqlite_failures,
    sync,
)
from kb.store.backup.returning import close_what_was_open
from kb.store.engine import (
    BUSY_TIMEOUT_MS,
    lock_change_order,
    open_engine,
    reading,
    schema_transaction,
    sqlite_path,
)
from kb.store.failures import BUSY
from kb.store.instance import renew_incarnation
from kb.store.migrate import (
    expected_schema,
    has_record,
    refuse_newer,
    run_migrations,
    schema_of,
)
from kb.store.people.erasing import list_erasures
from kb.store.people.whole_erasure import replay_erasures
from kb.store.schema import metadata

CONTENT_TABLES = ("questions", "entries", "topics", "accounts")
"""A record with rows in one of these is not overwritten by mistake."""


@dataclass(frozen=True, slots=True)
class RestoreReport:
    """What came back: rows per table, the new incarnation, and the schema of the backup.

    `set_aside` is where a damaged record went that stood in the way; `erased` counts the people
    who were in the backup and had been erased since.
    """

    schema: str
    incarnation: str
    counts: dict[str, int]
    set_aside: Path | None = None
    erased: int = 0

    def __str__(self) -> str:
        told = f"{sum(self.counts.values()):,} rows"
        if self.schema != expected_schema():
            told += f", brought from schema {self.schema} to {expected_schema()}"
        if self.erased:
            told += f", {self.erased:,} people erased again"
        if self.set_aside is not None:
            told += f"; the damaged file is now {self.set_aside}"
        return told


def restore(url: str, source: Path, *, replace: bool, home: Path | None = None) -> RestoreReport:
    """Make the record at `url` what the backup in `source` holds.

    The file is checked first and not changed. What is written is one transaction, so the
    record is the old one or the new one at every moment, also for processes that have it
    open. It gets a new incarnation: every index built before is rebuilt. An older schema is
    migrated. Whoever was erased since the backup is erased again: as the journal in `home` and
    the record that is there now tell. Nobody is signed in afterwards. Raises InvalidInput for an
    unusable file, Conflict for a record with content unless `replace`, or for a backup of a
    newer Kundig.
    """
    schema = checked_schema(source)
    refuse_newer(schema)
    journal = read_journal(home) if home is not None else []
    engine = open_engine(url)
    try:
        path = sqlite_path(engine)
        with sqlite_failures():
            if path is None:
                return _restore_to_server(engine, source, schema, journal, replace=replace)
            return _restore_to_file(engine, path, source, journal, replace=replace)
    finally:
        engine.dispose()


def _restore_to_server(
    engine: Engine, source: Path, schema: str, journal: list[Erasure], *, replace: bool
) -> RestoreReport:
    with tempfile.TemporaryDirectory() as folder:
        # Opened where it is, the backup itself would become a database in use.
        fresh = Path(folder) / "record.sqlite3"
        _vacuum(source, fresh)
        copy = open_engine(f"sqlite:///{fresh}")
        try:
            with schema_transaction(engine) as writer, reading(copy) as reader:
                lock_change_order(writer)
                _refuse_content(writer, replace=replace)
                erasures = [*journal, *_erasures_here(writer)]
                _drop_record(writer)
                run_migrations(writer, schema)
                copy_rows(reader, writer, tables_of(writer))
                return _finish(writer, schema, erasures)
        finally:
            copy.dispose()


def _finish(conn: Connection, schema: str, erasures: list[Erasure]) -> RestoreReport:
    """Make of copied rows a record of its own, in this version's schema."""
    run_migrations(conn)
    close_what_was_open(conn)
    known = {one.key: one for one in erasures}
    erased = replay_erasures(conn, list(known.values()))
    incarnation = renew_incarnation(conn)
    return RestoreReport(schema, incarnation, row_counts(conn), erased=erased)


def _erasures_here(conn: Connection) -> list[Erasure]:
    """The erasures that the record knows of which is about to be replaced."""
    return list_erasures(conn) if schema_of(conn) == expected_schema() else []


def _drop_record(conn: Connection) -> None:
    """Drop the tables of whatever record is here; others in the same database stay."""
    ours = {*metadata.tables, VERSION_TABLE}
    for name in inspect(conn).get_table_names():
        if name in ours:
            conn.execute(text(f'DROP TABLE "{name}" CASCADE'))


def _refuse_content(conn: Connection, *, replace: bool) -> None:
    if replace or not has_record(conn):
        return
    counts = row_counts(conn)
    for table in CONTENT_TABLES:
        if counts.get(table):
            raise Conflict(
                f"the record here has {counts[table]:,} {table}: "
                "nothing was changed (--replace to overwrite it)"
            )


def _restore_to_file(
    engine: Engine, path: Path, source: Path, journal: list[Erasure], *, replace: bool
) -> RestoreReport:
    if path.exists() and source.samefile(path):
        raise Conflict(f"{source} is the record itself: nothing was changed")
    damaged = False
    erasures = list(journal)
    if path.exists():
        try:
            with reading(engine) as conn:
                _refuse_content(conn, replace=replace)
                erasures += _erasures_here(conn)
        except Unavailable:
            damaged = _is_damaged(path)
            if not (damaged and replace):
                raise
    engine.dispose()
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}.partial")
    try:
        report = _prepare(source, fresh, erasures)
        set_aside = _set_aside(path) if damaged else None
        if path.exists():
            _copy_into(fresh, path)
        else:
            for one in side_files(path):
                one.unlink(missing_ok=True)
            fresh.rename(path)
            sync(path.absolute().parent)
        return replaced(report, set_aside=set_aside)
    finally:
        remove_with_side_files(fresh)


def _prepare(source: Path, fresh: Path, erasures: list[Erasure]) -> RestoreReport:
    """Make a finished record of the backup beside the place where it will stand."""
    _vacuum(source, fresh)
    engine = open_engine(f"sqlite:///{fresh}")
    try:
        with schema_transaction(engine) as writer:
            report = _finish(writer, schema_of(writer) or "", erasures)
    finally:
        engine.dispose()
    with closing(open_plainly(fresh, writes=True)) as conn:
        conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    sync(fresh)
    return report


def _vacuum(source: Path, fresh: Path) -> None:
    """Copy a backup into a new file, without its manifest."""
    with closing(open_plainly(source)) as conn:
        conn.execute("VACUUM INTO ?", [str(fresh)])
    with closing(open_plainly(fresh, writes=True)) as conn:
        conn.execute(f"DROP TABLE IF EXISTS {MANIFEST_TABLE}")


def _copy_into(fresh: Path, path: Path) -> None:
    """Copy a prepared record over one that processes may have open.

    SQLite's backup writes all pages in one transaction of the target, so that readers see the
    old record or the new one, and a crash in between leaves the old one. Putting another file
    in its place would leave its write-ahead log with those who have it open.
    """
    with closing(open_plainly(fresh)) as new, closing(open_plainly(path, writes=True)) as old:
        old.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        old.execute("PRAGMA journal_mode = WAL")
        new.backup(old, progress=_refuse_busy)


def _refuse_busy(status: int, _remaining: int, _total: int) -> None:
    # Python would try again for ever.
    if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        raise Unavailable(BUSY)


def _is_damaged(path: Path) -> bool:
    try:
        with closing(open_plainly(path)) as conn:
            conn.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()
            (found,) = conn.execute("PRAGMA integrity_check(1)").fetchone()
    except sqlite3.DatabaseError:
        return True
    return bool(found != "ok")


def _set_aside(path: Path) -> Path:
    """Move a damaged record away, kept for whoever can read more of it."""
    kept = path.with_name(f"{path.name}.damaged-{uuid.uuid4().hex[:8]}")
    for old, new in zip(side_files(path), side_files(kept), strict=True):
        if old.exists():
            shutil.move(old, new)
    path.rename(kept)
    return kept
