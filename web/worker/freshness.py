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


def how_stale(
    index_dir: Path, engine: Engine, *, manifest: Manifest | None, fingerprint: str, thorough: bool
) -> Staleness:
    """Compare the current generation, by its manifest, with the record.

    `thorough` reads its files, too, so that a damaged one counts as none.
    """
    name = find_current_name(index_dir)
    if manifest is None or name is None or not _is_whole(index_dir / name, manifest, thorough):
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


def _is_whole(folder: Path, manifest: Manifest, thorough: bool) -> bool:
    if thorough:
        try:
            open_generation(folder)
        except IndexBroken:
            return False
        return True
    sizes = {name: size for name, (size, _) in manifest.files.items()}
    there = {path.name: path.stat().st_size for path in folder.iterdir() if path.is_file()}
    return sizes.items() <= there.items()
