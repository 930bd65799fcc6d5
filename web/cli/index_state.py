"""How the search index stands to the record."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import Engine

from kb.settings import Settings
from kb.store.changes import last_seq
from kb.store.engine import reading
from kb.store.instance import get_incarnation
from search.build import find_manifest
from search.generation import IndexBroken, find_current_name, open_generation


class IndexState(StrEnum):
    """What there is to say about the index; the words are for a person."""

    CURRENT = "up to date"
    BEHIND = "behind the record"
    FOREIGN = "built from another record"
    MISSING = "missing"


def index_state(settings: Settings, engine: Engine) -> IndexState:
    """Compare the current generation with the record; what is behind is still searched."""
    manifest = find_manifest(settings.index_dir)
    if manifest is None:
        return IndexState.MISSING
    with reading(engine) as conn:
        if get_incarnation(conn) != manifest.incarnation:
            return IndexState.FOREIGN
        return IndexState.CURRENT if last_seq(conn) == manifest.seq else IndexState.BEHIND


def fault_of_index(settings: Settings, engine: Engine) -> str:
    """What is wrong with the index, every file of it read; "" for one that may be served."""
    name = find_current_name(settings.index_dir)
    if name is None:
        return IndexState.MISSING
    try:
        open_generation(settings.index_dir / name)
    except IndexBroken as problem:
        return str(problem)
    state = index_state(settings, engine)
    return state if state is IndexState.FOREIGN else ""
