"""Which shelves a viewer sees, what they are called in a language, and how much is on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Column, ColumnElement, Connection, String, cast, func, literal, select
from sqlalchemy.sql.selectable import FromClause

from kb.access import Viewer, may_administer
from kb.errors import NotPermitted
from kb.shelves import Shelf, ShelfKind, name_in, shelf_path
from kb.slugs import slugify
from kb.store.engine import chunks
from kb.store.entries.readable import published_for
from kb.store.entries.shelves import TABLES, shelf_of
from kb.store.schema import categories, entries, entry_tags, products, tags

MAX_SHELVES = 50
MAX_LOOKED_THROUGH = 1_000
"""Shelves whose names are compared with an address that leads nowhere."""

MAX_SLUGS = 500


@dataclass(frozen=True, slots=True)
class ShelfCount:
    """A shelf and how many readable answers stand on it; translations count as one."""

    slug: str
    name: str
    entries: int
    kind: ShelfKind = field(default="category", compare=False)

    @property
    def path(self) -> str:
        """The path of the shelf's page."""
        return shelf_path(self.kind, self.slug)


def one_answer() -> ColumnElement[str]:
    """What entries that are translations of each other have in common, and no others."""
    alone = literal("entry ").concat(cast(entries.c.id, String))
    return func.coalesce(entries.c.translation_group, alone)


def shelf_of_entry(kind: ShelfKind) -> tuple[FromClause, Column[int]]:
    """The entries joined with the shelves of a kind, and the column with the shelf's id."""
    if kind == "tag":
        joined = entries.join(entry_tags, entry_tags.c.entry_id == entries.c.id)
        return joined.join(tags, tags.c.id == entry_tags.c.tag_id), tags.c.id
    table, column = (
        (categories, entries.c.category_id)
        if kind == "category"
        else (products, entries.c.product_id)
    )
    return entries.join(table, table.c.id == column), table.c.id


def shelf_counts(
    conn: Connection,
    kind: ShelfKind,
    *,
    viewer: Viewer,
    locale: str = "",
    limit: int = MAX_SHELVES,
    offset: int = 0,
    only: ColumnElement[bool] | None = None,
) -> list[ShelfCount]:
    """The shelves with answers that the viewer may read, named in a language, the fullest first.

    `only` counts some of the entries.
    """
    table = TABLES[kind]
    joined, shelf_id = shelf_of_entry(kind)
    number = func.count(one_answer().distinct())
    readable = published_for(viewer)
    counted = (
        select(shelf_id.label("id"), number.label("number"))
        .select_from(joined)
        .where(readable if only is None else readable & only)
        .group_by(shelf_id)
        .subquery()
    )
    statement = (
        select(table.c.slug, table.c.name, table.c.names, counted.c.number)
        .join(counted, counted.c.id == table.c.id)
        .order_by(counted.c.number.desc(), table.c.name, table.c.slug)
        .limit(limit)
        .offset(offset)
    )
    return [
        ShelfCount(row.slug, name_in(locale, row.name, row.names or {}), row.number, kind)
        for row in conn.execute(statement)
    ]


def find_shelf(conn: Connection, kind: ShelfKind, slug: str, *, viewer: Viewer) -> Shelf | None:
    """The shelf of this slug, None where it holds nothing that the viewer may read."""
    table = TABLES[kind]
    statement = select(table).where(table.c.slug == slug, _holds_something(kind, viewer))
    row = conn.execute(statement).one_or_none()
    return None if row is None else shelf_of(kind, row)


def shelves_by_id(
    conn: Connection, kind: ShelfKind, ids: Sequence[int], *, viewer: Viewer
) -> dict[int, Shelf]:
    """Those of the shelves that hold something that the viewer may read, by id."""
    table = TABLES[kind]
    found: dict[int, Shelf] = {}
    for part in chunks(list(ids)):
        statement = select(table).where(table.c.id.in_(part), _holds_something(kind, viewer))
        found |= {row.id: shelf_of(kind, row) for row in conn.execute(statement)}
    return found


def find_shelf_like(
    conn: Connection, kind: ShelfKind, said: str, *, viewer: Viewer
) -> Shelf | None:
    """The shelf that an address may have meant: another case, or one of its names.

    None where the viewer may not see it, as if there were none.
    """
    folded = said.casefold()
    slug = slugify(said) or folded
    found = find_shelf(conn, kind, slug, viewer=viewer)
    if found is not None:
        return found
    table = TABLES[kind]
    statement = (
        select(table)
        .where(_holds_something(kind, viewer))
        .order_by(table.c.id)
        .limit(MAX_LOOKED_THROUGH)
    )
    for row in conn.execute(statement):
        shelf = shelf_of(kind, row)
        called = (shelf.name, *shelf.names.values())
        if slug in {slugify(each) or each.casefold() for each in called}:
            return shelf
    return None


def _holds_something(kind: ShelfKind, viewer: Viewer) -> ColumnElement[bool]:
    table = TABLES[kind]
    if kind == "tag":
        on_it = (
            select(literal(1))
            .select_from(entries.join(entry_tags, entry_tags.c.entry_id == entries.c.id))
            .where(entry_tags.c.tag_id == table.c.id)
        )
    else:
        column = entries.c.category_id if kind == "category" else entries.c.product_id
        on_it = select(literal(1)).select_from(entries).where(column == table.c.id)
    return on_it.where(published_for(viewer)).correlate(table).exists()


def shelf_names(
    conn: Connection,
    slugs: Mapping[str, Sequence[str]],
    *,
    locale: str = "",
    visible_to: Viewer | None = None,
) -> dict[tuple[str, str], str]:
    """Names in a language by (kind, slug), where the kind is `product category` or `tag`.

    Where slugs are somebody's own words, `visible_to` leaves out shelves that hold nothing they
    may read: a name must not be had for guessing its slug.
    """
    found: dict[tuple[str, str], str] = {}
    for kind, table in TABLES.items():
        wanted = list(dict.fromkeys(slugs.get(kind, ())))[:MAX_SLUGS]
        if wanted:
            chosen = select(table.c.slug, table.c.name, table.c.names)
            if visible_to is not None:
                chosen = chosen.where(_holds_something(kind, visible_to))
            for row in conn.execute(chosen.where(table.c.slug.in_(wanted))):
                found[kind, row.slug] = name_in(locale, row.name, row.names or {})
    return found


def all_shelves(
    conn: Connection,
    kind: ShelfKind,
    *,
    viewer: Viewer,
    offset: int = 0,
    limit: int = MAX_SHELVES,
) -> tuple[list[tuple[Shelf, int]], int]:
    """Every shelf of a kind with its number of entries of any state, by slug; and how many.

    For whoever names them; raises NotPermitted for others.
    """
    if not may_administer(viewer):
        raise NotPermitted("shelves are named by administrators")
    table = TABLES[kind]
    joined, shelf_id = shelf_of_entry(kind)
    counted = (
        select(shelf_id.label("id"), func.count(entries.c.id).label("number"))
        .select_from(joined)
        .group_by(shelf_id)
        .subquery()
    )
    statement = (
        select(table, func.coalesce(counted.c.number, 0).label("number"))
        .select_from(table.outerjoin(counted, counted.c.id == table.c.id))
        .order_by(table.c.slug)
        .offset(offset)
        .limit(limit)
    )
    rows = [(shelf_of(kind, row), int(row.number)) for row in conn.execute(statement)]
    total = conn.execute(select(func.count()).select_from(table)).scalar_one()
    return rows, total


def place_of_shelf(conn: Connection, kind: ShelfKind, shelf_id: int) -> int:
    """How many shelves of its kind stand before this one in `all_shelves`."""
    table = TABLES[kind]
    own = select(table.c.slug).where(table.c.id == shelf_id).scalar_subquery()
    before = select(func.count()).select_from(table).where(table.c.slug < own)
    return int(conn.execute(before).scalar_one())
