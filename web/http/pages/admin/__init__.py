"""The pages of administrators."""

from web.http.pages.admin import accounts, groups, keys, outbox, pieces, shelves, widget_sites

PAGES = (accounts, keys, groups, outbox, widget_sites, shelves, pieces)
