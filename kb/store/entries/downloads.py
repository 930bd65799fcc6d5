"""Manuals and other files to keep, of the entries that a viewer may read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, Connection, and_, case, func, select

from kb.attachments import Attachment
from kb.store.attachments.files import attachments_of
from kb.store.entries.listing import OnShelves, Reader, standing_on
from kb.store.entries.readable import published_for
from kb.store.entries.shelves import shelf_of
from kb.store.schema import attachments, entries, products

MAX_DOWNLOADS = 300


@dataclass(frozen=True, slots=True)
class ProductFiles:
    """The files of a product, each once; those of no product have no slug.

    `langs` names, by a file's id, the language of its entry where it is not the reader's.
    """

    slug: str
    name: str
    files: tuple[Attachment, ...]
    langs: Mapping[int, str] = field(default_factory=dict)


def has_downloads(conn: Connection, reader: Reader) -> bool:
    """Whether there is any file to keep that the viewer may open."""
    statement = (
        select(attachments.c.id)
        .join(entries, _of_entry())
        .where(published_for(reader.viewer), _to_keep())
        .limit(1)
    )
    return conn.execute(statement).first() is not None


def downloads_on_shelves(
    conn: Connection, wanted: OnShelves, reader: Reader, *, limit: int = MAX_DOWNLOADS
) -> list[ProductFiles]:
    """The files of the entries on these shelves, by product; pictures of answers are none.

    Those of entries in the reader's language come first; one file on several entries is one.
    """
    own = case((entries.c.locale == reader.locale, 0), else_=1)
    statement = (
        select(attachments.c.id, entries.c.id.label("entry_id"), entries.c.locale, products)
        .select_from(
            attachments.join(entries, _of_entry()).outerjoin(
                products, products.c.id == entries.c.product_id
            )
        )
        .where(published_for(reader.viewer), standing_on(wanted), _to_keep())
        .order_by(products.c.name.is_(None), func.lower(products.c.name), own, attachments.c.id)
        .limit(limit)
    )
    rows = conn.execute(statement).all()
    held = attachments_of(conn, "entry", sorted({row.entry_id for row in rows}))
    by_id = {file.id: file for files in held.values() for file in files}
    groups: dict[str, tuple[str, dict[str, Attachment]]] = {}
    for row in rows:
        named = row.slug is not None
        slug = row.slug if named else ""
        name = shelf_of("product", row).name_in(reader.locale) if named else ""
        file = by_id.get(row[0])
        if file is not None:
            groups.setdefault(slug, (name, {}))[1].setdefault(file.sha256, file)
    langs = {row[0]: row.locale for row in rows if row.locale != reader.locale}
    return [
        ProductFiles(slug, name, tuple(files.values()), langs)
        for slug, (name, files) in groups.items()
    ]


def _of_entry() -> ColumnElement[bool]:
    return and_(attachments.c.kind == "entry", attachments.c.object_id == entries.c.id)


def _to_keep() -> ColumnElement[bool]:
    return attachments.c.media_type.not_like("image/%")
