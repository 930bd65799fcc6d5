"""What the home page may read."""

from __future__ import annotations

from dataclasses import dataclass

from web.http.contexts import Link
from web.http.reading.shelf_contexts import ListedLink, ShelfLink


@dataclass(frozen=True, slots=True)
class HomePage:
    """All that home.html may read; every list may be empty.

    `examples` are searches that many made. `all_categories_url` and `all_products_url` are
    empty where all of them are shown, `downloads_url` where there are none.
    """

    examples: tuple[Link, ...] = ()
    pinned: tuple[ListedLink, ...] = ()
    categories: tuple[ShelfLink, ...] = ()
    all_categories_url: str = ""
    products: tuple[ShelfLink, ...] = ()
    all_products_url: str = ""
    popular: tuple[ListedLink, ...] = ()
    latest: tuple[ListedLink, ...] = ()
    downloads_url: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to read yet."""
        return not (self.pinned or self.popular or self.latest)
