"""The record's calibrations, read so that one of another version never stops the search."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from sqlalchemy import Engine

from kb.errors import InvalidInput
from kb.store.engine import reading, transaction
from kb.store.searches.calibrations import (
    CalibrationVersion,
    calibration_versions,
    newest_calibration_id,
    save_calibration,
)
from search.bootstrap import calibrate_bootstrap
from search.calibration import KEYWORD_ONLY, Calibration, Origin
from search.meaning.vectors import QueryEncoder
from search.shipped_weights import SHIPPED

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class StoredCalibration:
    """A calibration that can serve, and the version that holds it."""

    calibration: Calibration
    version: CalibrationVersion

    def __str__(self) -> str:
        """One line for a person."""
        at = f"{self.version.created_at:%Y-%m-%d %H:%M} UTC"
        if not self.is_learned:
            return f"version {self.version.id}, as shipped, measured for this model {at}"
        return f"version {self.version.id}, learned here {at} from {self.questions:,} questions"

    @property
    def questions(self) -> int:
        """How many questions it was learned from, 0 where it was not."""
        return sum(self.version.body.get("report", {}).get("questions", {}).values())

    @property
    def is_learned(self) -> bool:
        """Whether it was learned from this installation."""
        return self.calibration.origin is Origin.INSTALLATION

    @property
    def is_current(self) -> bool:
        """Whether it was made from the weights that this Kundig ships."""
        return bool(self.version.body.get("shipped") == shipped_digest())


@cache
def shipped_digest() -> str:
    """Names the weights that ship, so that what was made from older ones is made anew."""
    return hashlib.sha256(SHIPPED.to_json().encode()).hexdigest()[:16]


def find_stored(engine: Engine, fingerprint: str) -> StoredCalibration | None:
    """The newest calibration of a fingerprint that this Kundig can read.

    One of another format is passed over: it was written by another version of Kundig.
    """
    with reading(engine) as conn:
        versions = calibration_versions(conn, fingerprint)
    for version in versions:
        calibration = _readable(version)
        if calibration is not None:
            return StoredCalibration(calibration, version)
    return None


def keep(engine: Engine, calibration: Calibration, facts: Mapping[str, Any] | None = None) -> int:
    """Store a calibration as the newest version, with facts of how it was made; return its id."""
    body = {**(facts or {}), "shipped": shipped_digest(), "json": calibration.to_json()}
    with transaction(engine) as conn:
        return save_calibration(conn, calibration.fingerprint, str(calibration.origin), body)


def serving(engine: Engine, encoder: QueryEncoder | None, *, indexed_with: str) -> Calibration:
    """What to search with now: the stored calibration, else the shipped weights as they are.

    Without an encoder, the words' part of the calibration of the encoder that made the index.
    """
    wanted = encoder.fingerprint if encoder is not None else indexed_with
    found = find_stored(engine, wanted)
    calibration = SHIPPED if found is None else found.calibration
    return replace(calibration, fingerprint=encoder.fingerprint if encoder else KEYWORD_ONLY)


def bootstrap_of(engine: Engine, encoder: QueryEncoder | None) -> Calibration:
    """The encoder's first calibration: the stored one, or measured anew where it is outdated."""
    fingerprint = encoder.fingerprint if encoder is not None else KEYWORD_ONLY
    with reading(engine) as conn:
        versions = calibration_versions(conn, fingerprint)
    for version in versions:
        if version.origin == Origin.BOOTSTRAP and version.body.get("shipped") == shipped_digest():
            calibration = _readable(version)
            if calibration is not None:
                return calibration
    return calibrate_bootstrap(encoder)


def newest_id(engine: Engine) -> int:
    """Changes whenever another calibration may have come into use."""
    with reading(engine) as conn:
        return newest_calibration_id(conn)


def _readable(version: CalibrationVersion) -> Calibration | None:
    try:
        return Calibration.from_json(str(version.body.get("json", "")))
    except InvalidInput as problem:
        log.info("calibration %d is not used: %s", version.id, problem)
        return None
