"""Lists of entries to choose from: on a shelf, pinned, read most, newest; one of translations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    case,
    func,
    literal,
    select,
    true,
)

from kb.access import Viewer
from kb.addresses import entry_path
from kb.plain_text import markdown_to_text
from kb.shelves import ShelfKind, name_in
from kb.store.entries.readable import published_for
from kb.store.entries.shelf_queries import ShelfCount, one_answer, shelf_counts
from kb.store.schema import categories, entries, entry_tags, products, tags

PREVIEW_CHARS = 200
PREVIEW_SOURCE_CHARS = 1_000
"""Of an answer as much is read as a preview can be made of."""

MAX_FACET_VALUES = 12


@dataclass(frozen=True, slots=True)
class ListedEntry:
    """An entry as a list shows it; `category` and `product` are named in the reader's language.

    Only the list of a shelf has a `preview`, the beginning of the answer.
    """

    id: int
    title: str
    locale: str
    category: str
    product: str
    reviewed_at: datetime
    preview: str = ""
    pinned: bool = False

    @property
    def path(self) -> str:
        """The path of the entry's page."""
        return entry_path(self.id, self.title)


@dataclass(frozen=True, slots=True)
class OnShelves:
    """Which shelves an entry must stand on, by slug, and its language; "" does not filter."""

    category: str = ""
    product: str = ""
    tag: str = ""
    lang: str = ""


@dataclass(frozen=True, slots=True)
class Reader:
    """Who a list is for: what they may read, in which language first, and what others read."""

    viewer: Viewer
    locale: str
    read_most: Sequence[int] = ()


def entries_on_shelves(
    conn: Connection, wanted: OnShelves, reader: Reader, *, offset: int = 0, limit: int = 20
) -> tuple[list[ListedEntry], int]:
    """Answers on these shelves, beside them how many there are on all pages.

    Pinned ones first, then those in the reader's language, the most read, then by title. Of
    translations of each other the one in the reader's language stands for all.
    """
    chosen = published_for(reader.viewer) & standing_on(wanted)
    total = conn.execute(select(func.count(one_answer().distinct())).where(chosen)).scalar_one()
    first = _one_of_translations(chosen, reader.locale)
    ranks = {id_: rank for rank, id_ in enumerate(reader.read_most)}
    read = case(ranks, value=first.c.id, else_=len(ranks)) if ranks else literal(0)
    order = (
        case((first.c.pinned_at.is_(None), 1), else_=0),
        first.c.pinned_at.desc(),
        case((first.c.locale == reader.locale, 0), else_=1),
        read,
        func.lower(first.c.title),
        first.c.id,
    )
    rows = conn.execute(
        _listed()
        .add_columns(
            first.c.pinned_at.label("pinned"),
            func.substr(entries.c.answer, 1, PREVIEW_SOURCE_CHARS).label("beginning"),
        )
        .join(first, first.c.id == entries.c.id)
        .where(first.c.place == 1)
        .order_by(*order)
        .offset(offset)
        .limit(limit)
    )
    return [
        replace(
            _entry(row, reader.locale),
            preview=_preview(row.beginning),
            pinned=row.pinned is not None,
        )
        for row in rows
    ], total


def shelf_facets(
    conn: Connection, wanted: OnShelves, reader: Reader, *, kinds: Sequence[ShelfKind]
) -> dict[str, list[ShelfCount]]:
    """For each kind, and `lang`, the values to narrow a list by and how many each would leave.

    Each value is counted as if it were chosen in the place of the one chosen of its kind.
    """
    found: dict[str, list[ShelfCount]] = {}
    for kind in kinds:
        others = standing_on(_without(wanted, kind))
        found[kind] = shelf_counts(
            conn,
            kind,
            viewer=reader.viewer,
            locale=reader.locale,
            only=others,
            limit=MAX_FACET_VALUES,
        )
    number = func.count(one_answer().distinct())
    statement = (
        select(entries.c.locale, number)
        .where(published_for(reader.viewer), standing_on(replace(wanted, lang="")))
        .group_by(entries.c.locale)
        .order_by(number.desc(), entries.c.locale)
        .limit(MAX_FACET_VALUES)
    )
    found["lang"] = [ShelfCount(row[0], row[0], row[1]) for row in conn.execute(statement)]
    return found


def pinned_entries(conn: Connection, reader: Reader, *, limit: int) -> list[ListedEntry]:
    """The entries that the team put first, the latest pinned one first."""
    first = _one_of_translations(
        published_for(reader.viewer), reader.locale, having=entries.c.pinned_at.is_not(None)
    )
    rows = conn.execute(
        _listed()
        .join(first, first.c.id == entries.c.id)
        .where(first.c.place == 1, first.c.pinned_at.is_not(None))
        .order_by(first.c.pinned_at.desc(), entries.c.id)
        .limit(limit)
    )
    return [replace(_entry(row, reader.locale), pinned=True) for row in rows]


def entries_read_by_many(conn: Connection, reader: Reader, *, limit: int) -> list[ListedEntry]:
    """The entries read most among those that the reader may read, in their language first."""
    if not reader.read_most:
        return []
    ids = list(reader.read_most)
    rows = conn.execute(
        _listed().where(published_for(reader.viewer), entries.c.id.in_(ids)).limit(len(ids))
    ).all()
    rank = {id_: place for place, id_ in enumerate(ids)}
    ordered = sorted(rows, key=lambda row: (row.locale != reader.locale, rank[row.id]))
    return _each_once(ordered, reader.locale, limit)


def newest_entries(conn: Connection, reader: Reader, *, limit: int) -> list[ListedEntry]:
    """The entries published last, those in the reader's language before all others."""
    published = func.coalesce(entries.c.published_at, entries.c.created_at)
    found: list[Row[Any]] = []
    for own in (entries.c.locale == reader.locale, entries.c.locale != reader.locale):
        if len(found) < limit:
            found += conn.execute(
                _listed()
                .where(published_for(reader.viewer), own)
                .order_by(published.desc(), entries.c.id.desc())
                .limit(3 * limit)
            ).all()
    return _each_once(found, reader.locale, limit)


def _each_once(rows: Sequence[Row[Any]], locale: str, limit: int) -> list[ListedEntry]:
    """The first of each group of translations."""
    kept: dict[str, Row[Any]] = {}
    for row in rows:
        kept.setdefault(row.answer_of, row)
    return [_entry(row, locale) for row in list(kept.values())[:limit]]


def _one_of_translations(
    chosen: ColumnElement[bool], locale: str, *, having: ColumnElement[bool] | None = None
) -> Any:
    """The chosen entries, `place` 1 for the one that stands for its translations.

    `pinned_at` is the latest of all of them. `having` leaves out groups without such an entry.
    """
    group = one_answer()
    if having is not None:
        chosen = chosen & group.in_(select(group).where(chosen, having))
    nearest = case((entries.c.locale == locale, 0), (entries.c.locale == "en", 1), else_=2)
    return (
        select(
            entries.c.id,
            entries.c.title,
            entries.c.locale,
            func.max(entries.c.pinned_at, type_=entries.c.pinned_at.type)
            .over(partition_by=group)
            .label("pinned_at"),
            func.row_number()
            .over(partition_by=group, order_by=(nearest, entries.c.id))
            .label("place"),
        )
        .where(chosen)
        .subquery()
    )


def _without(wanted: OnShelves, kind: ShelfKind) -> OnShelves:
    if kind == "category":
        return replace(wanted, category="")
    return replace(wanted, product="") if kind == "product" else replace(wanted, tag="")


def standing_on(wanted: OnShelves) -> ColumnElement[bool]:
    """The entries on these shelves, whatever their state and audience."""
    conditions: list[ColumnElement[bool]] = []
    if wanted.lang:
        conditions.append(entries.c.locale == wanted.lang)
    if wanted.category:
        named = select(categories.c.id).where(categories.c.slug == wanted.category)
        conditions.append(entries.c.category_id.in_(named))
    if wanted.product:
        named = select(products.c.id).where(products.c.slug == wanted.product)
        conditions.append(entries.c.product_id.in_(named))
    if wanted.tag:
        tagged = (
            select(entry_tags.c.entry_id)
            .join(tags, tags.c.id == entry_tags.c.tag_id)
            .where(tags.c.slug == wanted.tag)
        )
        conditions.append(entries.c.id.in_(tagged))
    return and_(true(), *conditions)


def _listed() -> Select[Any]:
    return select(
        entries.c.id,
        entries.c.title,
        entries.c.locale,
        func.coalesce(entries.c.reviewed_at, entries.c.updated_at).label("reviewed_at"),
        one_answer().label("answer_of"),
        categories.c.name.label("category_name"),
        categories.c.names.label("category_names"),
        products.c.name.label("product_name"),
        products.c.names.label("product_names"),
    ).select_from(
        entries.outerjoin(categories, categories.c.id == entries.c.category_id).outerjoin(
            products, products.c.id == entries.c.product_id
        )
    )


def _entry(row: Row[Any], locale: str) -> ListedEntry:
    return ListedEntry(
        id=row.id,
        title=row.title,
        locale=row.locale,
        category=_name(row.category_name, row.category_names, locale),
        product=_name(row.product_name, row.product_names, locale),
        reviewed_at=row.reviewed_at,
    )


def _name(name: str | None, names: Mapping[str, str] | None, locale: str) -> str:
    return name_in(locale, name, names or {}) if name else ""


def _preview(answer: str) -> str:
    text = " ".join(markdown_to_text(answer).split())
    if len(text) <= PREVIEW_CHARS and len(answer) < PREVIEW_SOURCE_CHARS:
        return text
    return f"{text[:PREVIEW_CHARS].rsplit(' ', 1)[0]} …"
