"""Collects what people look for and stores it once a second, masked."""

from __future__ import annotations

import logging
import threading
from collections import deque
from dataclasses import replace

from sqlalchemy import Engine

from kb.clock import utc_now
from kb.errors import Unavailable
from kb.intake.masking import mask_personal_data
from kb.store.engine import transaction
from kb.store.intents import SearchIntent, add_intents
from search.results import SearchResults

log = logging.getLogger(__name__)

MAX_WAITING = 10_000
"""Searches that wait for a busy record; older ones are dropped beyond it."""

MAX_BATCH = 1_000


class IntentBuffer:
    """Keeps searches in memory until the next flush; nothing unmasked is ever stored."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._waiting: deque[SearchIntent] = deque(maxlen=MAX_WAITING)
        self._flushing = threading.Lock()

    def add(self, results: SearchResults, *, visitor: str, lang: str | None) -> None:
        """Remember one search; an empty one is none."""
        if not results.query:
            return
        first = f"{results.hits[0].type}:{results.hits[0].id}" if results.hits else None
        self._waiting.append(
            SearchIntent(
                text=results.query,
                lang=lang,
                mode=str(results.mode),
                verdict=str(results.verdict),
                confidence=results.confidence,
                first_hit=first,
                visitor=visitor,
                at=utc_now(),
            )
        )

    def flush(self) -> int:
        """Store what waits, in one transaction, and return how many; kept while busy."""
        with self._flushing:
            batch: list[SearchIntent] = []
            while self._waiting and len(batch) < MAX_BATCH:
                batch.append(self._waiting.popleft())
            if not batch:
                return 0
            masked = [
                replace(one, text=mask_personal_data(one.text, lang=one.lang).text) for one in batch
            ]
            try:
                with transaction(self._engine) as conn:
                    add_intents(conn, masked)
            except Unavailable as problem:
                log.warning("searches wait to be counted: %s", problem)
                self._waiting.extendleft(reversed(masked))
                return 0
            return len(masked)
