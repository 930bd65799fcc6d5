"""Builds a new generation of the index from the record."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from sqlalchemy import Engine

from search.generation import (
    IndexBroken,
    Manifest,
    build_generation,
    read_manifest,
)
from search.generation_files import names_to_try
from search.record_source import RecordSource


def build_index(
    engine: Engine, index_dir: Path, *, fingerprint: str, embedded_to: int | None = None
) -> Path:
    """Build and swap in a generation of all published entries; return its folder.

    Documents and their state are read as one; the vectors are those stored by then. What
    changed after `embedded_to`, up to which every text is known to have its vector, stays in
    the delta, which waits for vectors. Raises Conflict while another process builds, Unavailable
    where the disk is full, and IndexBroken if the check after building fails.
    """
    source = RecordSource(engine)
    state, documents = source.all_documents(fingerprint=fingerprint)
    if embedded_to is not None:
        state = replace(state, seq=min(state.seq, embedded_to))
    return build_generation(
        index_dir,
        documents=documents,
        vectors=lambda hashes: source.vectors(fingerprint, hashes),
        state=state,
    )


def find_manifest(index_dir: Path) -> Manifest | None:
    """What the current generation says of itself, or else the newest one; None without any."""
    for name in names_to_try(index_dir):
        try:
            return read_manifest(index_dir / name)
        except IndexBroken:
            continue
    return None
