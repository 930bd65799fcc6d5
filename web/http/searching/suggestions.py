"""Keeps the suggestions of a serving process at the newest index and the newest popularity."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from kb.access import GUEST, Viewer
from kb.clock import utc_now
from kb.errors import KbError
from kb.store.engine import reading
from kb.store.entries.read_most import entries_read_most
from kb.store.searches.popularity import popular_searches, popularity
from search.documents import Document
from search.index import IndexSnapshot, Part
from search.suggest import (
    NOTHING_POPULAR,
    SEARCH,
    Popular,
    Suggester,
    Suggestion,
    SuggestPart,
)
from search.suggest_texts import SuggestTexts

log = logging.getLogger(__name__)

POPULAR_DAYS = 90
POPULAR_S = 300.0
"""How often popularity is counted anew."""

SMALL = 2_000
"""Documents of a generation whose texts are read at once, in well under a second."""

SUGGEST_LOAD = 0.1
"""Share of time that rebuilding suggestions may take while much is published."""


class LiveSuggestions:
    """The suggester of this moment.

    The texts of a generation are read once, those of the delta with each change. What takes
    long, a large generation and counting what is popular, is done in a thread of its own; what
    was there before serves meanwhile.
    """

    def __init__(self, engine: Engine, snapshot: IndexSnapshot | None) -> None:
        self._engine = engine
        self._suggester: Suggester | None = None
        self._snapshot: IndexSnapshot | None = None
        self._base: tuple[str, SuggestTexts] | None = None
        self._popular = NOTHING_POPULAR
        self._read_most: tuple[int, ...] = ()
        self._popular_from = 0.0
        self._follow_from = 0.0
        self._thread: threading.Thread | None = None
        if snapshot is not None and not self._is_large(snapshot):
            self._renew(snapshot)

    def suggest(self, typed: str, *, viewer: Viewer, limit: int) -> list[Suggestion]:
        """What fits what was typed, of what the viewer may read; popular things for nothing."""
        suggester = self._suggester
        if suggester is None:
            return []
        audiences = suggester.audiences_of(viewer)
        if not typed.strip():
            return suggester.popular(audiences=audiences, lang=viewer.locale, limit=limit)
        return suggester.suggest(typed, audiences=audiences, limit=limit)

    def popular_searches(self, *, viewer: Viewer, limit: int) -> list[Suggestion]:
        """What at least five people looked for lately, with an answer the viewer may read."""
        return [one for one in self.suggest("", viewer=viewer, limit=limit) if one.type == SEARCH]

    @property
    def read_most(self) -> tuple[int, ...]:
        """The entries that at least five people opened lately, most read first."""
        return self._read_most

    def follow(self, snapshot: IndexSnapshot | None) -> None:
        """Take up a snapshot, and what is popular when that is due; called by one thread."""
        if self._thread is not None and self._thread.is_alive():
            return
        now = time.monotonic()
        if now >= self._popular_from:
            self._popular_from = now + POPULAR_S
            self._start(snapshot, count=True)
        elif snapshot is None:
            self._suggester = self._snapshot = None
        elif snapshot is not self._snapshot and now >= self._follow_from:
            if self._is_large(snapshot):
                self._start(snapshot, count=False)
            else:
                self._renew(snapshot)
                ended = time.monotonic()
                self._follow_from = ended + (ended - now) / SUGGEST_LOAD

    def stop(self) -> None:
        """Wait for what is being read."""
        if self._thread is not None:
            self._thread.join()

    def count_popular(self) -> None:
        """Count anew what readers open and look for."""
        since = utc_now() - timedelta(days=POPULAR_DAYS)
        with reading(self._engine) as conn:
            worth = popularity(conn, since=since)
            searches = popular_searches(conn, since=since)
            read_most = entries_read_most(conn, since=since)
        self._read_most = tuple(read_most)
        self._popular = Popular(worth, tuple((one.text, _key(one.first_hit)) for one in searches))
        if self._snapshot is not None:
            self._renew(self._snapshot)

    def _start(self, snapshot: IndexSnapshot | None, *, count: bool) -> None:
        self._thread = threading.Thread(
            target=self._work, args=(snapshot, count), name="suggestions", daemon=True
        )
        self._thread.start()

    def _work(self, snapshot: IndexSnapshot | None, count: bool) -> None:
        try:
            if snapshot is not None and snapshot is not self._snapshot:
                self._renew(snapshot)
            if count:
                self.count_popular()
        except (KbError, SQLAlchemyError, OSError) as problem:
            # What was there before serves on; the next step tries again.
            log.warning("suggestions are not renewed for now: %s", problem)

    def _is_large(self, snapshot: IndexSnapshot) -> bool:
        known = self._base is not None and self._base[0] == snapshot.generation
        return not known and len(snapshot.parts[0].segment.metadata) > SMALL

    def _renew(self, snapshot: IndexSnapshot) -> None:
        base, *delta = snapshot.parts
        if self._base is None or self._base[0] != snapshot.generation:
            self._base = (snapshot.generation, SuggestTexts(_documents(base)))
        parts = [SuggestPart(self._base[1], base.alive)]
        parts += [SuggestPart(SuggestTexts(_documents(part)), part.alive) for part in delta]
        suggester = Suggester(parts, self._popular)
        # What guests may read is worked out here, not while the first of them types.
        suggester.popular(audiences=GUEST.audiences, lang="")
        self._suggester = suggester
        self._snapshot = snapshot


def _key(name: str) -> tuple[str, int]:
    type_, _, id_ = name.rpartition(":")
    return (type_, int(id_))


def _documents(part: Part) -> Iterator[tuple[int, Document]]:
    """Yield every document of a part by its row, also those that no longer hold."""
    for row in range(len(part.segment.metadata)):
        yield row, part.segment.lexical.document(row)
