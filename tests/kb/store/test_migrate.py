"""Creating the record, bringing it up to date, and refusing what does not fit."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, inspect

from kb.errors import Conflict, SchemaOutdated, Unavailable
from kb.store.backup.writing import migrate_with_backup
from kb.store.engine import open_engine, reading, transaction
from kb.store.instance import get_incarnation, set_value
from kb.store.migrate import (
    create_record,
    expected_schema,
    is_initialised,
    require_current_schema,
    stored_schema,
    upgrade_schema,
)
from kb.store.schema import metadata


@pytest.fixture
def empty_engine(empty_url: str) -> Iterator[Engine]:
    engine = open_engine(empty_url)
    yield engine
    engine.dispose()


def _pretend_schema(engine: Engine, number: str) -> None:
    with transaction(engine) as conn:
        conn.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{number}'")


def test_the_migrations_make_exactly_the_tables_of_the_schema(engine: Engine) -> None:
    with reading(engine) as conn:
        context = MigrationContext.configure(conn, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_both_databases_get_the_same_tables_and_columns(
    sqlite_engine: Engine, postgresql_engine: Engine
) -> None:
    def shape(engine: Engine) -> dict[str, list[str]]:
        with reading(engine) as conn:
            found = inspect(conn)
            return {
                name: [column["name"] for column in found.get_columns(name)]
                for name in sorted(found.get_table_names())
            }

    assert shape(sqlite_engine) == shape(postgresql_engine)


def test_a_new_record_has_the_newest_schema_and_an_incarnation(empty_engine: Engine) -> None:
    assert not is_initialised(empty_engine)

    incarnation = create_record(empty_engine)

    assert is_initialised(empty_engine)
    assert stored_schema(empty_engine) == expected_schema()
    require_current_schema(empty_engine)
    with reading(empty_engine) as conn:
        assert get_incarnation(conn) == incarnation


def test_two_new_records_have_two_incarnations(tmp_path: Path) -> None:
    engines = [open_engine(f"sqlite:///{tmp_path / name}") for name in ("one", "two")]

    assert create_record(engines[0]) != create_record(engines[1])

    for engine in engines:
        engine.dispose()


def test_a_record_is_not_created_over_another(engine: Engine) -> None:
    with reading(engine) as conn:
        incarnation = get_incarnation(conn)

    with pytest.raises(Conflict, match="already"):
        create_record(engine)

    with reading(engine) as conn:
        assert get_incarnation(conn) == incarnation


def test_an_empty_database_asks_for_kb_init(empty_engine: Engine) -> None:
    with pytest.raises(Unavailable, match="run kb init"):
        require_current_schema(empty_engine)
    with pytest.raises(Unavailable, match="run kb init"):
        migrate_with_backup(empty_engine, Path("nowhere"))


def test_an_older_schema_is_refused_with_what_to_do(engine: Engine) -> None:
    with transaction(engine) as conn:
        conn.exec_driver_sql("DELETE FROM alembic_version")

    with pytest.raises(SchemaOutdated, match="run kb migrate"):
        require_current_schema(engine)


def test_a_newer_schema_is_refused_and_left_alone(engine: Engine, tmp_path: Path) -> None:
    _pretend_schema(engine, "9999")

    with pytest.raises(Conflict, match="newer Kundig"):
        require_current_schema(engine)
    with pytest.raises(Conflict, match="newer Kundig"):
        upgrade_schema(engine)
    with pytest.raises(Conflict, match="newer Kundig"):
        migrate_with_backup(engine, tmp_path / "backups")
    assert stored_schema(engine) == "9999"
    assert not (tmp_path / "backups").exists()


def test_a_record_that_is_up_to_date_needs_no_backup(engine: Engine, tmp_path: Path) -> None:
    assert migrate_with_backup(engine, tmp_path / "backups") is None
    assert not (tmp_path / "backups").exists()


def test_a_migration_that_fails_changes_nothing(engine: Engine) -> None:
    with transaction(engine) as conn:
        set_value(conn, "colour", "blue")
        conn.exec_driver_sql("DELETE FROM alembic_version")

    # The first migration runs into the tables that are there already.
    with pytest.raises(Exception, match="already exists"):
        upgrade_schema(engine)

    assert stored_schema(engine) is None
    with reading(engine) as conn:
        assert get_incarnation(conn)
