"""How the search index stands to the record."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Engine

from indexer.encoder import find_exported
from indexer.encoding.cache import find_export
from kb.errors import Conflict, InvalidInput, Unavailable
from kb.settings import Settings
from kb.store.changes import last_seq
from kb.store.engine import reading
from kb.store.instance import get_incarnation
from search.build import build_index, find_manifest
from search.consistency import OnProgress, compare_index
from search.generation import find_current_name, open_generation
from web.composition import stored_calibration

RUN_INDEX = "run kb index"
REPAIR = "kb check --repair builds it anew"


class IndexState(StrEnum):
    """What there is to say about the index; the words are for a person."""

    CURRENT = "up to date"
    BEHIND = "behind the record"
    FOREIGN = "built from another record"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class IndexFinding:
    """Something about the index that should not be so; `entry_id` is None for the whole of it."""

    what: str
    entry_id: int | None = None


def index_state(settings: Settings, engine: Engine) -> IndexState:
    """Compare the current generation with the record; what is behind is still searched."""
    manifest = find_manifest(settings.index_dir)
    if manifest is None:
        return IndexState.MISSING
    with reading(engine) as conn:
        if get_incarnation(conn) != manifest.incarnation:
            return IndexState.FOREIGN
        return IndexState.CURRENT if last_seq(conn) == manifest.seq else IndexState.BEHIND


def check_index(
    settings: Settings, engine: Engine, *, on_progress: OnProgress | None = None
) -> Iterator[IndexFinding]:
    """Yield everything wrong with the index: its files, its model, and each entry in it.

    Every file is read in full. Nothing for an index that may be served and holds what the
    record does.
    """
    name = find_current_name(settings.index_dir)
    if name is None:
        yield IndexFinding(f"{IndexState.MISSING}: {RUN_INDEX}")
        return
    try:
        generation = open_generation(settings.index_dir / name)
    except Unavailable as problem:
        yield IndexFinding(f"{problem}; {REPAIR}")
        return
    yield from _check_model(settings, engine, generation.manifest.fingerprint)
    for found in compare_index(engine, generation, on_progress=on_progress):
        yield IndexFinding(str(found), None if found.key is None else found.key[1])


def _check_model(settings: Settings, engine: Engine, fingerprint: str) -> Iterator[IndexFinding]:
    """Look whether queries can be encoded for an index, and its hits judged."""
    if not fingerprint:
        return
    if find_export(settings, fingerprint) is None:
        yield IndexFinding(
            f"its model {fingerprint} is not here, only words are searched: {RUN_INDEX}"
        )
    try:
        calibration = stored_calibration(engine, fingerprint)
        if calibration is None:
            yield IndexFinding(f"there is no calibration for its model {fingerprint}: {RUN_INDEX}")
        else:
            calibration.check_fits(fingerprint)
    except (InvalidInput, Conflict) as problem:
        yield IndexFinding(f"its calibration does not fit: {problem}")


def rebuild_index(settings: Settings, engine: Engine, *, fingerprint: str | None = None) -> None:
    """Build a new generation with the vectors that are stored; nothing is encoded.

    Without a `fingerprint` it is that of the index, else of the settings' model. Raises
    Conflict while another process builds.
    """
    if fingerprint is None:
        indexed, exported = find_manifest(settings.index_dir), find_exported(settings)
        known = indexed or exported
        fingerprint = known.fingerprint if known is not None else ""
    build_index(engine, settings.index_dir, fingerprint=fingerprint)
