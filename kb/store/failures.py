"""One clear line for each failure of a database that an operator can mend."""

from __future__ import annotations

import sqlite3

from sqlalchemy.exc import DBAPIError

from kb.errors import Unavailable

BUSY = "the record is busy: another process is writing; try again"
FULL = "the disk is full: the last step was not stored, all before it is kept"
READ_ONLY = "the record cannot be written: check the rights of its file and folder"
NOT_THERE = (
    "the record cannot be opened: check who owns its file and folder, KB_HOME and KB_DATABASE_URL"
)
DAMAGED = "the record is damaged: run kb restore with your last backup"
NO_SERVER = "the database server does not answer: check KB_DATABASE_URL"
NO_ENTRY = "the database server refuses this user: check KB_DATABASE_URL"

_SQLITE_LINES = {
    sqlite3.SQLITE_BUSY: BUSY,
    sqlite3.SQLITE_LOCKED: BUSY,
    sqlite3.SQLITE_FULL: FULL,
    sqlite3.SQLITE_READONLY: READ_ONLY,
    sqlite3.SQLITE_PERM: READ_ONLY,
    sqlite3.SQLITE_CANTOPEN: NOT_THERE,
    sqlite3.SQLITE_CORRUPT: DAMAGED,
    sqlite3.SQLITE_NOTADB: DAMAGED,
}

# By SQLSTATE, the longest prefix first.
_POSTGRESQL_LINES = {
    "53100": FULL,
    "25006": READ_ONLY,
    "42501": READ_ONLY,
    "3D000": NOT_THERE,
    "40001": BUSY,
    "40P01": BUSY,
    "55P03": BUSY,
    "53300": BUSY,
    "XX001": DAMAGED,
    "XX002": DAMAGED,
    "28": NO_ENTRY,
    "57P": NO_SERVER,
    "08": NO_SERVER,
}


def clear_line(error: BaseException | None) -> str | None:
    """The line for a driver's error, None for one that is a fault of ours.

    Only codes are read, never messages: those quote stored values.
    """
    if isinstance(error, sqlite3.Error):
        code: int | None = getattr(error, "sqlite_errorcode", None)
        return None if code is None else _SQLITE_LINES.get(code & 0xFF)
    facts = error.args[0] if error is not None and error.args else None
    if isinstance(facts, dict):
        state = str(facts.get("C", ""))
        return next(
            (line for key, line in _POSTGRESQL_LINES.items() if state.startswith(key)), None
        )
    if type(error).__name__ == "InterfaceError":
        # pg8000 reports a server that is not there, or went away, without any code.
        return NO_SERVER
    return None


def unavailable(error: DBAPIError) -> Unavailable | None:
    """The error to raise in the place of a driver's, None where that one should pass."""
    line = clear_line(error.orig)
    return None if line is None else Unavailable(line)
