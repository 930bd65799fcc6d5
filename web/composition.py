"""Puts the parts together from the settings: record, encoder, index, searcher."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace

from sqlalchemy import Engine

from indexer.encoder import OnnxEncoder, find_exported, open_encoder
from kb.errors import KbError, Unavailable
from kb.settings import Settings
from kb.store.calibrations import find_calibration, save_calibration
from kb.store.engine import open_engine, reading, sqlite_path, transaction
from kb.store.migrate import is_initialised, require_current_schema
from search.bootstrap import calibrate_bootstrap
from search.calibration import Calibration
from search.index import IndexFollower
from search.meaning import QueryEncoder
from search.record_source import RecordSource
from search.searcher import Searcher
from search.shipped_weights import SHIPPED

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


def find_encoder(settings: Settings, *, may_export: bool) -> OnnxEncoder | None:
    """The encoder, or None with a line in the log when it cannot be had now.

    A serving process does not export a model, which takes a minute and torch: it waits for
    the worker and searches by keyword meanwhile.
    """
    if not may_export and find_exported(settings) is None:
        return None
    try:
        return open_encoder(settings)
    except Unavailable as problem:
        log.warning("searching by keyword only: %s", problem)
        return None


def stored_calibration(engine: Engine, fingerprint: str) -> Calibration | None:
    """The record's newest calibration of an encoder."""
    with reading(engine) as conn:
        body = find_calibration(conn, fingerprint)
    return None if body is None else Calibration.from_json(str(body["json"]))


def store_calibration(engine: Engine, calibration: Calibration) -> None:
    """Keep a calibration for every process that serves this record."""
    with transaction(engine) as conn:
        save_calibration(
            conn,
            calibration.fingerprint,
            str(calibration.origin),
            {"json": calibration.to_json()},
        )


@dataclass(frozen=True, slots=True)
class SearchParts:
    """A searcher and the index it follows."""

    searcher: Searcher
    follower: IndexFollower


def open_search(settings: Settings, engine: Engine, encoder: QueryEncoder | None) -> SearchParts:
    """A searcher over the current index, already at the record's newest change."""
    follower = IndexFollower(settings.index_dir, RecordSource(engine))
    follower.refresh()
    calibration = stored_calibration(engine, encoder.fingerprint) if encoder else None
    if calibration is None:
        calibration = replace(SHIPPED, fingerprint=encoder.fingerprint if encoder else "")
    return SearchParts(Searcher(follower, encoder, calibration), follower)


def ensure_calibration(
    engine: Engine, encoder: OnnxEncoder, *, on_progress: Callable[[str], None] | None = None
) -> Calibration:
    """The encoder's calibration; a new encoder gets its first one from the shipped judged set."""
    found = stored_calibration(engine, encoder.fingerprint)
    if found is not None:
        return found
    if on_progress is not None:
        on_progress("calibrating the search for this encoder")
    made = calibrate_bootstrap(encoder)
    store_calibration(engine, made)
    return made
