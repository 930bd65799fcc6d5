"""Products, categories and tags: the shelves that entries stand on."""

from __future__ import annotations

from sqlalchemy import Connection, Table, insert, select

from kb.errors import InvalidInput
from kb.slugs import SLUG_CHARS, slugify
from kb.store.engine import upsert
from kb.store.schema import categories, entry_tags, products, tags
from kb.store.types import storable

MAX_NAME_CHARS = 200


def _shelf_id(conn: Connection, table: Table, name: str) -> int:
    """Return the id of the shelf with this name or slug, put up now if it is new.

    Raises InvalidInput for a name of white space alone.
    """
    shown = storable(" ".join(name.split()))[:MAX_NAME_CHARS]
    if not shown:
        raise InvalidInput(f"a name in {table.name} is empty", field=table.name)
    slug = slugify(shown) or shown.casefold()[:SLUG_CHARS]
    wanted = select(table.c.id).where(table.c.slug == slug)
    found = conn.execute(wanted).scalar_one_or_none()
    if found is None:
        # Another transaction may be putting up the same one.
        statement = upsert(conn, table).values(slug=slug, name=shown)
        conn.execute(statement.on_conflict_do_nothing(index_elements=["slug"]))
        found = conn.execute(wanted).scalar_one()
    return int(found)


def product_id_for(conn: Connection, name: str) -> int:
    """The product's id, made now if it is new."""
    return _shelf_id(conn, products, name)


def category_id_for(conn: Connection, name: str) -> int:
    """The category's id, made now if it is new."""
    return _shelf_id(conn, categories, name)


def tag_id_for(conn: Connection, name: str) -> int:
    """The tag's id, made now if it is new."""
    return _shelf_id(conn, tags, name)


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
