"""Builds a new generation of the index from the record."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine

from search.generation import (
    IndexBroken,
    Manifest,
    build_generation,
    find_current_name,
    read_manifest,
)
from search.record_source import RecordSource


def build_index(engine: Engine, index_dir: Path, *, fingerprint: str) -> Path:
    """Build and swap in a generation of all published entries; return its folder.

    Documents and their state are read as one; the vectors are those stored by then. Raises
    Conflict while another process builds, and IndexBroken if the check after building fails.
    """
    source = RecordSource(engine)
    state, documents = source.all_documents(fingerprint=fingerprint)
    return build_generation(
        index_dir,
        documents=documents,
        vectors=lambda hashes: source.vectors(fingerprint, hashes),
        state=state,
    )


def find_manifest(index_dir: Path) -> Manifest | None:
    """What the current generation says of itself, None where none can be read."""
    name = find_current_name(index_dir)
    if name is None:
        return None
    try:
        return read_manifest(index_dir / name)
    except IndexBroken:
        return None
