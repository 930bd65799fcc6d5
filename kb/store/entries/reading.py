"""FAQ entries as readers, editors and the index builder get them from the record."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select

from kb.access import Viewer, may_edit, may_read
from kb.entries import Entry, HelpfulCount
from kb.errors import NotFound
from kb.store.engine import chunks
from kb.store.entries.readable import published_for
from kb.store.redirects import find_redirect
from kb.store.schema import categories, entries, entry_tags, helpful_votes, products, tags


def _select_entries() -> Select[Any]:
    return select(
        *entries.c,
        categories.c.slug.label("category"),
        categories.c.name.label("category_name"),
        products.c.slug.label("product"),
        products.c.name.label("product_name"),
    ).select_from(
        entries.outerjoin(categories, entries.c.category_id == categories.c.id).outerjoin(
            products, entries.c.product_id == products.c.id
        )
    )


Tag = tuple[str, str]
"""The slug and the name of a tag."""


def _tags_of(conn: Connection, ids: Sequence[int]) -> dict[int, tuple[Tag, ...]]:
    found: dict[int, tuple[Tag, ...]] = {}
    for part in chunks(list(ids)):
        statement = (
            select(entry_tags.c.entry_id, tags.c.slug, tags.c.name)
            .join(tags, tags.c.id == entry_tags.c.tag_id)
            .where(entry_tags.c.entry_id.in_(part))
            .order_by(entry_tags.c.entry_id, tags.c.name)
        )
        for row in conn.execute(statement):
            found[row.entry_id] = (*found.get(row.entry_id, ()), (row.slug, row.name))
    return found


def _entry(row: Row[Any], tagged: tuple[Tag, ...]) -> Entry:
    return Entry(
        id=row.id,
        source_id=row.source_id,
        state=row.state,
        title=row.title,
        answer=row.answer,
        locale=row.locale,
        audience=row.audience,
        revision=row.revision,
        translation_group=row.translation_group,
        category=row.category,
        category_name=row.category_name,
        product=row.product,
        product_name=row.product_name,
        topic_id=row.topic_id,
        created_at=row.created_at,
        updated_at=row.updated_at,
        published_at=row.published_at,
        reviewed_at=row.reviewed_at,
        tags=tuple(name for _, name in tagged),
        tag_slugs=tuple(slug for slug, _ in tagged),
    )


def _may_see(entry: Entry, viewer: Viewer) -> bool:
    if may_edit(viewer):
        return True
    return entry.state == "published" and may_read(viewer, entry.audience)


def get_entry(conn: Connection, entry_id: int, *, viewer: Viewer) -> Entry:
    """The entry; raises NotFound where it is not there or not for this viewer."""
    row = conn.execute(_select_entries().where(entries.c.id == entry_id)).one_or_none()
    if row is None:
        raise NotFound("entry", entry_id)
    entry = _entry(row, _tags_of(conn, [entry_id]).get(entry_id, ()))
    if not _may_see(entry, viewer):
        raise NotFound("entry", entry_id)
    return entry


def find_entry_redirect(conn: Connection, entry_id: int) -> int | None:
    """The entry that a merged one leads to."""
    return find_redirect(conn, "entry", entry_id)


def entries_by_id(conn: Connection, ids: Sequence[int], *, viewer: Viewer) -> dict[int, Entry]:
    """The entries among the ids that the viewer may see."""
    found: dict[int, Entry] = {}
    for part in chunks(list(ids)):
        chosen = _select_entries().where(entries.c.id.in_(part)).order_by(entries.c.id)
        rows = conn.execute(chosen).all()
        names = _tags_of(conn, [row.id for row in rows])
        for row in rows:
            entry = _entry(row, names.get(row.id, ()))
            if _may_see(entry, viewer):
                found[entry.id] = entry
    return found


def latest_entries(
    conn: Connection,
    *,
    viewer: Viewer,
    state: str = "published",
    category: str | None = None,
    after_id: int | None = None,
    limit: int = 20,
) -> list[Entry]:
    """Entries the viewer may see, newest id first, below `after_id` for the next page."""
    statement = _select_entries().where(entries.c.state == state)
    if not may_edit(viewer):
        statement = statement.where(published_for(viewer))
    if category is not None:
        statement = statement.where(categories.c.slug == category)
    if after_id is not None:
        statement = statement.where(entries.c.id < after_id)
    rows = conn.execute(statement.order_by(entries.c.id.desc()).limit(limit)).all()
    names = _tags_of(conn, [row.id for row in rows])
    return [_entry(row, names.get(row.id, ())) for row in rows]


def find_entry_by_source(conn: Connection, source_id: str) -> int | None:
    """The id of the entry that was imported under this id."""
    found: int | None = conn.execute(
        select(entries.c.id).where(entries.c.source_id == source_id)
    ).scalar_one_or_none()
    return found


def published_ids(conn: Connection) -> list[int]:
    """Ids of all published entries, in order; for the index builder, not for a reader."""
    statement = select(entries.c.id).where(entries.c.state == "published").order_by(entries.c.id)
    return list(conn.execute(statement).scalars())


def helpful_count(conn: Connection, entry_id: int, *, viewer: Viewer) -> HelpfulCount:
    """Votes on all revisions of an entry that the viewer may see."""
    get_entry(conn, entry_id, viewer=viewer)
    statement = (
        select(helpful_votes.c.helpful, func.count())
        .where(helpful_votes.c.entry_id == entry_id)
        .group_by(helpful_votes.c.helpful)
    )
    counts = {bool(row[0]): row[1] for row in conn.execute(statement)}
    return HelpfulCount(yes=counts.get(True, 0), no=counts.get(False, 0))


def find_vote(conn: Connection, entry: Entry, visitor: str) -> tuple[bool, str | None] | None:
    """What a visitor said about the present revision: (helpful, reason); None for nothing."""
    row = conn.execute(
        select(helpful_votes.c.helpful, helpful_votes.c.reason).where(
            helpful_votes.c.entry_id == entry.id,
            helpful_votes.c.revision == entry.revision,
            helpful_votes.c.visitor == visitor,
        )
    ).one_or_none()
    return None if row is None else (bool(row.helpful), row.reason)


def translations_of(conn: Connection, entry: Entry, *, viewer: Viewer) -> list[Entry]:
    """The published entries of the same translation group, this one included, by locale."""
    if entry.translation_group is None:
        return []
    statement = (
        select(entries.c.id)
        .where(
            entries.c.translation_group == entry.translation_group,
            entries.c.state == "published",
        )
        .order_by(entries.c.locale, entries.c.id)
        .limit(50)
    )
    ids = list(conn.execute(statement).scalars())
    found = entries_by_id(conn, ids, viewer=viewer)
    return [found[one] for one in ids if one in found]
