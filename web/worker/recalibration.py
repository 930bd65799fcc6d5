"""Learns the search's calibration from the record when enough is new, and goes back if asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Engine

from indexer.encoder import Encoder
from kb.errors import Conflict
from kb.store.engine import reading, transaction
from kb.store.searches.calibrations import (
    REFUSED,
    count_learnable,
    get_calibration,
    last_attempt,
    save_calibration,
)
from kb.store.searches.learning import count_lessons
from search.calibration import KEYWORD_ONLY, Calibration
from search.judged_set import JudgedSet
from search.learning.calibrating import RefitReport, refit
from search.learning.record import own_knowledge, recent_lessons
from web.stored_calibrations import bootstrap_of, find_stored, keep, shipped_digest
from web.worker.stored_first import StoredFirstEncoder

LEAST_NEW = 40
"""Wordings and lessons of searches below which there is nothing to learn from."""

GROWTH = 0.2
"""Share by which the wordings must have grown or shrunk before they are learned from again."""

NEW_LESSONS = 200
"""Searches that taught something since the last time, after which it is worth learning again."""


@dataclass(frozen=True, slots=True)
class Recalibration:
    """What an attempt to learn brought.

    `version` is the version in use from now on (None: the shipped weights, never stored),
    `replaced` the one that was.
    """

    report: RefitReport
    version: int | None
    replaced: int | None

    def __str__(self) -> str:
        return self.report.why


def recalibration_due(engine: Engine, fingerprint: str) -> bool:
    """Whether enough is new since something was last learned for this encoder.

    Never yet: as soon as there is enough at all. An attempt with other shipped weights counts
    as none.
    """
    with reading(engine) as conn:
        attempt = last_attempt(conn, fingerprint)
        wordings = count_learnable(conn)
        seen = attempt.body if attempt is not None else {}
        lessons = count_lessons(conn, after_id=int(seen.get("lesson", 0)))
    if seen.get("shipped") != shipped_digest():
        return wordings + lessons >= LEAST_NEW
    changed = abs(wordings - int(seen["wordings"]))
    return lessons >= NEW_LESSONS or changed >= max(LEAST_NEW, GROWTH * int(seen["wordings"]))


def recalibrate(
    engine: Engine, encoder: Encoder | None, *, judged: JudgedSet | None = None
) -> Recalibration:
    """Learn from the record; what is better on questions held out serves from now on.

    Each attempt is stored: one that is not taken never serves. The model runs outside every
    transaction. Raises InvalidInput for judged queries about other entries.
    """
    asking = StoredFirstEncoder(encoder, engine) if encoder is not None else None
    fingerprint = encoder.fingerprint if encoder is not None else KEYWORD_ONLY
    lessons = recent_lessons(engine)
    with reading(engine) as conn:
        wordings = count_learnable(conn)
    shipped = bootstrap_of(engine, encoder)
    stored = find_stored(engine, fingerprint)
    current = shipped if stored is None else stored.calibration
    known = own_knowledge(engine, asking, lessons=lessons, judged=judged)
    found = refit(known, shipped=shipped, current=current)
    replaced = stored.version.id if stored is not None else None
    facts = {
        "report": asdict(found.report),
        "wordings": wordings,
        "lesson": lessons[-1].id if lessons else 0,
        "replaced": replaced,
    }
    return Recalibration(found.report, _store(engine, found.calibration, facts, replaced), replaced)


def revert(engine: Engine, fingerprint: str) -> int:
    """Serve again with the calibration that the one in use replaced; return its new version.

    It stays until enough is new. Raises Conflict where there is none to go back to.
    """
    stored = find_stored(engine, fingerprint)
    replaced = stored.version.body.get("replaced") if stored is not None else None
    if stored is None or replaced is None:
        raise Conflict("the calibration in use has replaced none: there is nothing to go back to")
    with transaction(engine) as conn:
        previous = get_calibration(conn, int(replaced))
        attempt = last_attempt(conn, fingerprint)
        seen = attempt.body if attempt is not None else {}
        body = {
            **previous.body,
            "wordings": seen.get("wordings", 0),
            "lesson": seen.get("lesson", 0),
            "reverted": stored.version.id,
        }
        return save_calibration(conn, fingerprint, previous.origin, body)


def _store(
    engine: Engine, calibration: Calibration, facts: Mapping[str, Any], replaced: int | None
) -> int | None:
    if facts["report"]["taken"]:
        return keep(engine, calibration, facts)
    body = {**facts, "shipped": shipped_digest()}
    with transaction(engine) as conn:
        save_calibration(conn, calibration.fingerprint, REFUSED, body)
    return replaced
