"""What the pages of shelves, of downloads and the lists on the home page may read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from kb.shelves import ShelfKind
from web.http.account.watch_contexts import WatchBox
from web.http.contexts import FacetChoice, FacetGroup, Link
from web.http.reading.file_contexts import ShownFile


@dataclass(frozen=True, slots=True)
class ShelfLink:
    """A shelf with the number of answers on it that the viewer may read."""

    label: str
    url: str
    count: int


@dataclass(frozen=True, slots=True)
class ListedLink:
    """An answer in a list of links; `lang` is None where it is the language of the page.

    `note` is a category or product, may be empty.
    """

    title: str
    url: str
    note: str = ""
    lang: str | None = None


@dataclass(frozen=True, slots=True)
class ShelfRow:
    """An answer on a shelf, with the beginning of its text."""

    title: str
    url: str
    preview: str
    reviewed_on: date
    product: str = ""
    category: str = ""
    pinned: bool = False
    lang: str | None = None


@dataclass(frozen=True, slots=True)
class ShelvesPage:
    """All that shelf/index.html may read: every shelf of one kind, the fullest first.

    `first_url` leads to the beginning and `next_url` to more, None where that is here.
    """

    kind: ShelfKind
    shelves: tuple[ShelfLink, ...]
    first_url: str | None = None
    next_url: str | None = None


@dataclass(frozen=True, slots=True)
class ShelfPage:
    """All that shelf/shelf.html may read.

    `total` counts the answers on all pages. `filters` are the chosen values, each with the link
    that takes it away; without any the page `is_whole`, and one for search engines.
    """

    name: str
    index: Link
    total: int
    rows: tuple[ShelfRow, ...]
    facets: tuple[FacetGroup, ...]
    filters: tuple[FacetChoice, ...]
    clear_url: str
    feed_url: str
    downloads: tuple[ShownFile, ...] = ()
    watch: WatchBox | None = None
    number: int = 1
    pages: int = 1
    previous_url: str | None = None
    next_url: str | None = None

    @property
    def is_whole(self) -> bool:
        """Whether nothing is filtered."""
        return not self.filters


@dataclass(frozen=True, slots=True)
class DownloadGroup:
    """The files of one product; those of no product have no label and no link."""

    label: str
    url: str
    files: tuple[ShownFile, ...]


@dataclass(frozen=True, slots=True)
class DownloadsPage:
    """All that shelf/downloads.html may read."""

    groups: tuple[DownloadGroup, ...]
