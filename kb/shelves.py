"""The shelves that entries stand on: categories, products and tags, with their names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from kb.addresses import category_path, product_path, tag_path
from kb.errors import InvalidInput
from kb.visible_text import one_line

ShelfKind = Literal["category", "product", "tag"]
SHELF_KINDS: tuple[ShelfKind, ...] = ("category", "product", "tag")

MAX_NAME_CHARS = 200


@dataclass(frozen=True, slots=True)
class Shelf:
    """One shelf; `name` is its own, `names` those of some languages by locale.

    The slug stays for ever, whatever the shelf is called: addresses and filters hold it.
    """

    kind: ShelfKind
    id: int
    slug: str
    name: str
    names: Mapping[str, str] = field(default_factory=dict)

    def name_in(self, locale: str) -> str:
        """The name for readers of this language; the shelf's own where it has none."""
        return name_in(locale, self.name, self.names)

    @property
    def path(self) -> str:
        """The path of the shelf's page."""
        return shelf_path(self.kind, self.slug)


@dataclass(frozen=True, slots=True)
class NamedShelf:
    """A shelf as a file names it: its own name, and those of some languages by locale."""

    kind: ShelfKind
    name: str
    names: Mapping[str, str]


def name_in(locale: str, name: str, names: Mapping[str, str]) -> str:
    """The name in a language, else the one without a language."""
    return names.get(locale) or name


def shelf_path(kind: ShelfKind, slug: str) -> str:
    """The path of a shelf's page."""
    paths = {"category": category_path, "product": product_path, "tag": tag_path}
    return paths[kind](slug)


def clean_name(name: str) -> str:
    """A name on one line; raises InvalidInput for one that is too long."""
    shown = one_line(name)
    if len(shown) > MAX_NAME_CHARS:
        raise InvalidInput(f"a name has at most {MAX_NAME_CHARS} characters", field="name")
    return shown
