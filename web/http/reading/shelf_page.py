"""The page of one shelf from what the record holds of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from kb.shelves import Shelf
from kb.store.entries.listing import ListedEntry, OnShelves
from kb.store.entries.shelf_queries import ShelfCount
from web.http.contexts import FacetChoice, FacetGroup
from web.http.frame import Visit
from web.http.i18n import language_name
from web.http.reading.lists import index_link, shelf_row
from web.http.reading.shelf_contexts import ShelfPage

FACETS = ("product", "category", "lang", "tag")
"""Filters in this order; also the names of the query parameters."""

MIN_CHOICES = 2


@dataclass(frozen=True, slots=True)
class OnShelf:
    """A shelf, what of it was asked for and what was found.

    `facets` count by kind and for `lang`; `names` are those of the chosen values, by (kind,
    slug), in the reader's language.
    """

    shelf: Shelf
    wanted: OnShelves
    found: Sequence[ListedEntry]
    total: int
    number: int
    pages: int
    facets: Mapping[str, Sequence[ShelfCount]]
    names: Mapping[tuple[str, str], str]

    @property
    def canonical(self) -> str:
        """The path under which search engines keep this page, empty where they should not."""
        return "" if self.chosen else self.url(number=self.number)

    @property
    def chosen(self) -> dict[str, str]:
        """The chosen value of each filter, without the shelf itself."""
        names = (name for name in FACETS if name != self.shelf.kind)
        return {name: value for name in names if (value := getattr(self.wanted, name))}

    def url(self, changed: Mapping[str, str] | None = None, *, number: int = 1) -> str:
        """The address of this shelf with other filters, or of another page of it."""
        pairs = {**self.chosen, **(changed or {})}
        query = [(name, pairs[name]) for name in FACETS if pairs.get(name)]
        if number > 1:
            query.append(("page", str(number)))
        return f"{self.shelf.path}?{urlencode(query)}" if query else self.shelf.path


def shelf_page(held: OnShelf, visit: Visit) -> ShelfPage:
    """All that the page of a shelf shows but its downloads and its watch button."""
    shelf, locale = held.shelf, visit.locale
    return ShelfPage(
        name=shelf.name_in(locale),
        index=index_link(shelf.kind, visit),
        total=held.total,
        rows=tuple(shelf_row(one, on=shelf.kind, locale=locale) for one in held.found),
        facets=tuple(_facets(held, locale)),
        filters=tuple(
            FacetChoice(_label(held, name, value, locale), 0, held.url({name: ""}), True)
            for name, value in held.chosen.items()
        ),
        clear_url=shelf.path,
        feed_url=f"{shelf.path}/feed",
        number=held.number,
        pages=held.pages,
        previous_url=held.url(number=held.number - 1) if held.number > 1 else None,
        next_url=held.url(number=held.number + 1) if held.number < held.pages else None,
    )


def _facets(held: OnShelf, locale: str) -> list[FacetGroup]:
    """The filters that narrow the list, and those that are chosen."""
    groups = []
    for name in FACETS:
        values = held.facets.get(name, ())
        chosen = held.chosen.get(name)
        narrows = any(one.entries < held.total for one in values)
        if not chosen and (len(values) < MIN_CHOICES or not narrows):
            continue
        choices = [_choice(held, name, one, locale) for one in values]
        if chosen and chosen not in {one.slug for one in values}:
            none = ShelfCount(chosen, held.names.get((name, chosen), chosen), 0)
            choices.append(_choice(held, name, none, locale))
        groups.append(FacetGroup(name, tuple(choices)))
    return groups


def _choice(held: OnShelf, name: str, one: ShelfCount, locale: str) -> FacetChoice:
    selected = held.chosen.get(name) == one.slug
    label = language_name(one.slug, locale=locale) if name == "lang" else one.name
    url = held.url({name: "" if selected else one.slug})
    return FacetChoice(label, one.entries, url, selected)


def _label(held: OnShelf, name: str, value: str, locale: str) -> str:
    if name == "lang":
        return language_name(value, locale=locale)
    return held.names.get((name, value), value)
