"""The file that a backup is: one SQLite database with a manifest."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from kb.errors import InvalidInput, Unavailable
from kb.store.failures import clear_line

MANIFEST_TABLE = "backup_manifest"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself; `made_at` is ISO 8601 in UTC, `counts` are rows per table."""

    schema: str
    incarnation: str
    made_at: str
    counts: dict[str, int]


@contextmanager
def sqlite_failures() -> Iterator[None]:
    """Raise Unavailable with one clear line for what SQLite or the file system refuses."""
    try:
        yield
    except sqlite3.Error as error:
        line = clear_line(error)
        if line is None:
            raise
        raise Unavailable(line) from error
    except OSError as error:
        raise Unavailable(f"{error.filename}: {error.strerror}") from error


def open_plainly(path: Path, *, writes: bool = False) -> sqlite3.Connection:
    """Open a SQLite file that must exist, in autocommit."""
    mode = "rw" if writes else "ro"
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}", uri=True, isolation_level=None
    )


def write_manifest(path: Path, manifest: Manifest) -> None:
    """Put the manifest into the file."""
    with closing(open_plainly(path, writes=True)) as conn:
        conn.execute(f"CREATE TABLE {MANIFEST_TABLE} (body TEXT NOT NULL)")
        conn.execute(f"INSERT INTO {MANIFEST_TABLE} VALUES (?)", [json.dumps(asdict(manifest))])


def read_manifest(conn: sqlite3.Connection) -> Manifest | None:
    """The manifest, None in a plain copy of a record's file."""
    if not has_table(conn, MANIFEST_TABLE):
        return None
    (body,) = conn.execute(f"SELECT body FROM {MANIFEST_TABLE}").fetchone()
    return Manifest(**json.loads(body))


def has_table(conn: sqlite3.Connection, name: str) -> bool:
    """Whether the file has this table."""
    wanted = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?"
    return conn.execute(wanted, [name]).fetchone() is not None


def damage_of(path: Path) -> str | None:
    """What SQLite finds wrong with the file's structure, None where it is whole."""
    with closing(open_plainly(path)) as conn:
        (found,) = conn.execute("PRAGMA integrity_check(1)").fetchone()
    return None if found == "ok" else str(found)


def checked_schema(path: Path) -> str:
    """The schema of a backup, after checking that the file is a whole record.

    Raises InvalidInput for a file that is missing, damaged, incomplete or something else.
    """
    if not path.is_file():
        raise InvalidInput(f"{path} is no file", field="file")
    try:
        damage = damage_of(path)
        if damage is not None:
            raise InvalidInput(f"{path} is damaged: {damage}", field="file")
        with closing(open_plainly(path)) as conn:
            if not (has_table(conn, "alembic_version") and has_table(conn, "instance")):
                raise InvalidInput(f"{path} holds no record of Kundig", field="file")
            _check_counts(path, conn, read_manifest(conn))
            row = conn.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.Error as error:
        raise InvalidInput(f"{path} is no backup of Kundig: {error}", field="file") from error
    if row is None:
        raise InvalidInput(f"{path} holds no record of Kundig", field="file")
    return str(row[0])


def _check_counts(path: Path, conn: sqlite3.Connection, manifest: Manifest | None) -> None:
    for table, count in (manifest.counts if manifest else {}).items():
        (found,) = conn.execute(f'SELECT COUNT(*) FROM "{table}"').fetchone()
        if found != count:
            raise InvalidInput(
                f"{path} is incomplete: {found} of {count} rows in {table}", field="file"
            )


def sync(path: Path) -> None:
    """Bring a file, or the names in a folder, safely to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def side_files(path: Path) -> tuple[Path, Path]:
    """The write-ahead log and the shared memory that SQLite keeps beside a file."""
    return path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")


def remove_with_side_files(path: Path) -> None:
    """Remove a database and what SQLite left beside it, as far as they exist."""
    for one in (path, *side_files(path)):
        one.unlink(missing_ok=True)
