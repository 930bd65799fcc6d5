"""Keeps a serving process's searcher and suggestions at the record's newest state."""

from __future__ import annotations

import logging
import threading
import time
from contextlib import suppress

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from indexer.encoder import OnnxEncoder
from kb.access import Viewer
from kb.errors import KbError, Unavailable
from kb.settings import Settings
from kb.store import jobs
from kb.store.engine import transaction
from search.build import find_manifest
from search.generation import find_current_name, set_aside_if_broken
from search.index import IndexFollower, IndexSnapshot
from search.searcher import Searcher
from search.suggest import Suggestion
from web.composition import find_encoder, open_search, renewed_search
from web.http.searching.guarded import GuardedSearch
from web.http.searching.intents import IntentBuffer
from web.http.searching.suggestions import LiveSuggestions
from web.stored_calibrations import newest_id

log = logging.getLogger(__name__)

REFRESH_S = 0.2
FLUSH_S = 1.0
ENCODER_RETRY_S = 3.0
"""How often a process without a model looks whether the worker has exported it."""

CALIBRATION_S = 1.0
"""How often a process looks whether the search learned to rank otherwise."""

DISTRUST_S = 10.0
"""How often files that failed a search are read in full: gigabytes, in a large store."""


class LiveSearch:
    """The searcher and the suggestions of this moment; a thread of its own keeps them fresh."""

    def __init__(self, settings: Settings, engine: Engine, intents: IntentBuffer) -> None:
        self._settings = settings
        self._engine = engine
        self._intents = intents
        self._encoder: OnnxEncoder | None
        self._follower: IndexFollower
        self._searcher: Searcher
        self._generation: str | None
        self._calibration_id: int
        self._current: str | None
        self._opening = threading.RLock()
        self._guarded = GuardedSearch(self)
        self._trusted_to = 0.0
        self._reopen(find_encoder(settings))
        self._suggestions = LiveSuggestions(engine, self._follower.snapshot)
        self._encoder_from = time.monotonic() + ENCODER_RETRY_S
        self._flush_from = 0.0
        self._calibration_from = 0.0
        self._record_lost = False
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="live search", daemon=True)

    @property
    def searcher(self) -> GuardedSearch:
        """The search that serves readers, whatever becomes of the files."""
        return self._guarded

    @property
    def opened(self) -> Searcher:
        """The searcher over the index that is open now."""
        return self._searcher

    @property
    def snapshot(self) -> IndexSnapshot | None:
        """The index as it is served now."""
        return self._follower.snapshot

    def degraded(self) -> list[str]:
        """What is missing now: "model", "index", "record"."""
        snapshot = self._follower.snapshot
        missing = []
        if self._encoder is None or (
            snapshot is not None and snapshot.fingerprint != self._encoder.fingerprint
        ):
            missing.append("model")
        if snapshot is None:
            missing.append("index")
        if self._record_lost:
            missing.append("record")
        return missing

    def suggest(self, typed: str, *, viewer: Viewer, limit: int) -> list[Suggestion]:
        """What fits what was typed, of what the viewer may read; what is popular for nothing."""
        return self._suggestions.suggest(typed, viewer=viewer, limit=limit)

    def popular_searches(self, *, viewer: Viewer, limit: int) -> list[Suggestion]:
        """What at least five people looked for lately, with an answer the viewer may read."""
        return self._suggestions.popular_searches(viewer=viewer, limit=limit)

    @property
    def read_most(self) -> tuple[int, ...]:
        """The entries that at least five people opened lately, most read first."""
        return self._suggestions.read_most

    def count_popular(self) -> None:
        """Count anew what readers open and look for, instead of in some minutes."""
        self._suggestions.count_popular()

    def distrust(self, searcher: Searcher, problem: Exception) -> bool:
        """Read the files of the index of a searcher that failed; a broken one is left at once.

        The newest whole generation is opened, and the worker asked for a new one. Returns
        whether another searcher than this one is open now.
        """
        with self._opening:
            if self._searcher is not searcher:
                return True
            serving = _generation(self._follower.snapshot)
            if serving is None or time.monotonic() < self._trusted_to:
                return False
            log.warning("index %s fails a search: %s", serving, problem)
            is_broken = set_aside_if_broken(self._settings.index_dir / serving)
            if not is_broken:
                self._trusted_to = time.monotonic() + DISTRUST_S
                if not isinstance(problem, Unavailable):
                    return False
            # A busy record does not take the job; then the next sweep finds the damage.
            with suppress(Unavailable), transaction(self._engine) as conn:
                jobs.enqueue(conn, "index", {"thorough": True})
            self._reopen(self._fitting_encoder())
            return True

    def start(self) -> None:
        """Begin to follow the record."""
        self._thread.start()

    def stop(self) -> None:
        """Stop following and store the searches that still wait."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()
        self._suggestions.stop()
        self._intents.flush()

    def refresh(self) -> None:
        """Follow the record and the index one step."""
        with self._opening:
            self._follow()
        try:
            self._suggestions.follow(self._follower.snapshot)
        except Unavailable as problem:
            self.distrust(self._searcher, problem)
        now = time.monotonic()
        if now >= self._flush_from:
            self._flush_from = now + FLUSH_S
            self._intents.flush()

    def _follow(self) -> None:
        current = find_current_name(self._settings.index_dir)
        # A pointer that is lost is no news: what is open serves, or what else is whole.
        if current is not None and current != self._current:
            # The worker may have calibrated anew, or embedded with another model, before it
            # built. What was open serves until all of the new is.
            self._reopen(self._fitting_encoder())
        self._follower.refresh()
        now = time.monotonic()
        if self._encoder is None and now >= self._encoder_from:
            self._encoder_from = now + ENCODER_RETRY_S
            encoder = find_encoder(self._settings)
            if encoder is not None:
                self._reopen(encoder)
        if _generation(self._follower.snapshot) != self._generation:
            self._reopen(self._fitting_encoder())
        if now >= self._calibration_from:
            self._calibration_from = now + CALIBRATION_S
            self._take_up_calibration()

    def _run(self) -> None:
        while not self._stop.wait(REFRESH_S):
            try:
                self.refresh()
                self._record_lost = False
            except (KbError, SQLAlchemyError, OSError) as problem:
                # What is in memory is served on; the next step tries again.
                if not self._record_lost:
                    log.warning("the index is not followed for now: %s", problem)
                self._record_lost = True

    def _reopen(self, encoder: OnnxEncoder | None) -> None:
        current = find_current_name(self._settings.index_dir)
        parts = open_search(self._settings, self._engine, encoder)
        self._current = current
        self._encoder = encoder
        self._follower = parts.follower
        self._searcher = parts.searcher
        self._calibration_id = parts.calibration_id
        self._generation = _generation(parts.follower.snapshot)

    def _take_up_calibration(self) -> None:
        """Search with what the worker learned meanwhile, over the index that is open."""
        if newest_id(self._engine) == self._calibration_id:
            return
        parts = renewed_search(self._settings, self._engine, self._encoder, self._follower)
        self._searcher, self._calibration_id = parts.searcher, parts.calibration_id

    def _fitting_encoder(self) -> OnnxEncoder | None:
        """The encoder of the index as it is now; the open one where it is that."""
        manifest = find_manifest(self._settings.index_dir)
        wanted = manifest.fingerprint if manifest is not None else None
        if self._encoder is not None and self._encoder.fingerprint == wanted:
            return self._encoder
        return find_encoder(self._settings)


def _generation(snapshot: IndexSnapshot | None) -> str | None:
    return None if snapshot is None else snapshot.generation
