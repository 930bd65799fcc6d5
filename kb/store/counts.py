"""How much there is of everything, for `kb status`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, ColumnElement, Connection, Engine, Table, func, select

from kb.store.changes import last_seq
from kb.store.embeddings import vector_counts
from kb.store.engine import reading
from kb.store.instance import get_incarnation
from kb.store.questions.reading import is_confirmed
from kb.store.schema import (
    assignments,
    attachments,
    clicks,
    decisions,
    entries,
    jobs,
    links,
    phrasings,
    questions,
    replies,
    runs,
    search_intents,
    topics,
)


@dataclass(frozen=True, slots=True)
class RecordCounts:
    """What the record holds at one moment.

    Questions that wait for their guest's confirmation are left out. `cleaned` questions went
    through cleaning, `noise` ones were set aside by it. `grouped` stand in a topic, `ungrouped`
    in none after a run saw them. `decisions` are those that stand. `searches_open` are those
    whose outcome is not known yet. `file_bytes` counts the same content once. `embeddings`
    counts vectors per encoder fingerprint.
    """

    incarnation: str
    seq: int
    questions: int
    questions_by_state: dict[str, int]
    questions_by_channel: dict[str, int]
    cleaned: int
    noise: int
    replies: int
    topics: int
    topics_by_state: dict[str, int]
    grouped: int
    ungrouped: int
    entries: int
    entries_by_state: dict[str, int]
    phrasings: int
    links_by_mode: dict[str, int]
    decisions: int
    embeddings: dict[str, int]
    searches: int
    searches_open: int
    clicks: int
    files: int
    file_bytes: int
    jobs_waiting: int
    jobs_failed: int
    last_run_at: datetime | None
    last_run_state: str | None


def record_counts(bind: Engine | Connection) -> RecordCounts:
    """Count the record; with an engine in a read transaction of its own."""
    if isinstance(bind, Connection):
        return _count(bind)
    with reading(bind) as conn:
        return _count(conn)


def _count(conn: Connection) -> RecordCounts:
    by_state = _by(conn, questions, questions.c.state, is_confirmed())
    topics_by_state = _by(conn, topics, topics.c.state)
    entries_by_state = _by(conn, entries, entries.c.state)
    jobs_by_state = _by(conn, jobs, jobs.c.state)
    run = conn.execute(select(runs).order_by(runs.c.id.desc()).limit(1)).one_or_none()
    return RecordCounts(
        incarnation=get_incarnation(conn),
        seq=last_seq(conn),
        questions=sum(by_state.values()),
        questions_by_state=by_state,
        questions_by_channel=_by(conn, questions, questions.c.channel, is_confirmed()),
        cleaned=_filled(conn, questions.c.cleaning_version),
        noise=_filled(conn, questions.c.noise, is_confirmed()),
        replies=_filled(conn, replies.c.id),
        topics=sum(topics_by_state.values()),
        topics_by_state=topics_by_state,
        grouped=_filled(conn, assignments.c.topic_id),
        ungrouped=_filled(conn, assignments.c.question_id) - _filled(conn, assignments.c.topic_id),
        entries=sum(entries_by_state.values()),
        entries_by_state=entries_by_state,
        phrasings=_filled(conn, phrasings.c.id),
        links_by_mode=_by(conn, links, links.c.mode),
        decisions=_filled(conn, decisions.c.id) - _filled(conn, decisions.c.undone_at),
        embeddings=vector_counts(conn),
        searches=_filled(conn, search_intents.c.id),
        searches_open=_filled(conn, search_intents.c.id) - _filled(conn, search_intents.c.outcome),
        clicks=_filled(conn, clicks.c.id),
        files=_filled(conn, attachments.c.id),
        file_bytes=_file_bytes(conn),
        jobs_waiting=jobs_by_state.get("queued", 0) + jobs_by_state.get("running", 0),
        jobs_failed=jobs_by_state.get("failed", 0),
        last_run_at=None if run is None else run.finished_at or run.started_at,
        last_run_state=None if run is None else run.state,
    )


def _by(
    conn: Connection, table: Table, column: Column[str], *which: ColumnElement[bool]
) -> dict[str, int]:
    """Count the rows per value, in the order of the values."""
    statement = select(column, func.count()).select_from(table).where(*which)
    statement = statement.group_by(column).order_by(column)
    return {row[0]: row[1] for row in conn.execute(statement)}


def _file_bytes(conn: Connection) -> int:
    """Add up what files take, the same content once, without reading it."""
    each = select(func.max(attachments.c.size).label("size")).group_by(attachments.c.sha256)
    total = select(func.coalesce(func.sum(each.subquery().c.size), 0))
    return int(conn.execute(total).scalar_one())


def _filled(conn: Connection, column: Column[object], *which: ColumnElement[bool]) -> int:
    """Count the rows in which the column holds a value."""
    return int(conn.execute(select(func.count(column)).where(*which)).scalar_one())
