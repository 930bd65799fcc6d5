"""How far the index on disk is behind the record, and when a new generation is due."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine

from kb.store.changes import changes_since
from kb.store.engine import reading
from kb.store.instance import get_incarnation
from search.delta import DOCUMENT_KINDS
from search.generation import (
    MANIFEST_FILE,
    IndexBroken,
    Manifest,
    find_current_name,
    open_generation,
    read_manifest,
)
from search.index import DELTA_LIMIT

MAX_AGE_S = 600.0
"""A delta is served for so long at most, then a generation takes it in."""

MAX_CHANGES = 100_000
"""Changes that a serving process may have to read through when it starts."""


@dataclass(frozen=True, slots=True)
class Staleness:
    """How the current generation differs from the record.

    `unfit`: there is none, or it is of another record or encoder. `documents`: how many
    changed since; `changes`: how many log lines are newer; `age_s`: seconds since it was built.
    """

    unfit: bool
    documents: int = 0
    changes: int = 0
    age_s: float = 0.0

    def differs(self) -> bool:
        """Whether any document is another one now: what `kb index` brings up to date."""
        return self.unfit or self.documents > 0

    def outgrows_delta(self) -> bool:
        """Whether what serving processes keep beside the generation became too much."""
        return (
            self.unfit
            or self.documents > DELTA_LIMIT
            or self.changes > MAX_CHANGES
            or (self.documents > 0 and self.age_s > MAX_AGE_S)
        )


def how_stale(index_dir: Path, engine: Engine, *, fingerprint: str, thorough: bool) -> Staleness:
    """Compare the generation that the pointer names, by its manifest, with the record.

    `thorough` reads its files, too, so that a damaged one counts as none.
    """
    name = find_current_name(index_dir)
    manifest = None if name is None else _find_whole(index_dir / name, thorough)
    if name is None or manifest is None:
        return Staleness(unfit=True)
    with reading(engine) as conn:
        fits = (get_incarnation(conn), fingerprint)
        if (manifest.incarnation, manifest.fingerprint) != fits:
            return Staleness(unfit=True)
        changed: set[tuple[str, int]] = set()
        seq, count = manifest.seq, 0
        while page := changes_since(conn, seq):
            changed |= {(one.kind, one.id) for one in page if one.kind in DOCUMENT_KINDS}
            seq, count = page[-1].seq, count + len(page)
    built_at = (index_dir / name / MANIFEST_FILE).stat().st_mtime
    return Staleness(False, len(changed), count, max(0.0, time.time() - built_at))


def _find_whole(folder: Path, thorough: bool) -> Manifest | None:
    """Return the manifest of a generation that may be served, None for another one."""
    try:
        if thorough:
            return open_generation(folder).manifest
        manifest = read_manifest(folder)
    except IndexBroken:
        return None
    sizes = {name: size for name, (size, _) in manifest.files.items()}
    there = {path.name: path.stat().st_size for path in folder.iterdir() if path.is_file()}
    return manifest if sizes.items() <= there.items() else None
