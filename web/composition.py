"""Puts the parts together from the settings: record, encoder, index, searcher."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace

from sqlalchemy import Engine

from indexer.encoder import OnnxEncoder, check_model, find_encoder_of, find_exported, open_encoder
from indexer.encoding.languages import PackRefused
from kb.errors import KbError, Unavailable
from kb.settings import Settings
from kb.store.engine import open_engine, sqlite_path
from kb.store.migrate import is_initialised, require_current_schema
from search.bootstrap import calibrate_bootstrap
from search.build import find_manifest
from search.calibration import KEYWORD_ONLY, Calibration
from search.index import IndexFollower
from search.meaning.vectors import QueryEncoder
from search.record_source import RecordSource
from search.searcher import Searcher
from web.stored_calibrations import find_stored, keep, newest_id, serving

log = logging.getLogger(__name__)


def open_record(settings: Settings) -> Engine:
    """The engine of the record, after checking that it is there and of this schema.

    Raises Unavailable where `kb init` never ran, and SchemaOutdated.
    """
    engine = open_engine(settings.record_url)
    try:
        path = sqlite_path(engine)
        if path is not None and not path.exists():
            raise Unavailable(f"there is no record in {settings.home}: run kb init")
        if not is_initialised(engine):
            raise Unavailable("the database has no record yet: run kb init")
        require_current_schema(engine)
    except KbError:
        engine.dispose()
        raise
    return engine


def check_languages(settings: Settings) -> None:
    """Raise InvalidInput for a language that there is no pack for.

    A pack that is refused is no reason not to start: the site goes on with the model it has.
    """
    with contextlib.suppress(Unavailable):
        check_model(settings)


def find_encoder(settings: Settings) -> OnnxEncoder | None:
    """The encoder to search with; None while there is none, and words alone are searched.

    The one that made the index, as long as its export is kept: while a new model is being
    prepared, or cannot be had, search goes on as before. Nothing is exported here, which takes
    a minute and torch: that is for the worker.
    """
    manifest = find_manifest(settings.index_dir)
    if manifest is not None and manifest.fingerprint:
        encoder = find_encoder_of(settings, manifest.fingerprint)
        if encoder is not None:
            return encoder
    if find_exported(settings) is None:
        return None
    try:
        return open_encoder(settings)
    except Unavailable as problem:
        log.warning("searching by keyword only: %s", problem)
        return None


@dataclass(frozen=True, slots=True)
class IndexingEncoder:
    """What to index with, None for keyword search only.

    `problem` says in one line why it is not the encoder of the settings, empty where it is.
    """

    encoder: OnnxEncoder | None
    problem: str = ""


def open_indexing_encoder(
    settings: Settings, *, on_progress: Callable[[str], None] | None = None
) -> IndexingEncoder:
    """The encoder of the settings, exported if need be; else the nearest thing to it.

    That is the model that the index has, so that nothing is embedded anew because of a damaged
    file; without one, the bundled model without the refused language pack; else none. Raises
    InvalidInput for a language that there is no pack for.
    """
    try:
        return IndexingEncoder(open_encoder(settings, on_progress=on_progress))
    except Unavailable as failure:
        problem = failure
    manifest = find_manifest(settings.index_dir)
    kept = find_encoder_of(settings, manifest.fingerprint) if manifest is not None else None
    if kept is not None:
        return IndexingEncoder(kept, f"{problem}; going on with {kept.fingerprint}")
    if isinstance(problem, PackRefused):
        smaller = open_indexing_encoder(_without(settings, problem), on_progress=on_progress)
        told = (f"{problem}; going on without it", smaller.problem)
        return IndexingEncoder(smaller.encoder, "; ".join(line for line in told if line))
    return IndexingEncoder(None, f"degraded, keyword search only: {problem}")


def _without(settings: Settings, refused: PackRefused) -> Settings:
    named = (part.strip().lower() for part in settings.languages.split(","))
    return replace(settings, languages=",".join(one for one in named if one != refused.language))


def stored_calibration(engine: Engine, fingerprint: str) -> Calibration | None:
    """The record's newest calibration of an encoder that this Kundig can read."""
    found = find_stored(engine, fingerprint)
    return None if found is None else found.calibration


@dataclass(frozen=True, slots=True)
class SearchParts:
    """A searcher and the index it follows; `calibration_id` changes when it should be renewed."""

    searcher: Searcher
    follower: IndexFollower
    calibration_id: int


def open_search(settings: Settings, engine: Engine, encoder: QueryEncoder | None) -> SearchParts:
    """A searcher over the current index, already at the record's newest change."""
    follower = IndexFollower(settings.index_dir, RecordSource(engine))
    follower.refresh()
    return renewed_search(settings, engine, encoder, follower)


def renewed_search(
    settings: Settings, engine: Engine, encoder: QueryEncoder | None, follower: IndexFollower
) -> SearchParts:
    """A searcher with the newest calibration over an index that is open already."""
    # Read first: a calibration that comes meanwhile is taken up at the next look.
    newest = newest_id(engine)
    manifest = find_manifest(settings.index_dir)
    indexed_with = manifest.fingerprint if manifest is not None else KEYWORD_ONLY
    calibration = serving(engine, encoder, indexed_with=indexed_with)
    return SearchParts(Searcher(follower, encoder, calibration), follower, newest)


def ensure_calibration(
    engine: Engine, encoder: OnnxEncoder, *, on_progress: Callable[[str], None] | None = None
) -> Calibration:
    """The encoder's calibration in use; a new encoder gets one from the shipped judged set.

    So does one whose calibration is of another format, or was only ever made from weights that
    shipped with an older version.
    """
    found = find_stored(engine, encoder.fingerprint)
    if found is not None and (found.is_learned or found.is_current):
        return found.calibration
    if on_progress is not None:
        on_progress("calibrating the search for this encoder")
    made = calibrate_bootstrap(encoder)
    keep(engine, made)
    return made
