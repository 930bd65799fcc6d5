"""Where what everybody may read stands, with its translations and its last change."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from kb.access import Viewer
from kb.addresses import entry_path
from kb.shelves import ShelfKind, shelf_path
from kb.store.engine import chunks
from kb.store.entries.readable import published_for
from kb.store.entries.shelf_queries import shelf_of_entry
from kb.store.entries.shelves import TABLES
from kb.store.schema import entries


@dataclass(frozen=True, slots=True)
class Address:
    """The path of a page, when what it shows changed last, and the page in other languages.

    `translations` are (language, path), this page included; empty where there is no other.
    """

    path: str
    changed_at: datetime
    translations: tuple[tuple[str, str], ...] = ()


def count_published(conn: Connection, *, viewer: Viewer) -> int:
    """How many entries the viewer may read."""
    counted = select(func.count()).select_from(entries).where(published_for(viewer))
    return int(conn.execute(counted).scalar_one())


def entry_addresses(
    conn: Connection, *, viewer: Viewer, offset: int, limit: int
) -> Iterator[Address]:
    """The entries that the viewer may read, by id."""
    columns = (
        entries.c.id,
        entries.c.title,
        entries.c.locale,
        entries.c.translation_group,
        entries.c.updated_at,
    )
    statement = (
        select(*columns)
        .where(published_for(viewer))
        .order_by(entries.c.id)
        .offset(offset)
        .limit(limit)
    )
    rows = conn.execute(statement).all()
    groups: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    named = {row.translation_group for row in rows if row.translation_group is not None}
    for part in chunks(sorted(named)):
        together = select(*columns).where(
            published_for(viewer), entries.c.translation_group.in_(part)
        )
        for row in conn.execute(together.order_by(entries.c.locale, entries.c.id)):
            groups[row.translation_group].append((row.locale, entry_path(row.id, row.title)))
    for row in rows:
        others = groups.get(row.translation_group, [])
        yield Address(
            entry_path(row.id, row.title),
            row.updated_at,
            tuple(others) if len(others) > 1 else (),
        )


def shelf_addresses(
    conn: Connection, kind: ShelfKind, *, viewer: Viewer, limit: int
) -> list[Address]:
    """The shelves of a kind that hold something the viewer may read, by slug."""
    table = TABLES[kind]
    joined, shelf_id = shelf_of_entry(kind)
    changed = func.max(entries.c.updated_at, type_=entries.c.updated_at.type)
    statement = (
        select(table.c.slug, changed.label("changed_at"))
        .select_from(joined)
        .where(published_for(viewer))
        .group_by(shelf_id, table.c.slug)
        .order_by(table.c.slug)
        .limit(limit)
    )
    return [Address(shelf_path(kind, row.slug), row.changed_at) for row in conn.execute(statement)]
