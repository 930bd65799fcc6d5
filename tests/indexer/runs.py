"""Runs the meaning steps of the indexer over a record of a test."""

from __future__ import annotations

from sqlalchemy import Engine

from indexer.embed import embed_missing
from indexer.encoder import Encoder
from indexer.regrouping.online_topics import OnlineTopics
from indexer.regrouping.regroup import GroupingReport, regroup
from kb.store.engine import reading, transaction
from kb.store.grouping.assignments import topic_of_questions
from kb.store.grouping.runs import finish_run, start_run


def group(
    engine: Engine, encoder: Encoder, *, force: bool = False, online: OnlineTopics | None = None
) -> GroupingReport:
    """Embed and group."""
    with transaction(engine) as conn:
        run_id = start_run(conn, "index", fingerprint=encoder.fingerprint)
    embed_missing(engine, encoder)
    report = regroup(engine, encoder, run_id=run_id, force=force, online=online)
    with transaction(engine) as conn:
        finish_run(conn, run_id, {})
    return report


def standing(engine: Engine) -> dict[int, int]:
    """Topic id of every grouped question."""
    with reading(engine) as conn:
        return topic_of_questions(conn)
