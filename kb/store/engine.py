"""Connections, transactions and everything in which SQLite and PostgreSQL differ."""

from __future__ import annotations

import getpass
import sqlite3
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import (
    URL,
    Connection,
    CursorResult,
    Engine,
    Table,
    create_engine,
    event,
    make_url,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from kb.errors import InvalidInput, Unavailable
from kb.store.failures import BUSY, unavailable
from kb.store.types import without_nul

T = TypeVar("T")

BUSY_TIMEOUT_MS = 10_000
"""How long a SQLite writer waits for another one before it gives up."""

LONGEST_PAUSE_S = 1.0
"""So long at most work that nobody waits for leaves the lock to others."""

POOL_SIZE = 10
POOL_OVERFLOW = 40
"""With POOL_SIZE more connections than a web process has threads: no request waits for one."""

CHANGE_ORDER_LOCK = 0x6B756E64
"""Key of the PostgreSQL advisory lock that makes `changes.seq` follow commit order."""

RECIPIENT_LOCK = 0x6D61696C
"""First half of the PostgreSQL advisory locks by mail address."""

PARAMETERS_PER_STATEMENT = 900
"""Values in one IN list; below SQLite's smallest usual limit of 999."""

SSL_MODES = ("disable", "require", "verify-full")
SETTING = "KB_DATABASE_URL"


def open_engine(url: str, *, busy_timeout_ms: int = BUSY_TIMEOUT_MS) -> Engine:
    """Return the engine of a record; nothing is read or created yet.

    Raises InvalidInput for an address that is neither SQLite nor PostgreSQL.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:
        raise InvalidInput(f"{SETTING} is no address of a database", field=SETTING) from error
    scheme = parsed.get_backend_name()
    if scheme == "sqlite":
        return _open_sqlite(parsed, busy_timeout_ms)
    if scheme in ("postgresql", "postgres"):
        return _open_postgresql(parsed)
    raise InvalidInput(
        f"{SETTING} must begin with postgresql:// or sqlite:///, not {parsed.drivername}",
        field=SETTING,
    )


def _open_sqlite(url: URL, busy_timeout_ms: int) -> Engine:
    engine = create_engine(
        url.set(drivername="sqlite"),
        # A logged failure would quote what people wrote.
        hide_parameters=True,
        connect_args={"timeout": busy_timeout_ms / 1000},
        pool_size=POOL_SIZE,
        max_overflow=POOL_OVERFLOW,
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        # Python's own transaction handling would begin too late and never IMMEDIATE.
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA secure_delete = ON")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        reads_only = connection.get_execution_options().get("reads_only", False)
        connection.exec_driver_sql(f"PRAGMA query_only = {int(reads_only)}")
        connection.exec_driver_sql("BEGIN" if reads_only else "BEGIN IMMEDIATE")

    return engine


def _open_postgresql(url: URL) -> Engine:
    try:
        import pg8000  # noqa: F401
    except ImportError as error:
        raise Unavailable("PostgreSQL needs the driver: pip install 'kundig[postgres]'") from error
    engine = create_engine(
        url.set(
            drivername="postgresql+pg8000", username=url.username or getpass.getuser(), query={}
        ),
        connect_args=_pg8000_arguments(url),
        hide_parameters=True,
        pool_pre_ping=True,
        pool_size=POOL_SIZE,
        max_overflow=POOL_OVERFLOW,
    )
    # The driver sends each row of many by itself and waits for its answer.
    engine.dialect.use_insertmanyvalues_wo_returning = True

    @event.listens_for(engine, "before_cursor_execute", retval=True)
    def take_nul_out(
        _connection: Connection, _cursor: Any, statement: str, parameters: Any, *_: Any
    ) -> tuple[str, Any]:
        return statement, without_nul(parameters)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if connection.get_execution_options().get("reads_only", False):
            connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")

    return engine


def _pg8000_arguments(url: URL) -> dict[str, Any]:
    """Return what the address says beside host, user and name, in the driver's own words."""
    query = dict(url.query)
    arguments: dict[str, Any] = {}
    host = query.pop("host", None)
    if isinstance(host, str) and host.startswith("/"):
        arguments["unix_sock"] = f"{host}/.s.PGSQL.{url.port or 5432}"
    mode = query.pop("sslmode", "disable")
    if mode not in SSL_MODES or query:
        known = f"host=/folder and sslmode={'|'.join(SSL_MODES)}"
        raise InvalidInput(f"{SETTING} may end in ? with {known} only", field=SETTING)
    if mode != "disable":
        context = ssl.create_default_context()
        if mode == "require":
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        arguments["ssl_context"] = context
    return arguments


def is_sqlite(bind: Engine | Connection) -> bool:
    """Whether the record is a SQLite file."""
    return bind.dialect.name == "sqlite"


def sqlite_path(engine: Engine) -> Path | None:
    """The record's file, None on PostgreSQL."""
    name = engine.url.database
    return Path(name) if is_sqlite(engine) and name else None


@contextmanager
def _clear_failures() -> Iterator[None]:
    try:
        yield
    except PoolTimeoutError as error:
        raise Unavailable(BUSY) from error
    except DBAPIError as error:
        clear = unavailable(error)
        if clear is None:
            raise
        raise clear from error


@contextmanager
def transaction(engine: Engine) -> Iterator[Connection]:
    """A connection inside one write transaction, committed at the end or rolled back.

    On SQLite it begins IMMEDIATE: a writer waits at the start, never in the middle. Raises
    Unavailable when the database stays busy, is full or cannot be reached.
    """
    with _clear_failures(), engine.begin() as connection:
        yield connection


@contextmanager
def giving_way(engine: Engine) -> Iterator[Connection]:
    """A write transaction of work that nobody waits for: the next comes as long after it.

    SQLite wakes no writer that waits; it looks again by itself, at most ten times a second. Who
    takes the lock again at once keeps it from all others. Raises Unavailable like `transaction`.
    """
    with transaction(engine) as connection:
        begun = time.monotonic()
        yield connection
    if is_sqlite(engine):
        time.sleep(min(time.monotonic() - begun, LONGEST_PAUSE_S))


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection inside one read transaction: it sees one state and blocks no writer.

    The database refuses every write in it. Raises Unavailable like `transaction`.
    """
    with _clear_failures(), engine.connect() as connection:
        connection.execution_options(reads_only=True)
        with connection.begin():
            yield connection


@contextmanager
def schema_transaction(engine: Engine) -> Iterator[Connection]:
    """A write transaction in which tables may be rebuilt.

    SQLite changes a column by copying the table and dropping the old one, which with foreign
    keys on would delete all rows that point to it. So they are off here and checked at the
    end.
    """
    if not is_sqlite(engine):
        with transaction(engine) as connection:
            yield connection
        return
    with _clear_failures(), engine.connect() as connection:
        driver = connection.connection.driver_connection
        if not isinstance(driver, sqlite3.Connection):
            raise TypeError(f"unexpected driver {type(driver)}")
        driver.execute("PRAGMA foreign_keys = OFF")
        try:
            with connection.begin():
                yield connection
                if connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
                    raise Unavailable("rows would lose what they point to: nothing was changed")
        finally:
            driver.execute("PRAGMA foreign_keys = ON")


def damage_in(connection: Connection, *, limit: int = 100) -> list[str]:
    """What SQLite finds wrong in its own file; PostgreSQL guards its pages and keys itself."""
    if not is_sqlite(connection):
        return []
    whole = connection.exec_driver_sql(f"PRAGMA integrity_check({limit})").scalars()
    found = [line for line in whole if line != "ok"]
    for row in connection.exec_driver_sql("PRAGMA foreign_key_check").fetchmany(limit):
        found.append(f"row {row[1]} of {row[0]} points to a row of {row[2]} that is not there")
    return found


def lock_change_order(connection: Connection) -> None:
    """Make the transaction wait until every earlier writer of `changes` has committed.

    Without it PostgreSQL hands out seq 7, then commits 8 before 7, and a reader that polls
    `seq > 8` never sees 7. SQLite has one writer at a time and needs nothing.
    """
    if not is_sqlite(connection):
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": CHANGE_ORDER_LOCK})


def lock_recipient(connection: Connection, address: str) -> None:
    """Make the transaction wait until every other one that holds this address has ended.

    What is counted before it is stored stays true then. SQLite has one writer at a time.
    """
    if not is_sqlite(connection):
        connection.execute(
            text("SELECT pg_advisory_xact_lock(:key, hashtext(:address))"),
            {"key": RECIPIENT_LOCK, "address": address},
        )


def upsert(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """The dialect's INSERT that knows ON CONFLICT."""
    return sqlite.insert(table) if is_sqlite(connection) else postgresql.insert(table)


def new_id(result: CursorResult[Any]) -> int:
    """The id of the one row that an INSERT made."""
    key = result.inserted_primary_key
    if key is None:
        raise RuntimeError("the statement inserted no row")
    return int(key[0])


def chunks(items: list[T], size: int = PARAMETERS_PER_STATEMENT) -> Iterator[list[T]]:
    """The items in pieces small enough for one IN list, in order."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def advance_sequences(connection: Connection, table_names: list[str]) -> None:
    """Set PostgreSQL's id sequences behind the largest stored id, after rows came with ids."""
    if is_sqlite(connection):
        return
    for name in table_names:
        column = "seq" if name == "changes" else "id"
        connection.execute(
            text(
                f"SELECT setval(pg_get_serial_sequence('{name}', '{column}'), "
                f"COALESCE((SELECT MAX({column}) FROM {name}), 0) + 1, false)"
            )
        )
