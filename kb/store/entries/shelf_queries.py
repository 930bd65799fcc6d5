"""What stands on the shelves: entries by product, category and tag, and how many there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Column, Connection, Select, Table, func, select

from kb.access import Viewer
from kb.entries import Entry
from kb.store.entries.reading import entries_by_id
from kb.store.schema import categories, entries, entry_tags, products, tags

MAX_SHELVES = 50


@dataclass(frozen=True, slots=True)
class ShelfCount:
    """A category or product and how many readable entries stand on it."""

    slug: str
    name: str
    entries: int


@dataclass(frozen=True, slots=True)
class OnShelves:
    """Which shelves an entry must stand on, by slug; an empty tuple does not filter."""

    products: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    langs: tuple[str, ...] = ()


def entries_on_shelves(
    conn: Connection,
    wanted: OnShelves,
    *,
    viewer: Viewer,
    after_id: int | None = None,
    limit: int = 20,
) -> tuple[list[Entry], int]:
    """Published entries on these shelves that the viewer may read, newest id first.

    Beside them how many there are on all pages; `after_id` is the last id of the page before.
    """
    readable = _on_shelves(select(entries.c.id), wanted, viewer)
    total = conn.execute(select(func.count()).select_from(readable.subquery())).scalar_one()
    if after_id is not None:
        readable = readable.where(entries.c.id < after_id)
    rows = conn.execute(readable.order_by(entries.c.id.desc()).limit(limit))
    ids = list(rows.scalars())
    found = entries_by_id(conn, ids, viewer=viewer)
    return [found[one] for one in ids if one in found], total


def _on_shelves(statement: Select[int], wanted: OnShelves, viewer: Viewer) -> Select[int]:
    statement = statement.where(
        entries.c.state == "published", entries.c.audience.in_(viewer.audiences)
    )
    if wanted.langs:
        statement = statement.where(entries.c.locale.in_(wanted.langs))
    if wanted.products:
        named = select(products.c.id).where(products.c.slug.in_(wanted.products))
        statement = statement.where(entries.c.product_id.in_(named))
    if wanted.categories:
        named = select(categories.c.id).where(categories.c.slug.in_(wanted.categories))
        statement = statement.where(entries.c.category_id.in_(named))
    if wanted.tags:
        tagged = (
            select(entry_tags.c.entry_id)
            .join(tags, tags.c.id == entry_tags.c.tag_id)
            .where(tags.c.slug.in_(wanted.tags))
        )
        statement = statement.where(entries.c.id.in_(tagged))
    return statement


def category_counts(conn: Connection, *, viewer: Viewer) -> list[ShelfCount]:
    """The categories with published entries that the viewer may read, the fullest first."""
    return _counts(conn, categories, entries.c.category_id, viewer)


def product_counts(conn: Connection, *, viewer: Viewer) -> list[ShelfCount]:
    """The products with published entries that the viewer may read, the fullest first."""
    return _counts(conn, products, entries.c.product_id, viewer)


def _counts(
    conn: Connection, shelf: Table, shelf_of_entry: Column[int], viewer: Viewer
) -> list[ShelfCount]:
    number = func.count(entries.c.id)
    statement = (
        select(shelf.c.slug, shelf.c.name, number)
        .join(entries, shelf_of_entry == shelf.c.id)
        .where(entries.c.state == "published", entries.c.audience.in_(viewer.audiences))
        .group_by(shelf.c.id, shelf.c.slug, shelf.c.name)
        .order_by(number.desc(), shelf.c.name)
        .limit(MAX_SHELVES)
    )
    return [ShelfCount(row[0], row[1], row[2]) for row in conn.execute(statement)]


def shelf_names(conn: Connection, slugs: Mapping[str, Sequence[str]]) -> dict[tuple[str, str], str]:
    """Names by (kind, slug), where the kind is `product category` or `tag`."""
    tables = {"product": products, "category": categories, "tag": tags}
    found: dict[tuple[str, str], str] = {}
    for kind, table in tables.items():
        wanted = list(slugs.get(kind, ()))[:500]
        if wanted:
            statement = select(table.c.slug, table.c.name).where(table.c.slug.in_(wanted))
            found.update({(kind, row.slug): row.name for row in conn.execute(statement)})
    return found
