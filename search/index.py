"""The live index: a generation plus what changed since, followed without ever locking a search."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from search.delta import Delta, Record, alive_rows, follow
from search.generation import (
    Generation,
    IndexMissing,
    Segment,
    find_current_name,
    open_current,
)
from search.meaning import Scope
from search.results import Filters

log = logging.getLogger(__name__)

DELTA_LIMIT = 500
"""Changed documents above which a new generation is due: a delta is rebuilt at each change."""

CACHED_MASKS = 64
"""Pairs of audiences and filters whose allowed rows are kept: a byte a document, and one a
phrasing where an index searches them."""

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Part:
    """One segment of the index and which of its rows still hold (None: all)."""

    segment: Segment
    alive: Mask | None


@dataclass(frozen=True, slots=True)
class IndexSnapshot:
    """The index at one moment; it never changes, so that a search sees one state throughout."""

    generation: str
    incarnation: str
    seq: int
    fingerprint: str
    parts: tuple[Part, ...]
    _scopes: dict[tuple[frozenset[str], Filters], tuple[Scope, ...]] = field(
        default_factory=dict, repr=False, compare=False
    )

    def allowed(self, audiences: frozenset[str], filters: Filters) -> tuple[Mask, ...]:
        """Which rows of each part may be found: alive, readable and passing the filters."""
        return tuple(scope.documents for scope in self.scopes(audiences, filters))

    def scopes(self, audiences: frozenset[str], filters: Filters) -> tuple[Scope, ...]:
        """The same with the vectors of these rows; equal questions get the same objects."""
        key = (audiences, filters)
        found = self._scopes.get(key)
        if found is None:
            found = tuple(_scope(part, audiences, filters) for part in self.parts)
            if len(self._scopes) >= CACHED_MASKS:
                self._scopes.clear()
            self._scopes[key] = found
        return found

    def langs(self) -> frozenset[str]:
        """The languages of which there are documents."""
        return frozenset(
            lang for part in self.parts for lang in part.segment.metadata.values["lang"]
        )


class IndexFollower:
    """Keeps the newest snapshot of an index folder and its record.

    `refresh` is called every fifth of a second by one thread; any number of others read
    `snapshot` meanwhile.
    """

    def __init__(self, index_dir: Path, record: Record) -> None:
        self._index_dir = index_dir
        self._record = record
        self._refreshing = threading.Lock()
        self._generation: Generation | None = None
        self._pointer: str | None = None
        self._delta = Delta(seq=0)
        self._snapshot: IndexSnapshot | None = None

    @property
    def snapshot(self) -> IndexSnapshot | None:
        """The index as of the last refresh; None while there is none that fits the record."""
        return self._snapshot

    def refresh(self) -> bool:
        """Follow the record and the pointer to the current generation.

        Returns whether the snapshot is another one now. A generation of another incarnation
        is not served.
        """
        with self._refreshing:
            before = self._snapshot
            self._follow_pointer()
            if self._generation is None or not self._fits(self._generation):
                self._snapshot = None
            else:
                self._follow_record(self._generation)
            return self._snapshot is not before

    def needs_build(self, *, fingerprint: str | None = None) -> bool:
        """Whether a new generation is due: none fits, another model, or too much changed."""
        snapshot = self._snapshot
        if snapshot is None or find_current_name(self._index_dir) != snapshot.generation:
            return True
        other_model = fingerprint is not None and fingerprint != snapshot.fingerprint
        return other_model or len(self._delta.changed) > DELTA_LIMIT

    def _follow_pointer(self) -> None:
        pointer = find_current_name(self._index_dir)
        if pointer is None or pointer == self._pointer:
            return
        # Remembered first: a broken generation is looked at once, not five times a second.
        self._pointer = pointer
        try:
            opened = open_current(self._index_dir)
        except IndexMissing as problem:
            log.warning("%s", problem)
            return
        if self._generation is None or opened.name != self._generation.name:
            self._generation = opened
            self._delta = Delta(seq=opened.manifest.seq)
            self._snapshot = None
            log.info("serving index generation %s", opened.name)

    def _fits(self, generation: Generation) -> bool:
        return generation.manifest.incarnation == self._record.incarnation()

    def _follow_record(self, generation: Generation) -> None:
        manifest = generation.manifest
        delta = follow(self._delta, self._record, fingerprint=manifest.fingerprint)
        if delta is self._delta and self._snapshot is not None:
            return
        self._delta = delta
        self._snapshot = make_snapshot(generation, delta)


def make_snapshot(generation: Generation, delta: Delta) -> IndexSnapshot:
    """Put a generation and a delta together."""
    alive = alive_rows(generation.segment.metadata, delta.changed)
    parts = [Part(generation.segment, alive)]
    if delta.segment is not None:
        parts.append(Part(delta.segment, None))
    return IndexSnapshot(
        generation=generation.name,
        incarnation=generation.manifest.incarnation,
        seq=delta.seq,
        fingerprint=generation.manifest.fingerprint,
        parts=tuple(parts),
    )


def snapshot_of(segment: Segment, *, fingerprint: str) -> IndexSnapshot:
    """A snapshot of documents that are only in memory, for evaluation."""
    return IndexSnapshot("", "", 0, fingerprint, (Part(segment, None),))


def _scope(part: Part, audiences: frozenset[str], filters: Filters) -> Scope:
    metadata = part.segment.metadata
    mask = metadata.readable(audiences) & metadata.matching(filters)
    return part.segment.meaning.scope(mask if part.alive is None else mask & part.alive)
