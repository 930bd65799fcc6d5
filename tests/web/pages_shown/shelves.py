"""What the templates of the home page, shelves and downloads are rendered with."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from web.http.account.watch_boxes import choices
from web.http.account.watch_contexts import WatchBox
from web.http.admin.shelf_contexts import NameField, ShelfNames, ShelfNamesPage
from web.http.contexts import FacetChoice, FacetGroup, FieldError, Link, Tab
from web.http.reading.file_contexts import ShownFile
from web.http.reading.home_contexts import HomePage
from web.http.reading.shelf_contexts import (
    DownloadGroup,
    DownloadsPage,
    ListedLink,
    ShelfLink,
    ShelfPage,
    ShelfRow,
    ShelvesPage,
)

SHELVES = (
    ShelfLink("Care & <cleaning>", "/categories/care", 1234),
    ShelfLink("Orders", "/categories/orders", 1),
)
LISTED = (
    ListedLink("How do I descale?", "/faq/1", "Piazza"),
    ListedLink("Wie entkalke ich?", "/faq/2", "", "de"),
    ListedLink("No note", "/faq/3"),
)
FILES = (
    ShownFile("Manual of the Piazza", "piazza.pdf", "/files/x/piazza.pdf", "pdf", 1.2, "MB"),
    ShownFile("Pflegekarte", "karte.pdf", "/files/y/karte.pdf", "pdf", 46, "kB", lang="de"),
)
FACETS = (
    FacetGroup(
        "product",
        (
            FacetChoice("Piazza", 12, "/categories/care", selected=True),
            FacetChoice("Duetta", 7, "/categories/care?product=duetta"),
        ),
    ),
)
SHELF = ShelfPage(
    name="Care & <cleaning>",
    index=Link("All categories", "/categories"),
    total=41,
    rows=(
        ShelfRow("How do I descale?", "/faq/1", "Fill it <up>.", date(2026, 11, 2), "Piazza"),
        ShelfRow("Pinned", "/faq/2", "", date(2026, 11, 2), "", "Care", pinned=True, lang="de"),
    ),
    facets=FACETS,
    filters=(),
    clear_url="/categories/care",
    feed_url="/categories/care/feed",
    watch=WatchBox("category", 7, choices(), needs_email=True),
    number=2,
    pages=3,
    previous_url="/categories/care",
    next_url="/categories/care?page=3",
)
NAMED = ShelfNames(
    7,
    "care",
    "Care & <cleaning>",
    (NameField("en", "English", ""), NameField("de", "Deutsch", "Pflege")),
    12,
    "/admin/shelves/category/7",
    "/categories/care",
    saved=True,
)
TABS = (Tab("category", "/admin/shelves?kind=category", True), Tab("tag", "/x", False))
NAMES = ShelfNamesPage(
    "category",
    TABS,
    (NAMED, replace(NAMED, id=8, saved=False, errors=(FieldError("name-8", "Write it."),))),
    2,
)
PAGES: dict[str, tuple[Any, ...]] = {
    "admin/shelves.html": (
        NAMES,
        replace(NAMES, rows=(), total=0),
        replace(NAMES, number=2, pages=3, previous_url="/x", next_url="/y"),
    ),
    "home.html": (
        HomePage(
            examples=(Link("E-07", "/search?q=E-07"),),
            pinned=LISTED,
            categories=SHELVES,
            all_categories_url="/categories",
            products=SHELVES[:1],
            all_products_url="/products",
            popular=LISTED,
            latest=LISTED,
            downloads_url="/downloads",
        ),
        HomePage(),
    ),
    "shelf/index.html": (
        ShelvesPage("category", SHELVES),
        ShelvesPage("product", ()),
        ShelvesPage("tag", SHELVES),
        ShelvesPage("category", SHELVES, "/categories", "/categories?page=3"),
    ),
    "shelf/shelf.html": (
        SHELF,
        replace(SHELF, watch=None, facets=(), downloads=FILES, number=1, previous_url=None),
        replace(SHELF, total=0, rows=(), filters=FACETS[0].choices[:1], next_url=None),
    ),
    "shelf/downloads.html": (
        DownloadsPage(
            (
                DownloadGroup("Piazza", "/products/piazza", FILES),
                DownloadGroup("", "", FILES),
            )
        ),
        DownloadsPage(()),
    ),
}
