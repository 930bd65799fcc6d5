"""Writes the whole record into one SQLite file while it stays in use."""

from __future__ import annotations

import uuid
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine

from kb.clock import utc_now
from kb.errors import Conflict, Unavailable
from kb.store.backup.copying import copy_rows, row_counts, tables_of
from kb.store.backup.file import (
    Manifest,
    damage_of,
    open_plainly,
    remove_with_side_files,
    sqlite_failures,
    sync,
    write_manifest,
)
from kb.store.engine import open_engine, reading, schema_transaction, sqlite_path
from kb.store.instance import get_incarnation
from kb.store.migrate import (
    NO_RECORD,
    expected_schema,
    has_record,
    refuse_newer,
    run_migrations,
    schema_of,
    upgrade_schema,
)


@dataclass(frozen=True, slots=True)
class BackupReport:
    """What a backup holds; `size` in bytes."""

    path: Path
    size: int
    manifest: Manifest

    def __str__(self) -> str:
        rows = sum(self.manifest.counts.values())
        return f"{rows:,} rows, {self.size / 1e6:,.1f} MB, schema {self.manifest.schema}"


def back_up(engine: Engine, target: Path) -> BackupReport:
    """Write the record as it is at this moment into a new file; others may go on writing.

    The file has its name only when it is whole, checked and on the disk. It is one SQLite
    database whatever the record's own is. Raises Conflict where `target` exists, Unavailable
    for a full disk, a missing folder or a damaged record.
    """
    if target.exists():
        raise Conflict(f"{target} exists already: nothing was written")
    if not target.parent.is_dir():
        raise Unavailable(f"there is no folder {target.parent}: nothing was written")
    partial = target.with_name(f".{target.name}.{uuid.uuid4().hex[:8]}.partial")
    source = sqlite_path(engine)
    with sqlite_failures():
        try:
            # Whoever reads it reads everything: passwords' hashes, mails, what people asked.
            partial.touch(mode=0o600)
            if source is None:
                manifest = _copy_to_file(engine, partial)
            else:
                manifest = _vacuum_to_file(source, partial)
            write_manifest(partial, manifest)
            damage = damage_of(partial)
            if damage is not None:
                raise Unavailable(f"the record is damaged: {damage}")
            sync(partial)
            _give_name(partial, target)
        except FileExistsError as error:
            raise Conflict(f"{target} exists already: nothing was written") from error
        finally:
            remove_with_side_files(partial)
        sync(target.absolute().parent)
        return BackupReport(target, target.stat().st_size, manifest)


def _give_name(partial: Path, target: Path) -> None:
    """Give the finished file its name; raises FileExistsError if that is taken meanwhile."""
    try:
        # Unlike a rename, a link never replaces another file.
        target.hardlink_to(partial)
    except FileExistsError:
        raise
    except OSError:
        # A file system without hard links, like those of memory sticks.
        partial.rename(target)


def _vacuum_to_file(source: Path, partial: Path) -> Manifest:
    """Copy a SQLite record in one read transaction, without what was deleted from it."""
    if not source.is_file():
        raise Unavailable(NO_RECORD)
    with closing(open_plainly(source)) as conn:
        conn.execute("VACUUM INTO ?", [str(partial)])
    copy = open_engine(f"sqlite:///{partial}")
    try:
        with reading(copy) as reader:
            manifest = _manifest(reader)
    finally:
        copy.dispose()
    _leave_wal(partial)
    return manifest


def _copy_to_file(engine: Engine, partial: Path) -> Manifest:
    """Copy a PostgreSQL record, read in one transaction, into a SQLite file of its schema."""
    copy = open_engine(f"sqlite:///{partial}")
    try:
        with reading(engine) as reader, schema_transaction(copy) as writer:
            found = schema_of(reader)
            if found is None:
                raise Unavailable(NO_RECORD)
            refuse_newer(found)
            run_migrations(writer, found)
            copy_rows(reader, writer, tables_of(writer))
            manifest = _manifest(writer)
    finally:
        copy.dispose()
    _leave_wal(partial)
    return manifest


def _manifest(conn: Connection) -> Manifest:
    if not has_record(conn):
        raise Unavailable(NO_RECORD)
    return Manifest(
        schema=schema_of(conn) or "",
        incarnation=get_incarnation(conn),
        made_at=utc_now().isoformat(),
        counts=row_counts(conn),
    )


def _leave_wal(path: Path) -> None:
    """Make the file whole without a write-ahead log beside it."""
    with closing(open_plainly(path, writes=True)) as conn:
        conn.execute("PRAGMA journal_mode = DELETE")


def migrate_with_backup(engine: Engine, backup_dir: Path) -> Path | None:
    """Bring an older record to this version's schema and return the backup made before.

    None where the schema is right already. Raises Unavailable where there is no record, and
    Conflict for one that a newer Kundig wrote; both change nothing.
    """
    with reading(engine) as conn:
        found = schema_of(conn)
        if found is None and not has_record(conn):
            raise Unavailable(NO_RECORD)
    refuse_newer(found)
    if found == expected_schema():
        return None
    backup_dir.mkdir(parents=True, exist_ok=True)
    moment = utc_now().strftime("%Y%m%dT%H%M%S")
    target = backup_dir / f"schema-{found}-{moment}-{uuid.uuid4().hex[:6]}.sqlite3"
    back_up(engine, target)
    upgrade_schema(engine)
    return target
