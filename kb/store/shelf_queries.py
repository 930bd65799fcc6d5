"""What stands on the shelves: entries by product, category and tag, and how many there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Select, func, select

from kb.access import Viewer
from kb.entries import Entry
from kb.store.entry_queries import entries_by_id
from kb.store.schema import categories, entries, entry_tags, products, tags


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


def product_counts(
    conn: Connection, *, audiences: frozenset[str], limit: int = 50
) -> list[tuple[str, str, int]]:
    """(slug, name, number of published entries) of the products with readable entries."""
    number = func.count(entries.c.id)
    statement = (
        select(products.c.slug, products.c.name, number)
        .join(entries, entries.c.product_id == products.c.id)
        .where(entries.c.state == "published", entries.c.audience.in_(audiences))
        .group_by(products.c.id, products.c.slug, products.c.name)
        .order_by(number.desc(), products.c.name)
        .limit(limit)
    )
    return [(row[0], row[1], row[2]) for row in conn.execute(statement)]


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
