"""The files of a generation: its manifest, their checksums, the pointer to the current one."""

from __future__ import annotations

import fcntl
import hashlib
import json
import logging
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from kb.errors import Conflict, Unavailable

log = logging.getLogger(__name__)

FORMAT = 2
"""Version of the files' layout; another one is rebuilt, never guessed at."""

MANIFEST_FILE = "manifest.json"
SET_ASIDE_FILE = "manifest.json.broken"
"""The manifest of a generation that nobody is to open again."""

OWN_CHECKSUM = "self"
"""Field of the manifest's file: SHA-256 of all others, since no other file vouches for it."""

CURRENT_FILE = "current"
LOCK_FILE = "builder.lock"
CHUNK_BYTES = 1 << 20

KEPT_GENERATIONS = 2
"""The live one, and one for processes that have not moved over yet."""

SAMPLED_FROM_BYTES = 32 << 20
"""Of larger files a serving process reads some blocks: gigabytes would be read at each start."""

SAMPLED_BLOCKS = 64
SAMPLED_BLOCK_BYTES = 64 << 10


class IndexBroken(Unavailable):
    """A generation is torn, tampered with or of another format: it is never served."""


class IndexMissing(Unavailable):
    """There is no whole generation: the index must be built."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation says of itself.

    `vectors` and `passages` count the vectors of wordings and of passages. `files` maps names
    to (bytes, sha256), `samples` those of large files to the sha256 of some of their blocks.
    """

    format: int
    incarnation: str
    seq: int
    fingerprint: str
    documents: int
    phrasings: int
    vectors: int
    passages: int
    files: Mapping[str, tuple[int, str]]
    samples: Mapping[str, str]


def read_manifest(folder: Path) -> Manifest:
    """Read a generation's manifest; raises IndexBroken where it is missing or unreadable."""
    try:
        fields = json.loads((folder / MANIFEST_FILE).read_text(encoding="utf-8"))
        if fields["format"] != FORMAT:
            raise IndexBroken(f"index {folder} has format {fields['format']}, not {FORMAT}")
        if fields.pop(OWN_CHECKSUM) != _text_checksum(_as_text(fields)):
            raise IndexBroken(f"the manifest of index {folder} was changed: it will be rebuilt")
        files = {name: (size, checksum) for name, (size, checksum) in fields["files"].items()}
        return Manifest(**{**fields, "files": files})
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as problem:
        raise IndexBroken(f"index {folder} has no readable manifest: {problem}") from problem


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the manifest and sync it with its folder."""
    path = folder / MANIFEST_FILE
    fields = asdict(manifest)
    own = _text_checksum(_as_text(fields))
    path.write_text(_as_text({OWN_CHECKSUM: own, **fields}), encoding="utf-8")
    sync(path)
    sync(folder)


def set_aside(folder: Path) -> None:
    """Take a generation's manifest away, so that no process opens it and a new one is due."""
    try:
        (folder / MANIFEST_FILE).rename(folder / SET_ASIDE_FILE)
    except OSError as problem:
        # Gone already, or a process that may only read: the worker looks closely itself.
        log.warning("index %s cannot be set aside: %s", folder, problem)


def check_files(folder: Path, manifest: Manifest, *, sampled: bool) -> None:
    """Compare the files with the manifest; raises IndexBroken for one that differs.

    Sizes always and every byte of small files; every byte of large ones, too, unless `sampled`:
    then their first and last block and some between.
    """
    for name, (size, checksum) in manifest.files.items():
        path = folder / name
        try:
            whole = path.is_file() and path.stat().st_size == size
            if whole and sampled and name in manifest.samples:
                whole = sample_checksum(path) == manifest.samples[name]
            elif whole:
                whole = file_checksum(path) == checksum
        except OSError as problem:
            raise IndexBroken(f"index file {path} cannot be read: {problem.strerror}") from problem
        if not whole:
            raise IndexBroken(f"index file {path} is torn or was changed: it will be rebuilt")


def file_checksum(path: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def sample_checksum(path: Path) -> str:
    """SHA-256 of blocks from all over a large file, hexadecimal."""
    digest = hashlib.sha256()
    last = path.stat().st_size - SAMPLED_BLOCK_BYTES
    with path.open("rb") as file:
        for number in range(SAMPLED_BLOCKS):
            file.seek(last * number // (SAMPLED_BLOCKS - 1))
            digest.update(file.read(SAMPLED_BLOCK_BYTES))
    return digest.hexdigest()


def find_current_name(index_dir: Path) -> str | None:
    """The name that the pointer holds; None where there is no pointer or it holds no name."""
    try:
        name = (index_dir / CURRENT_FILE).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return None
    return name if name.isdecimal() else None


def point_at(index_dir: Path, name: str) -> None:
    """Make a generation the current one, in one step."""
    beside = index_dir / f"{CURRENT_FILE}.new"
    beside.write_text(name, encoding="utf-8")
    sync(beside)
    pointer = index_dir / CURRENT_FILE
    if pointer.is_dir():
        shutil.rmtree(pointer)
    beside.replace(pointer)
    sync(index_dir)


def next_name(index_dir: Path) -> str:
    """The name of the generation that is built next."""
    return f"{max((int(name) for name in _generation_names(index_dir)), default=0) + 1:08d}"


def _generation_names(index_dir: Path) -> list[str]:
    if not index_dir.is_dir():
        return []
    names = (path.name for path in index_dir.iterdir() if path.is_dir())
    return sorted(name for name in names if name.isdecimal())


def names_to_try(index_dir: Path) -> list[str]:
    """The generations there are: the current one, then the others, the newest first."""
    newest_first = _generation_names(index_dir)[::-1]
    current = find_current_name(index_dir)
    if current in newest_first:
        newest_first.remove(current)
        return [current, *newest_first]
    return newest_first


def remove_old(index_dir: Path, *, current: str) -> None:
    """Remove all generations but the last few; one without a manifest serves nobody."""
    others = [name for name in _generation_names(index_dir) if name != current]
    others.sort(key=lambda name: ((index_dir / name / MANIFEST_FILE).is_file(), name))
    for name in others[: max(0, len(others) - (KEPT_GENERATIONS - 1))]:
        shutil.rmtree(index_dir / name)


@contextmanager
def one_builder(index_dir: Path) -> Iterator[None]:
    """Hold the right to build; raises Conflict while another process has it."""
    with (index_dir / LOCK_FILE).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as busy:
            raise Conflict(f"another process is building the index in {index_dir}") from busy
        yield


@contextmanager
def failures_told(index_dir: Path) -> Iterator[None]:
    """Raise Unavailable for what the system refuses while an index is written."""
    try:
        yield
    except OSError as problem:
        raise Unavailable(f"the index in {index_dir} cannot be written: {problem}") from problem


def sync(path: Path) -> None:
    """Have the system write a file or folder to its disk now."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _as_text(fields: Mapping[str, object]) -> str:
    return json.dumps(fields, indent=1)


def _text_checksum(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
