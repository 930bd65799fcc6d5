"""The live index: a generation plus what changed since, followed without ever locking a search."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kb.access import PUBLIC, Viewer, may_edit
from search.delta import Delta, Record, alive_rows, follow
from search.generation import (
    Generation,
    IndexMissing,
    Segment,
    find_current_name,
    open_current,
)
from search.meaning.looking import Scope
from search.metadata import ABSENT
from search.results import Filters
from search.wording.expansion import Wording
from search.wording.synonyms import NO_SYNONYMS, Synonyms
from search.wording.vocabulary import TermVocabulary

log = logging.getLogger(__name__)

DELTA_LIMIT = 500
"""Changed documents above which a new generation is due: a delta is rebuilt at each change."""

CACHED_MASKS = 64
"""Pairs of audiences and filters whose allowed rows are kept: a byte a document, and one a
phrasing where an index searches them."""

CACHED_WORDINGS = 16
"""Sets of readable languages whose wordings of queries are kept, a megabyte each at most."""

NOT_READ = ""
"""Stands for a pointer that was never looked at."""

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
    synonyms: Synonyms = field(default=NO_SYNONYMS, repr=False, compare=False)
    _wordings: dict[tuple[str, ...], Wording] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    _vocabularies: list[TermVocabulary] = field(
        default_factory=list, init=False, repr=False, compare=False
    )
    _values: dict[tuple[str, frozenset[str]], tuple[str, ...]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
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

    def audiences_of(self, viewer: Viewer) -> frozenset[str]:
        """The audiences whose documents the viewer may find: all there are, for who may edit."""
        if not may_edit(viewer):
            return viewer.audiences
        held = (part.segment.metadata.values["audience"] for part in self.parts)
        return viewer.audiences.union(*held)

    @property
    def documents(self) -> int:
        """How many documents the statistics are of."""
        return sum(part.segment.lexical.counted for part in self._counted_parts)

    def wording(self, audiences: frozenset[str]) -> Wording:
        """What queries of these readers ask of this index in other words.

        Made once for each set of languages that they may read. The words that are known are
        those of the public documents, whoever asks: a word that stands in hidden ones alone
        must look to others like one that stands nowhere.
        """
        langs = self.readable("lang", audiences)
        found = self._wordings.get(langs)
        if found is None:
            synonyms = self.synonyms.among(langs)
            found = Wording(self._vocabulary(), langs=langs, synonyms=synonyms)
            if len(self._wordings) >= CACHED_WORDINGS:
                self._wordings.clear()
            self._wordings[langs] = found
        return found

    def readable(self, column: str, audiences: frozenset[str]) -> tuple[str, ...]:
        """The values of a column of `Metadata` among what these audiences may read now.

        The most frequent first, equal ones by name.
        """
        found = self._values.get((column, audiences))
        if found is None:
            found = self._count_readable(column, audiences)
            if len(self._values) >= CACHED_MASKS:
                self._values.clear()
            self._values[column, audiences] = found
        return found

    def langs(self) -> frozenset[str]:
        """The languages of which there are documents, hidden ones included."""
        return frozenset(
            lang for part in self.parts for lang in part.segment.metadata.values["lang"]
        )

    @property
    def _counted_parts(self) -> tuple[Part, ...]:
        """The parts with public documents; all where none has any."""
        public = tuple(
            part for part in self.parts if PUBLIC in part.segment.metadata.values["audience"]
        )
        return public or self.parts

    def _vocabulary(self) -> Sequence[TermVocabulary]:
        if not self._vocabularies:
            self._vocabularies.extend(
                part.segment.lexical.spelt_terms for part in self._counted_parts
            )
        return tuple(self._vocabularies)

    def _count_readable(self, column: str, audiences: frozenset[str]) -> tuple[str, ...]:
        counts: Counter[str] = Counter()
        for part, allowed in zip(self.parts, self.allowed(audiences, Filters()), strict=True):
            codes = part.segment.metadata.codes[column][allowed]
            values = part.segment.metadata.values[column]
            numbers = np.bincount(codes[codes != ABSENT], minlength=len(values)).tolist()
            counts.update(dict(zip(values, numbers, strict=True)))
        ordered = sorted((+counts).items(), key=lambda each: (-each[1], each[0]))
        return tuple(value for value, _ in ordered)


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
        self._pointer: str | None = NOT_READ
        self._delta = Delta(seq=0)
        self._snapshot: IndexSnapshot | None = None
        self._synonyms: tuple[object, Synonyms] = (None, NO_SYNONYMS)

    @property
    def snapshot(self) -> IndexSnapshot | None:
        """The index as of the last refresh; None while there is none that fits the record."""
        return self._snapshot

    def refresh(self) -> bool:
        """Follow the record and the pointer to the current generation.

        Returns whether the snapshot is another one now. A generation of another incarnation
        is not served. Where the pointer is lost, the newest whole generation is.
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
        if pointer == self._pointer:
            return
        # Remembered first: a broken generation is looked at once, not five times a second.
        self._pointer = pointer
        try:
            opened = open_current(self._index_dir)
        except IndexMissing as problem:
            log.warning("%s", problem)
            return
        if self._generation is None or opened.manifest != self._generation.manifest:
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
        snapshot = make_snapshot(generation, delta)
        self._snapshot = replace(snapshot, synonyms=self._ready_synonyms(snapshot, delta))

    def _ready_synonyms(self, snapshot: IndexSnapshot, delta: Delta) -> Synonyms:
        """The delta's synonyms for the languages of the index, made anew only when they changed."""
        made_of = (delta.synonyms, tuple(sorted(snapshot.langs())))
        if self._synonyms[0] != made_of:
            ready = Synonyms(delta.synonyms or (), langs=made_of[1])
            self._synonyms = (made_of, ready)
        return self._synonyms[1]


def make_snapshot(generation: Generation, delta: Delta) -> IndexSnapshot:
    """Put a generation and a delta together, without synonyms."""
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
    return Scope(mask if part.alive is None else mask & part.alive)
