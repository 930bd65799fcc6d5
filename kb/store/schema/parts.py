"""What the tables are made of: one MetaData, the public id, a column of states."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, Integer, MetaData, Table, text

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = MetaData(naming_convention=NAMING)


Id = BigInteger().with_variant(Integer, "sqlite")


def table(name: str, *parts: Any) -> Table:
    """Return a table with the public id: never reused, so that an old link never lies."""
    key = Column("id", Id, primary_key=True, autoincrement=True)
    return Table(name, metadata, key, *parts, sqlite_autoincrement=True)


def index_of_some(name: str, *columns: Any, where: str) -> Index:
    """Return an index of the rows for which `where` holds; a query must say it in these words."""
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


def states(*words: str) -> CheckConstraint:
    """Return the constraint that a column `state` holds one of these words."""
    listed = ", ".join(f"'{word}'" for word in words)
    return CheckConstraint(f"state IN ({listed})", name="state")
