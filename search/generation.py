"""Generations of the index on disk: built beside the live one, checked, then swapped in."""

from __future__ import annotations

import fcntl
import hashlib
import json
import logging
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kb.errors import Conflict, Unavailable
from search.documents import Document
from search.lexical import LexicalIndex
from search.meaning import EXACT_PHRASINGS, PhrasingVectors
from search.metadata import Metadata

log = logging.getLogger(__name__)

FORMAT = 1
"""Version of the files' layout; another one is rebuilt, never guessed at."""

KEPT_GENERATIONS = 2
"""The live one, and one for processes that have not moved over yet."""

LEXICAL_FILE = "lexical.sqlite3"
MANIFEST_FILE = "manifest.json"
CURRENT_FILE = "current"
LOCK_FILE = "builder.lock"
BUILDING_PREFIX = ".building-"
CHUNK_BYTES = 1 << 20

VectorSource = Callable[[Sequence[str]], Mapping[str, NDArray[np.float32]]]
"""Gives the stored vectors of text hashes; a hash without one is left out."""


class IndexBroken(Unavailable):
    """A generation is torn, tampered with or of another format: it is never served."""


class IndexMissing(Unavailable):
    """There is no whole generation: the index must be built."""


@dataclass(frozen=True, slots=True)
class RecordState:
    """Which state of the record an index holds: all changes up to `seq` of one incarnation."""

    incarnation: str
    seq: int
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation says of itself; `files` maps names to (bytes, sha256)."""

    format: int
    incarnation: str
    seq: int
    fingerprint: str
    documents: int
    phrasings: int
    vectors: int
    files: Mapping[str, tuple[int, str]]


@dataclass(frozen=True, slots=True)
class Segment:
    """Documents made searchable; the same row means the same document in all three parts."""

    lexical: LexicalIndex
    meaning: PhrasingVectors
    metadata: Metadata


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
    exact_phrasings: int = EXACT_PHRASINGS,
) -> Path:
    """Write a new generation, make it the current one and return its folder.

    Above `exact_phrasings` vectors it holds an index of them too.
    Nothing of it can be seen before it is complete, synced and checked. Raises Conflict while
    another process of this machine builds, and IndexBroken if the check fails.
    """
    index_dir.mkdir(parents=True, exist_ok=True)
    with _one_builder(index_dir):
        for left_over in index_dir.glob(f"{BUILDING_PREFIX}*"):
            shutil.rmtree(left_over)
        name = _next_name(index_dir)
        building = index_dir / f"{BUILDING_PREFIX}{name}"
        building.mkdir()
        _write(building, list(documents), vectors, state, exact_phrasings=exact_phrasings)
        open_generation(building)
        folder = index_dir / name
        building.rename(folder)
        _sync(index_dir)
        _point_at(index_dir, name)
        _remove_old(index_dir, current=name)
    return folder


def open_generation(folder: Path) -> Generation:
    """Open a generation after checking it; raises IndexBroken for one that is not whole."""
    manifest = read_manifest(folder)
    for name, (size, checksum) in manifest.files.items():
        path = folder / name
        if not path.is_file() or path.stat().st_size != size or _sha256(path) != checksum:
            raise IndexBroken(f"index file {path} is torn or was changed: it will be rebuilt")
    try:
        meaning = PhrasingVectors.open(folder)
    except Unavailable as problem:
        raise IndexBroken(f"{problem}: it will be rebuilt") from problem
    segment = Segment(
        lexical=LexicalIndex.open(folder / LEXICAL_FILE),
        meaning=meaning,
        metadata=Metadata.open(folder),
    )
    _check_counts(folder, manifest, segment)
    return Generation(folder.name, manifest, segment)


def open_current(index_dir: Path) -> Generation:
    """Open the current generation, or else the newest whole one.

    Raises IndexMissing where there is none.
    """
    for name in _names_to_try(index_dir):
        try:
            return open_generation(index_dir / name)
        except IndexBroken as problem:
            log.warning("%s", problem)
    raise IndexMissing(f"there is no search index in {index_dir}: run kb index")


def find_current_name(index_dir: Path) -> str | None:
    """The name that the pointer holds; None where nothing was built yet."""
    try:
        return (index_dir / CURRENT_FILE).read_text(encoding="utf-8").strip() or None
    except FileNotFoundError:
        return None


def read_manifest(folder: Path) -> Manifest:
    """Read a generation's manifest; raises IndexBroken where it is missing or unreadable."""
    try:
        fields = json.loads((folder / MANIFEST_FILE).read_text(encoding="utf-8"))
        if fields["format"] != FORMAT:
            raise IndexBroken(f"index {folder} has format {fields['format']}, not {FORMAT}")
        files = {name: (size, checksum) for name, (size, checksum) in fields["files"].items()}
        return Manifest(**{**fields, "files": files})
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as problem:
        raise IndexBroken(f"index {folder} has no readable manifest: {problem}") from problem


def make_segment(documents: Sequence[Document], vectors: VectorSource) -> Segment:
    """Make documents searchable in memory."""
    return Segment(
        lexical=LexicalIndex.in_memory(documents),
        meaning=PhrasingVectors.of(documents, vectors(_hashes(documents))),
        metadata=Metadata.of(documents),
    )


def _write(
    folder: Path,
    documents: list[Document],
    vectors: VectorSource,
    state: RecordState,
    *,
    exact_phrasings: int,
) -> None:
    LexicalIndex.build(folder / LEXICAL_FILE, documents)
    meaning = PhrasingVectors.of(documents, vectors(_hashes(documents)))
    meaning.save(folder, exact_phrasings=exact_phrasings)
    Metadata.of(documents).save(folder)
    files = {}
    for path in sorted(folder.iterdir()):
        _sync(path)
        files[path.name] = (path.stat().st_size, _sha256(path))
    manifest = Manifest(
        format=FORMAT,
        incarnation=state.incarnation,
        seq=state.seq,
        fingerprint=state.fingerprint,
        documents=len(documents),
        phrasings=sum(len(document.phrasings) for document in documents),
        vectors=len(meaning.vectors),
        files=files,
    )
    path = folder / MANIFEST_FILE
    path.write_text(json.dumps(asdict(manifest), indent=1), encoding="utf-8")
    _sync(path)
    _sync(folder)


def _hashes(documents: Sequence[Document]) -> list[str]:
    found = (phrasing.text_hash for document in documents for phrasing in document.phrasings)
    return list(dict.fromkeys(found))


def _check_counts(folder: Path, manifest: Manifest, segment: Segment) -> None:
    counts = (len(segment.lexical), len(segment.metadata), len(segment.meaning.vectors))
    expected = (manifest.documents, manifest.documents, manifest.vectors)
    if counts != expected:
        raise IndexBroken(f"index {folder} holds {counts} rows, its manifest says {expected}")
    index = segment.meaning.index
    if index is not None and len(index) != manifest.vectors:
        raise IndexBroken(f"index {folder} searches {len(index)} of {manifest.vectors} vectors")


def _next_name(index_dir: Path) -> str:
    return f"{max((int(name) for name in _generation_names(index_dir)), default=0) + 1:08d}"


def _generation_names(index_dir: Path) -> list[str]:
    if not index_dir.is_dir():
        return []
    names = (path.name for path in index_dir.iterdir() if path.is_dir())
    return sorted(name for name in names if name.isdecimal())


def _names_to_try(index_dir: Path) -> list[str]:
    newest_first = _generation_names(index_dir)[::-1]
    current = find_current_name(index_dir)
    if current in newest_first:
        newest_first.remove(current)
        return [current, *newest_first]
    return newest_first


def _remove_old(index_dir: Path, *, current: str) -> None:
    others = [name for name in _generation_names(index_dir) if name != current]
    for name in others[: max(0, len(others) - (KEPT_GENERATIONS - 1))]:
        shutil.rmtree(index_dir / name)


def _point_at(index_dir: Path, name: str) -> None:
    beside = index_dir / f"{CURRENT_FILE}.new"
    beside.write_text(name, encoding="utf-8")
    _sync(beside)
    beside.replace(index_dir / CURRENT_FILE)
    _sync(index_dir)


@contextmanager
def _one_builder(index_dir: Path) -> Iterator[None]:
    with (index_dir / LOCK_FILE).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as busy:
            raise Conflict(f"another process is building the index in {index_dir}") from busy
        yield


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()
