"""Notes what a visitor looks for and does then; its links carry the search they come from."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.requests import HTTPConnection

from kb.access import Viewer, may_edit
from search.results import SearchResults
from web.http.searching.intents import Origin, Target
from web.http.site import Site
from web.http.visitors import is_program, new_search_key

SEARCH = "s"
"""Query parameter that names the search a link comes from; pages drop it from their address."""

RANK = "r"
MAX_RANK = 1_000
MAX_TOKEN_CHARS = 40


def link_from_search(url: str, token: str, rank: int) -> str:
    """The address of a hit with where it came from; without a token the bare address."""
    return f"{url}?{urlencode({SEARCH: token, RANK: rank})}" if token else url


@dataclass(frozen=True, slots=True)
class SearchLog:
    """Notes for one request; those of programs and of the support team are no demand."""

    site: Site
    request: HTTPConnection
    viewer: Viewer

    @property
    def _counts(self) -> bool:
        return not is_program(self.request) and not may_edit(self.viewer)

    @property
    def _visitor(self) -> str:
        return self.site.visitors.name(self.request)

    def searched(
        self, results: SearchResults, *, place: str, lang: str | None, product: str | None = None
    ) -> str:
        """Note a search and return the token for its links, empty where it is not noted."""
        if not results.query or not self._counts:
            return ""
        visitor = self._visitor
        origin = Origin(visitor, new_search_key(), place, lang, product)
        key = self.site.intents.add(results, origin)
        return self.site.visitors.search_token(key, visitor) if key else ""

    def picked(self, typed: str, target: Target, *, place: str, lang: str | None) -> bool:
        """Note that a suggestion was opened for what was typed so far; whether it counts."""
        if not typed or not self._counts:
            return False
        visitor, key = self._visitor, new_search_key()
        self.site.intents.add_pick(typed, target, Origin(visitor, key, place, lang))
        self.site.intents.add_click(key, visitor, "opened", target)
        return True

    def is_ours(self, token: str) -> bool:
        """Whether a token was made for this visitor today."""
        return self.site.visitors.search_key(token, self._visitor) is not None

    def opened(self, token: str, target: Target) -> bool:
        """Note that a hit was opened, if the token is this visitor's; whether it counts."""
        if not token or not self._counts:
            return False
        visitor = self._visitor
        key = self.site.visitors.search_key(token, visitor)
        if key is not None:
            self.site.intents.add_click(key, visitor, "opened", target)
        return key is not None

    def solved(self, token: str, target: Target, *, typed: str = "") -> bool:
        """Note that a reader said this answers it, or what was typed; whether it counts."""
        if not self._counts:
            return False
        visitor = self._visitor
        key = self.site.visitors.search_key(token, visitor)
        if key is None and typed:
            key = new_search_key()
            self.site.intents.add_pick(typed, target, Origin(visitor, key, "ask", None))
        if key is not None:
            self.site.intents.add_click(key, visitor, "solved", target)
        return key is not None

    def asked(self, token: str) -> None:
        """Note that a question was sent, after a search if the token is this visitor's."""
        if self._counts:
            visitor = self._visitor
            key = self.site.visitors.search_key(token, visitor)
            self.site.intents.add_click(key, visitor, "asked")
