"""Remembers whole results of searches of one state of the index, for one kind of reader each."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass

from search.results import Filters, Hit, SearchResults

MAX_ENTRIES = 2_048
MAX_BYTES = 16 << 20
"""About 2,000 pages of ten hits; what was not asked for the longest time goes first."""

RESULT_BYTES = 2_000
HIT_BYTES = 1_500
"""What a page and a hit take in memory beside their texts."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One search, with everything that its results depend on but the index and the reader.

    `query` is cleaned text. `lang` is the reader's language, empty where the viewer's counts.
    """

    query: str
    filters: Filters = Filters()  # noqa: RUF009 (frozen)
    limit: int = 10
    cursor: str | None = None
    floor: bool = True
    explain: bool = False
    lang: str = ""


Key = tuple[Asked, frozenset[str]]
"""What was asked, and the audiences whose content the viewer may read."""


class ResultCache:
    """Results by what was asked and by audiences; thread-safe.

    All are of one state, an object that never changes: the results of another are forgotten,
    so that nothing is ever served that was published or hidden since.
    """

    def __init__(self, *, max_entries: int = MAX_ENTRIES, max_bytes: int = MAX_BYTES) -> None:
        self._max_entries = max_entries
        self._max_bytes = max_bytes
        self._lock = threading.Lock()
        self._state: object = None
        self._kept: OrderedDict[Key, tuple[SearchResults, int]] = OrderedDict()
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._kept)

    def find(self, state: object, key: Key) -> SearchResults | None:
        """The results of a search in this state; None where they are not known."""
        with self._lock:
            if state is not self._state:
                return None
            found = self._kept.get(key)
            if found is None:
                return None
            self._kept.move_to_end(key)
            return found[0]

    def keep(self, state: object, key: Key, results: SearchResults) -> None:
        """Remember results; those of any other state are forgotten."""
        size = _bytes_of(results)
        with self._lock:
            if state is not self._state:
                self._kept.clear()
                self._bytes = 0
                self._state = state
            replaced = self._kept.pop(key, None)
            self._bytes += size - (replaced[1] if replaced else 0)
            self._kept[key] = (results, size)
            while len(self._kept) > self._max_entries or self._bytes > self._max_bytes:
                _, (_, gone) = self._kept.popitem(last=False)
                self._bytes -= gone


def _bytes_of(results: SearchResults) -> int:
    return RESULT_BYTES + sum(map(_hit_bytes, (*results.hits, *results.near)))


def _hit_bytes(hit: Hit) -> int:
    # Text outside Latin-1 takes two to four bytes a character.
    return HIT_BYTES + 2 * (len(hit.title) + len(hit.snippet) + len(hit.matched_phrasing or ""))
