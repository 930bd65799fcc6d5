"""Brings topics up to date: new questions join, or all are grouped again and ids are kept."""

from __future__ import annotations

import time
from dataclasses import replace

from sqlalchemy import Engine

from indexer.encoder import Encoder
from indexer.regrouping.base import FACTS_VERSION, find_base
from indexer.regrouping.describe_again import describe_again
from indexer.regrouping.group_all import OnProgress, group_all
from indexer.regrouping.join_new import join_new
from indexer.regrouping.online_topics import OnlineTopics
from indexer.regrouping.report import GroupingReport as GroupingReport
from indexer.regrouping.state import Outdated, read_seen, read_state
from kb.errors import Conflict
from kb.store.changes import last_seq
from kb.store.engine import reading
from kb.store.grouping.lock import grouping_lock

TRIES = 5
"""How often a grouping begins anew because somebody regrouped while it was computed."""


def regroup(
    engine: Engine,
    encoder: Encoder,
    *,
    run_id: int,
    force: bool = False,
    on_progress: OnProgress | None = None,
    online: OnlineTopics | None = None,
) -> GroupingReport:
    """Bring topics and assignments up to date and return what changed.

    With few new questions they only join the topics that are there; otherwise everything is
    grouped anew, decisions enforced, and new topics take the ids of the old ones that they
    overlap. A question without a stored vector waits for the next run. All results are stored
    in one transaction; where somebody regrouped meanwhile, the work begins anew. Raises
    Conflict when that happens again and again. While another machine groups the same record
    nothing is done, and the report says so. A worker that keeps `online` from run to run lets
    questions join in milliseconds.
    """
    started = time.perf_counter()
    with grouping_lock(engine) as is_ours:
        if not is_ours:
            return _elsewhere(engine)
        for _ in range(TRIES):
            try:
                report = _regroup(
                    engine, encoder, online, run_id=run_id, force=force, on_progress=on_progress
                )
            except Outdated:
                continue
            return replace(report, seconds=round(time.perf_counter() - started, 3))
    raise Conflict("topics are being regrouped all the time: grouping waits")


def _regroup(
    engine: Engine,
    encoder: Encoder,
    online: OnlineTopics | None,
    *,
    run_id: int,
    force: bool,
    on_progress: OnProgress | None,
) -> GroupingReport:
    if not force:
        known = OnlineTopics() if online is None else online
        joined = join_new(engine, encoder, known, run_id=run_id)
        if joined is not None:
            return joined
    with reading(engine) as conn:
        base = find_base(conn)
        if base is not None and (force or not base.fits(conn, encoder.fingerprint)):
            base = None
    if base is not None and base.facts != FACTS_VERSION:
        return describe_again(engine, encoder, base, on_progress=on_progress)
    with reading(engine) as conn:
        state = read_state(conn, encoder.fingerprint)
    report = group_all(engine, encoder, state, base, run_id=run_id, on_progress=on_progress)
    del state
    if online is not None:
        _warm(engine, online)
    return report


def _warm(engine: Engine, online: OnlineTopics) -> None:
    """Read the new topics at once, so that the next question need not wait for that."""
    with reading(engine) as conn:
        seen = read_seen(conn)
        if seen.base is not None:
            online.follow(conn, seen, seen.base, seq=last_seq(conn))


def _elsewhere(engine: Engine) -> GroupingReport:
    with reading(engine) as conn:
        base = find_base(conn)
    if base is None:
        return GroupingReport("elsewhere", 0, 0, 0)
    return GroupingReport(
        "elsewhere", base.questions, base.topics, base.ungrouped, run_before=base.run
    )
