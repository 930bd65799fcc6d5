"""Copies all rows of a record into another database of the same schema."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import JSON, Connection, MetaData, Table, func, insert, inspect, select, table

from kb.store.engine import advance_sequences
from kb.store.migrate import expected_schema, schema_of
from kb.store.schema import metadata

ROWS_PER_BATCH = 500
"""Rows held in memory at once; the longest are questions with their mails."""

VERSION_TABLE = "alembic_version"
"""Written by the migrations themselves, so it is never copied."""


def tables_of(conn: Connection) -> list[Table]:
    """The record's tables as its own schema has them, each after those it points to."""
    if schema_of(conn) == expected_schema():
        return list(metadata.sorted_tables)
    return reflected_tables(conn)


def reflected_tables(conn: Connection) -> list[Table]:
    """The tables as they are in this database: slow, but true for every older schema."""
    found = MetaData()
    found.reflect(conn)
    for one in found.tables.values():
        for column in one.columns:
            if isinstance(column.type, JSON):
                column.type = JSON(none_as_null=True)
    return [one for one in found.sorted_tables if one.name != VERSION_TABLE]


def row_counts(conn: Connection) -> dict[str, int]:
    """How many rows each table in this database has, by name."""
    names = sorted(set(inspect(conn).get_table_names()) - {VERSION_TABLE})
    return {
        name: conn.execute(select(func.count()).select_from(table(name))).scalar_one()
        for name in names
    }


def copy_rows(source: Connection, target: Connection, tables: Sequence[Table]) -> None:
    """Copy every row of these tables, in their order.

    Both sides have them, empty in the target. Its id sequences are advanced behind the copied
    ids.
    """
    for one in tables:
        names = [column.name for column in one.columns]
        statement = select(one).order_by(*one.primary_key.columns)
        result = source.execute(statement, execution_options={"yield_per": ROWS_PER_BATCH})
        for batch in result.partitions():
            target.execute(insert(one), [dict(zip(names, row, strict=True)) for row in batch])
    advance_sequences(target, [one.name for one in tables if _counts_up(one)])


def _counts_up(one: Table) -> bool:
    return [column.name for column in one.primary_key] in (["id"], ["seq"])
