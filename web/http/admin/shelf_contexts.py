"""What the page with the names of shelves may read."""

from __future__ import annotations

from dataclasses import dataclass

from kb.shelves import ShelfKind
from web.http.contexts import FieldError, Tab


@dataclass(frozen=True, slots=True)
class NameField:
    """The name in one language; `label` is the language's own name."""

    locale: str
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class ShelfNames:
    """One shelf with its names; `id` anchors its row, `action` takes the form.

    `entries` counts those of every state. `saved` tells that its names were just saved.
    """

    id: int
    slug: str
    name: str
    names: tuple[NameField, ...]
    entries: int
    action: str
    url: str
    saved: bool = False
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True, slots=True)
class ShelfNamesPage:
    """All that admin/shelves.html may read."""

    kind: ShelfKind
    tabs: tuple[Tab, ...]
    rows: tuple[ShelfNames, ...]
    total: int
    number: int = 1
    pages: int = 1
    previous_url: str | None = None
    next_url: str | None = None

    @property
    def errors(self) -> tuple[FieldError, ...]:
        """What is wrong in any row."""
        return tuple(error for row in self.rows for error in row.errors)
