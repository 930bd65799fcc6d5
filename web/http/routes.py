"""Every module with routes, in the order in which they are asked."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter
from fastapi.params import Depends

from web.http.api import (
    attachments,
    audit,
    clicks,
    entries,
    entry_links,
    noise,
    questions,
    regrouping,
    replies,
    rewriting,
    search,
    searches,
    suggest,
    synonyms,
    topics,
    widget,
)
from web.http.gate import API_PREFIX
from web.http.pages import account, admin, asking, desk, docs, files, language, reading
from web.http.pages import widget as widget_pages

PAGES = (
    *reading.PAGES,
    *asking.PAGES,
    *account.PAGES,
    *desk.PAGES,
    *admin.PAGES,
    widget_pages,
    files,
    language,
    docs,
)
NOUNS = (
    widget,
    search,
    suggest,
    clicks,
    replies,
    questions,
    noise,
    topics,
    rewriting,
    regrouping,
    audit,
    attachments,
    entry_links,
    entries,
    searches,
    synonyms,
)


def api_router(*, dependencies: Sequence[Depends]) -> APIRouter:
    """All operations of the API under its prefix."""
    api = APIRouter(prefix=API_PREFIX, dependencies=dependencies)
    for noun in NOUNS:
        api.include_router(noun.router)
    return api
