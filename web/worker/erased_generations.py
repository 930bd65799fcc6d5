"""Removes generations of the index that were built before somebody was erased."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine

from kb.store.engine import reading
from kb.store.people.erasing import last_erasure_at
from search.generation import MANIFEST_FILE, find_current_name


def forget_erased(index_dir: Path, engine: Engine) -> int:
    """Remove what the current generation replaced and still holds words of an erased person.

    The current one is never touched: it is built anew where anything in it changed. Returns how
    many generations went.
    """
    with reading(engine) as conn:
        erased_at = last_erasure_at(conn)
    current = find_current_name(index_dir)
    if erased_at is None or current is None:
        return 0
    gone = 0
    for folder in sorted(index_dir.iterdir()):
        if folder.is_dir() and folder.name.isdecimal() and folder.name != current:
            manifest = folder / MANIFEST_FILE
            if not manifest.is_file() or _written_at(manifest) <= erased_at:
                shutil.rmtree(folder)
                gone += 1
    return gone


def _written_at(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)
