"""Brings the record's schema to what this version needs, and refuses to work on another one."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, inspect

from kb.errors import Conflict, SchemaOutdated, Unavailable
from kb.store.engine import reading, schema_transaction
from kb.store.instance import renew_incarnation

NO_RECORD = "there is no record here yet: run kb init"


def _config() -> Config:
    config = Config()
    # A percent sign in a path would be read as the start of a variable.
    folder = str(files("kb.store.migrations")).replace("%", "%%")
    config.set_main_option("script_location", folder)
    config.set_main_option("path_separator", "os")
    return config


@cache
def expected_schema() -> str:
    """The number of the newest migration."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    if head is None:
        raise RuntimeError("this installation has no migrations")
    return head


@cache
def known_schemas() -> frozenset[str]:
    """The numbers of all migrations that this version knows."""
    scripts = ScriptDirectory.from_config(_config()).walk_revisions()
    return frozenset(script.revision for script in scripts)


def schema_of(conn: Connection) -> str | None:
    """The number of the last migration that ran here, None for an empty database."""
    return MigrationContext.configure(conn).get_current_revision()


def stored_schema(engine: Engine) -> str | None:
    """The number of the last migration that ran on this record, None for an empty database."""
    with reading(engine) as conn:
        return schema_of(conn)


def is_initialised(engine: Engine) -> bool:
    """Whether `kb init` has run on this record."""
    with reading(engine) as conn:
        return has_record(conn)


def has_record(conn: Connection) -> bool:
    """Whether the database behind this connection holds a record, of whatever schema."""
    return inspect(conn).has_table("instance")


def refuse_newer(found: str | None) -> None:
    """Raise Conflict for a schema that a newer Kundig made."""
    if found is not None and found not in known_schemas():
        raise Conflict(f"the record has schema {found}, written by a newer Kundig than this one")


def require_current_schema(engine: Engine) -> None:
    """Return if the record has exactly this version's schema.

    Raises Unavailable where there is no record, SchemaOutdated for an older one and Conflict
    for one that a newer Kundig wrote.
    """
    found, expected = stored_schema(engine), expected_schema()
    if found == expected:
        return
    if found is None and not is_initialised(engine):
        raise Unavailable(NO_RECORD)
    refuse_newer(found)
    raise SchemaOutdated(found, expected)


def create_record(engine: Engine) -> str:
    """Create all tables and return the new incarnation; raises Conflict if there is a record."""
    with schema_transaction(engine) as conn:
        if has_record(conn):
            raise Conflict("there is a record here already: nothing was changed")
        run_migrations(conn)
        return renew_incarnation(conn)


def upgrade_schema(engine: Engine) -> None:
    """Run the migrations that this record has not seen, all in one transaction.

    Raises Conflict for a record that a newer Kundig wrote.
    """
    with schema_transaction(engine) as conn:
        refuse_newer(schema_of(conn))
        run_migrations(conn)


def run_migrations(conn: Connection, revision: str = "head") -> None:
    """Run the missing migrations up to `revision` inside the caller's schema transaction."""
    if revision == "head" and schema_of(conn) == expected_schema():
        return
    config = _config()
    config.attributes["connection"] = conn
    command.upgrade(config, revision)
