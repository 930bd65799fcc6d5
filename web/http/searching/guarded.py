"""The search that routes ask: index files that turn out to be damaged cost no reader an answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from kb.access import Viewer
from kb.errors import Unavailable
from search.generation_files import KEPT_GENERATIONS
from search.index import IndexSnapshot
from search.result_cache import Asked
from search.results import Filters, SearchResults
from search.searcher import Searcher
from search.shipped_weights import SHIPPED

UNREADABLE = (Unavailable, IndexError, KeyError, ValueError)
"""What reading a file raises that holds something else than it did when it was opened."""


class Opened(Protocol):
    """Where the searcher of this moment comes from."""

    @property
    def opened(self) -> Searcher:
        """The searcher over the index that is open now."""
        ...

    def distrust(self, searcher: Searcher, problem: Exception) -> bool:
        """Look at the files of a searcher that failed; whether another one is open now."""
        ...


class GuardedSearch:
    """Asks the searcher of this moment, and once more after its index was opened anew.

    What cannot be read then either is answered like a search without an index: no hits, and
    `degraded` says so. An error that no file explains is raised.
    """

    def __init__(self, source: Opened) -> None:
        self._source = source
        self._without_index = Searcher(_NoIndex(), None, SHIPPED)

    def search(
        self,
        query: str,
        *,
        viewer: Viewer,
        filters: Filters = Filters(),  # noqa: B008 (frozen)
        limit: int = 10,
        cursor: str | None = None,
        lang: str | None = None,
    ) -> SearchResults:
        """Find what answers `query` among what the viewer may read (see `Searcher.search`)."""
        asked = Asked(query, filters, limit, cursor, lang=lang or "")
        return self.answer(asked, viewer=viewer)

    def answer(self, asked: Asked, *, viewer: Viewer) -> SearchResults:
        """What `search` returns."""
        return self._ask(lambda searcher: searcher.answer(asked, viewer=viewer))

    def recall(self, asked: Asked, *, viewer: Viewer) -> SearchResults | None:
        """The results of a search that was made before; None where they are not in memory."""
        return self._source.opened.recall(asked, viewer=viewer)

    def _ask(self, question: Callable[[Searcher], SearchResults]) -> SearchResults:
        for _ in range(KEPT_GENERATIONS):
            searcher = self._source.opened
            try:
                return question(searcher)
            except UNREADABLE as problem:
                if self._source.distrust(searcher, problem):
                    continue
                if not isinstance(problem, Unavailable):
                    raise
                break
        return question(self._without_index)


class _NoIndex:
    """Where there is nothing to search."""

    @property
    def snapshot(self) -> IndexSnapshot | None:
        return None
