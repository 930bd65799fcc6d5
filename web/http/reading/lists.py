"""Answers and shelves of the record as lists on pages show them."""

from __future__ import annotations

from collections.abc import Sequence

from kb.shelves import ShelfKind
from kb.store.entries.listing import ListedEntry, Reader
from kb.store.entries.shelf_queries import ShelfCount
from web.http.contexts import Link
from web.http.frame import Visit
from web.http.i18n import other_language
from web.http.messages import to_translate
from web.http.reading.shelf_contexts import ListedLink, ShelfLink, ShelfRow

INDEX_PATHS: dict[ShelfKind, str] = {
    "category": "/categories",
    "product": "/products",
    "tag": "/tags",
}
INDEX_NAMES: dict[ShelfKind, str] = {
    "category": to_translate("All categories"),
    "product": to_translate("All products"),
    "tag": to_translate("All tags"),
}


def reader_of(visit: Visit) -> Reader:
    """Who lists are made for on this visit."""
    return Reader(visit.viewer, visit.locale, visit.site.live.read_most)


def index_link(kind: ShelfKind, visit: Visit) -> Link:
    """The page of all shelves of a kind."""
    return Link(visit.text(INDEX_NAMES[kind]), INDEX_PATHS[kind])


def shelf_links(found: Sequence[ShelfCount]) -> tuple[ShelfLink, ...]:
    """Shelves with their counts."""
    return tuple(ShelfLink(one.name, one.path, one.entries) for one in found)


def entry_links(found: Sequence[ListedEntry], *, locale: str) -> tuple[ListedLink, ...]:
    """Answers as plain links, each with its subject."""
    return tuple(
        ListedLink(
            one.title,
            one.path,
            one.category or one.product,
            other_language(one.locale, locale=locale),
        )
        for one in found
    )


def shelf_row(found: ListedEntry, *, on: ShelfKind, locale: str) -> ShelfRow:
    """An answer on a shelf; what the shelf says of all its answers is not repeated."""
    return ShelfRow(
        title=found.title,
        url=found.path,
        preview=found.preview,
        reviewed_on=found.reviewed_at.date(),
        product="" if on == "product" else found.product,
        category="" if on == "category" else found.category,
        pinned=found.pinned,
        lang=other_language(found.locale, locale=locale),
    )
