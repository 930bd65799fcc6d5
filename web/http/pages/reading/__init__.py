"""The pages where customers find and read answers."""

from web.http.pages.reading import (
    attachments,
    crawlers,
    entry,
    entry_files,
    feeds,
    home,
    search,
    shelves,
)

PAGES = (home, search, entry, entry_files, attachments, shelves, feeds, crawlers)
