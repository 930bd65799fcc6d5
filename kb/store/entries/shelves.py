"""Products, categories and tags: the shelves that entries stand on, and what they are called."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Row, Table, Text, cast, func, insert, or_, select, update

from kb.access import Viewer, may_administer
from kb.errors import InvalidInput, NotFound, NotPermitted
from kb.shelves import MAX_NAME_CHARS, NamedShelf, Shelf, ShelfKind, clean_name
from kb.slugs import SLUG_CHARS, slugify
from kb.store.audit import Subject, record_audit
from kb.store.engine import upsert
from kb.store.schema import categories, entry_tags, products, tags
from kb.store.types import storable
from kb.visible_text import one_line

TABLES: Mapping[ShelfKind, Table] = {"category": categories, "product": products, "tag": tags}
MAX_SIMILAR = 20


def shelf_of(kind: ShelfKind, row: Row[Any]) -> Shelf:
    """The shelf in a row of its table."""
    return Shelf(kind, row.id, row.slug, row.name, dict(row.names or {}))


def _shelf_id(conn: Connection, kind: ShelfKind, name: str) -> int:
    """Return the id of the shelf with this slug or name, put up now if it is new.

    Its name in any language will do: a shelf that was renamed must not come back under its old
    name, nor a translated one beside itself. Raises InvalidInput for white space alone.
    """
    table = TABLES[kind]
    shown = one_line(storable(name))[:MAX_NAME_CHARS]
    if not shown:
        raise InvalidInput(f"a name in {table.name} is empty", field=table.name)
    # A slash would part the address of the shelf's page.
    slug = slugify(shown) or shown.casefold().replace("/", " ").strip()[:SLUG_CHARS] or "-"
    wanted = select(table.c.id).where(table.c.slug == slug)
    found = conn.execute(wanted).scalar_one_or_none()
    if found is None:
        found = _named(conn, table, shown)
    if found is None:
        # Another transaction may be putting up the same one.
        statement = upsert(conn, table).values(slug=slug, name=shown)
        conn.execute(statement.on_conflict_do_nothing(index_elements=["slug"]))
        found = conn.execute(wanted).scalar_one()
    return int(found)


def _named(conn: Connection, table: Table, name: str) -> int | None:
    """Return the id of the first shelf that is called so in any language."""
    # JSON text holds a name the way the driver wrote it, with \u escapes.
    names = cast(table.c.names, Text)
    statement = (
        select(table.c.id, table.c.name, table.c.names)
        .where(
            or_(
                func.lower(table.c.name) == func.lower(name),
                names.contains(json.dumps(name), autoescape=True),
                func.lower(names).contains(json.dumps(name.lower()), autoescape=True),
            )
        )
        .order_by(table.c.id)
        .limit(MAX_SIMILAR)
    )
    folded = name.casefold()
    for row in conn.execute(statement):
        called = (row.name, *(row.names or {}).values())
        if folded in {each.casefold() for each in called}:
            return int(row.id)
    return None


def product_id_for(conn: Connection, name: str) -> int:
    """The product's id, made now if it is new."""
    return _shelf_id(conn, "product", name)


def category_id_for(conn: Connection, name: str) -> int:
    """The category's id, made now if it is new."""
    return _shelf_id(conn, "category", name)


def tag_id_for(conn: Connection, name: str) -> int:
    """The tag's id, made now if it is new."""
    return _shelf_id(conn, "tag", name)


def replace_entry_tags(conn: Connection, entry_id: int, names: tuple[str, ...]) -> bool:
    """Give an entry exactly these tags and return whether it had others."""
    mine = entry_tags.c.entry_id == entry_id
    wanted = {tag_id_for(conn, name) for name in names if name.strip()}
    if wanted == set(conn.execute(select(entry_tags.c.tag_id).where(mine)).scalars()):
        return False
    conn.execute(entry_tags.delete().where(mine))
    if wanted:
        conn.execute(
            insert(entry_tags), [{"entry_id": entry_id, "tag_id": one} for one in sorted(wanted)]
        )
    return True


def give_names(conn: Connection, named: NamedShelf) -> bool:
    """Give a shelf its names in some languages, others stay; return whether any is new.

    The shelf is put up where there is none of that name. Too long names are cut.
    """
    table = TABLES[named.kind]
    id_ = _shelf_id(conn, named.kind, named.name)
    shown = {locale: one_line(name) for locale, name in named.names.items()}
    given = {locale: name[:MAX_NAME_CHARS] for locale, name in shown.items() if name}
    before = conn.execute(select(table.c.names).where(table.c.id == id_)).scalar_one() or {}
    after = {**before, **given}
    if after == before:
        return False
    conn.execute(update(table).where(table.c.id == id_).values(names=after))
    return True


def rename_shelf(
    conn: Connection,
    kind: ShelfKind,
    shelf_id: int,
    *,
    name: str,
    names: Mapping[str, str],
    viewer: Viewer,
) -> Shelf:
    """Call a shelf otherwise; its slug and so its address stay.

    `names` by locale replace those before, empty ones are taken away. Raises NotPermitted,
    NotFound, and InvalidInput for a name that is empty, too long or another shelf's.
    """
    if not may_administer(viewer):
        raise NotPermitted("shelves are named by administrators")
    table = TABLES[kind]
    row = conn.execute(select(table).where(table.c.id == shelf_id).with_for_update()).one_or_none()
    if row is None:
        raise NotFound(kind, shelf_id)
    shown = clean_name(name)
    if not shown:
        raise InvalidInput("write a name", field="name")
    cleaned = {locale: clean_name(each) for locale, each in names.items()}
    kept = {locale: each for locale, each in cleaned.items() if each}
    for called in (shown, *kept.values()):
        other = _named(conn, table, called)
        if other not in (None, shelf_id):
            raise InvalidInput(f"another one is called {called!r} already", field="name")
    before = shelf_of(kind, row)
    if (before.name, dict(before.names)) != (shown, kept):
        conn.execute(update(table).where(table.c.id == shelf_id).values(name=shown, names=kept))
        facts = {"before": before.name, "after": shown, "names": kept}
        record_audit(conn, "rename", Subject(kind, shelf_id), viewer=viewer, facts=facts)
    return Shelf(kind, shelf_id, before.slug, shown, kept)
