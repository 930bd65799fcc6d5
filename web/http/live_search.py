"""Keeps a serving process's searcher and suggestions at the record's newest state."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from indexer.encoder import OnnxEncoder
from kb.access import Viewer
from kb.errors import KbError
from kb.settings import Settings
from search.build import find_manifest
from search.documents import Document
from search.generation import find_current_name
from search.index import IndexFollower, IndexSnapshot
from search.searcher import Searcher
from search.suggest import Suggester, Suggestion
from web.composition import find_encoder, open_search
from web.http.intents import IntentBuffer

log = logging.getLogger(__name__)

REFRESH_S = 0.2
FLUSH_S = 1.0
ENCODER_RETRY_S = 3.0
"""How often a process without a model looks whether the worker has exported it."""

SUGGEST_LOAD = 0.1
"""Share of time that rebuilding suggestions may take while much is published."""


class LiveSearch:
    """The searcher and the suggester of this moment; one thread of its own keeps them fresh."""

    def __init__(self, settings: Settings, engine: Engine, intents: IntentBuffer) -> None:
        self._settings = settings
        self._engine = engine
        self._intents = intents
        self._encoder: OnnxEncoder | None
        self._follower: IndexFollower
        self._searcher: Searcher
        self._generation: str | None
        self._current: str | None
        self._reopen(find_encoder(settings))
        self._suggester: Suggester | None = None
        self._suggested: IndexSnapshot | None = None
        self._suggest_from = 0.0
        self._encoder_from = time.monotonic() + ENCODER_RETRY_S
        self._flush_from = 0.0
        self._record_lost = False
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="live search", daemon=True)
        self._renew_suggester()

    @property
    def searcher(self) -> Searcher:
        """The searcher of this moment."""
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
        """Titles and shown wordings that fit what was typed, of what the viewer may read."""
        suggester = self._suggester
        if suggester is None:
            return []
        return suggester.suggest(typed, audiences=viewer.audiences, limit=limit)

    def start(self) -> None:
        """Begin to follow the record."""
        self._thread.start()

    def stop(self) -> None:
        """Stop following and store the searches that still wait."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()
        self._intents.flush()

    def refresh(self) -> None:
        """Follow the record and the index one step."""
        if find_current_name(self._settings.index_dir) != self._current:
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
        if self._follower.snapshot is not self._suggested and now >= self._suggest_from:
            self._renew_suggester()
        if now >= self._flush_from:
            self._flush_from = now + FLUSH_S
            self._intents.flush()

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
        self._generation = _generation(parts.follower.snapshot)

    def _fitting_encoder(self) -> OnnxEncoder | None:
        """The encoder of the index as it is now; the open one where it is that."""
        manifest = find_manifest(self._settings.index_dir)
        wanted = manifest.fingerprint if manifest is not None else None
        if self._encoder is not None and self._encoder.fingerprint == wanted:
            return self._encoder
        return find_encoder(self._settings)

    def _renew_suggester(self) -> None:
        started = time.monotonic()
        snapshot = self._follower.snapshot
        self._suggester = None if snapshot is None else Suggester.build(_documents(snapshot))
        self._suggested = snapshot
        ended = time.monotonic()
        self._suggest_from = ended + (ended - started) / SUGGEST_LOAD


def _generation(snapshot: IndexSnapshot | None) -> str | None:
    return None if snapshot is None else snapshot.generation


def _documents(snapshot: IndexSnapshot) -> Iterator[Document]:
    """Yield every document that still holds."""
    for part in snapshot.parts:
        size = len(part.segment.metadata)
        rows: Any = np.arange(size) if part.alive is None else np.flatnonzero(part.alive)
        for row in rows.tolist():
            yield part.segment.lexical.document(row)
