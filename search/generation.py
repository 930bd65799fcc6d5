"""Generations of the index on disk: built beside the live one, checked, then swapped in."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from kb.access import PUBLIC
from kb.errors import Unavailable
from search.documents import Document
from search.generation_files import (
    CURRENT_FILE,
    FORMAT,
    MANIFEST_FILE,
    SAMPLED_FROM_BYTES,
    IndexBroken,
    IndexMissing,
    Manifest,
    check_files,
    failures_told,
    file_checksum,
    find_current_name,
    names_to_try,
    next_name,
    one_builder,
    point_at,
    read_manifest,
    remove_old,
    sample_checksum,
    set_aside,
    sync,
    write_manifest,
)
from search.lexical.index import LexicalIndex
from search.meaning.crowding import Crowding, crowding_of
from search.meaning.nearness import Nearness
from search.meaning.vectors import PASSAGE_FILES, PHRASING_FILES, DocumentVectors
from search.meaning.writing import EXACT_VECTORS, TextHashes, VectorSource, write_vectors
from search.metadata import Metadata

__all__ = [
    "CURRENT_FILE",
    "MANIFEST_FILE",
    "Generation",
    "IndexBroken",
    "IndexMissing",
    "Manifest",
    "RecordState",
    "Segment",
    "VectorSource",
    "build_generation",
    "find_current_name",
    "make_segment",
    "open_current",
    "open_generation",
    "read_manifest",
    "set_aside_if_broken",
]

log = logging.getLogger(__name__)

LEXICAL_FILE = "lexical.sqlite3"
CROWDING_FILE = "crowding.npy"
BUILDING_PREFIX = ".building-"


@dataclass(frozen=True, slots=True)
class RecordState:
    """Which state of the record an index holds: all changes up to `seq` of one incarnation."""

    incarnation: str
    seq: int
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Segment:
    """Documents made searchable; the same row means the same document in all four parts.

    `meaning` has the vectors of their wordings and `passages` those of their answers;
    `crowding` (n,) says how near each document is to others (`search.meaning.crowding`).
    """

    lexical: LexicalIndex
    meaning: DocumentVectors
    passages: DocumentVectors
    metadata: Metadata
    crowding: Crowding

    def nearness(self) -> Nearness:
        """What is near a query in meaning."""
        return Nearness(self.meaning, self.passages, self.metadata.codes["lang"])


@dataclass(frozen=True, slots=True)
class Generation:
    """One whole index on disk, opened read-only and memory-mapped."""

    name: str
    manifest: Manifest
    segment: Segment


def build_generation(
    index_dir: Path,
    *,
    documents: Iterable[Document],
    vectors: VectorSource,
    state: RecordState,
    exact_vectors: int = EXACT_VECTORS,
) -> Path:
    """Write a new generation, make it the current one and return its folder.

    Documents are read once and never held together. Above `exact_vectors` vectors it holds an
    index of them. Nothing of it can be seen before it is complete, synced and checked. Raises
    Conflict while another process of this machine builds, IndexBroken if the check fails, and
    Unavailable where it cannot be written (disk full); nothing is left of it then.
    """
    with failures_told(index_dir):
        index_dir.mkdir(parents=True, exist_ok=True)
        with one_builder(index_dir):
            return _build(index_dir, documents, vectors, state, exact=exact_vectors)


def _build(
    index_dir: Path,
    documents: Iterable[Document],
    vectors: VectorSource,
    state: RecordState,
    *,
    exact: int,
) -> Path:
    for left_over in index_dir.glob(f"{BUILDING_PREFIX}*"):
        shutil.rmtree(left_over)
    name = next_name(index_dir)
    building = index_dir / f"{BUILDING_PREFIX}{name}"
    building.mkdir()
    try:
        _write(building, documents, vectors, state, exact=exact)
        open_generation(building)
        folder = building.rename(index_dir / name)
    finally:
        # A disk that is full is not to stay so because of what could not be finished.
        shutil.rmtree(building, ignore_errors=True)
    sync(index_dir)
    point_at(index_dir, name)
    remove_old(index_dir, current=name)
    return folder


def open_generation(folder: Path, *, sampled: bool = False) -> Generation:
    """Open a generation after checking it; raises IndexBroken for one that is not whole.

    `sampled` reads of large files only some blocks.
    """
    manifest = read_manifest(folder)
    check_files(folder, manifest, sampled=sampled)
    try:
        segment = _open_segment(folder)
    except (Unavailable, OSError, ValueError, KeyError) as problem:
        # Whole and still not readable: another version of this program wrote it.
        raise IndexBroken(f"{problem}: it will be rebuilt") from problem
    _check_counts(folder, manifest, segment)
    return Generation(folder.name, manifest, segment)


def _open_segment(folder: Path) -> Segment:
    return Segment(
        lexical=LexicalIndex.open(folder / LEXICAL_FILE),
        meaning=DocumentVectors.open(folder, PHRASING_FILES),
        passages=DocumentVectors.open(folder, PASSAGE_FILES),
        metadata=Metadata.open(folder),
        crowding=np.asarray(np.load(folder / CROWDING_FILE, mmap_mode="r", allow_pickle=False)),
    )


def set_aside_if_broken(folder: Path) -> bool:
    """Read all of a generation; one that is broken is never opened again, by any process."""
    try:
        open_generation(folder)
    except IndexBroken as problem:
        log.warning("%s", problem)
        set_aside(folder)
        return True
    return False


def open_current(index_dir: Path) -> Generation:
    """Open the current generation for serving, or else the newest whole one.

    Large files were read by whoever built them, and are by `kb check`: here blocks of them are.
    Raises IndexMissing where there is none.
    """
    for name in names_to_try(index_dir):
        try:
            return open_generation(index_dir / name, sampled=True)
        except IndexBroken as problem:
            log.warning("%s", problem)
    raise IndexMissing(f"there is no search index in {index_dir}: run kb index")


def make_segment(documents: Sequence[Document], vectors: VectorSource) -> Segment:
    """Make documents searchable in memory."""
    wordings = [document.phrasing_hashes for document in documents]
    passages = [document.passage_hashes for document in documents]
    every = dict.fromkeys(key for keys in (*wordings, *passages) for key in keys)
    known = vectors(list(every))
    meaning, metadata = DocumentVectors.of(wordings, known), Metadata.of(documents)
    return Segment(
        lexical=LexicalIndex.in_memory(documents),
        meaning=meaning,
        passages=DocumentVectors.of(passages, known),
        metadata=metadata,
        crowding=_crowding(meaning, metadata),
    )


class _Passing:
    """Documents on their way into the index file, and what the other files need of them."""

    def __init__(self, documents: Iterable[Document]) -> None:
        self._documents = documents
        self.bare: list[Document] = []
        self.wordings = TextHashes()
        self.passages = TextHashes()

    def __iter__(self) -> Iterator[Document]:
        for document in self._documents:
            self.wordings.add(document.phrasing_hashes)
            self.passages.add(document.passage_hashes)
            self.bare.append(replace(document, title="", answer="", url="", phrasings=()))
            yield document


def _write(
    folder: Path,
    documents: Iterable[Document],
    vectors: VectorSource,
    state: RecordState,
    *,
    exact: int,
) -> None:
    passing = _Passing(documents)
    LexicalIndex.build(folder / LEXICAL_FILE, passing)
    metadata = Metadata.of(passing.bare)
    metadata.save(folder)
    wordings = write_vectors(folder, PHRASING_FILES, passing.wordings, vectors, exact=exact)
    passages = write_vectors(folder, PASSAGE_FILES, passing.passages, vectors, exact=exact)
    meaning = DocumentVectors.open(folder, PHRASING_FILES)
    np.save(folder / CROWDING_FILE, _crowding(meaning, metadata))
    paths = sorted(folder.iterdir())
    for path in paths:
        sync(path)
    large = [path for path in paths if path.stat().st_size >= SAMPLED_FROM_BYTES]
    manifest = Manifest(
        format=FORMAT,
        incarnation=state.incarnation,
        seq=state.seq,
        fingerprint=state.fingerprint,
        documents=len(passing.bare),
        phrasings=len(passing.wordings),
        vectors=wordings,
        passages=passages,
        files={path.name: (path.stat().st_size, file_checksum(path)) for path in paths},
        samples={path.name: sample_checksum(path) for path in large},
    )
    write_manifest(folder, manifest)


def _crowding(meaning: DocumentVectors, metadata: Metadata) -> Crowding:
    return crowding_of(meaning, metadata.codes["lang"], metadata.readable({PUBLIC}))


def _check_counts(folder: Path, manifest: Manifest, segment: Segment) -> None:
    meaning, passages = segment.meaning, segment.passages
    counts = (len(segment.lexical), len(segment.metadata), len(meaning), len(passages))
    expected = (manifest.documents, manifest.documents, manifest.vectors, manifest.passages)
    if counts != expected:
        raise IndexBroken(f"index {folder} holds {counts} rows, its manifest says {expected}")
    for held in (meaning, passages):
        there = len(held.vectors) if held.index is None else len(held.index)
        if there != len(held):
            raise IndexBroken(f"index {folder} searches {there} of {len(held)} vectors")
