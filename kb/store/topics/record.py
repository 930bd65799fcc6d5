"""Topics and the assignment of questions to them in the record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, func, insert, or_, select, update

from kb.access import Viewer, may_edit
from kb.clock import utc_now
from kb.errors import NotFound, NotPermitted
from kb.store.changes import record_changes
from kb.store.engine import chunks, new_id
from kb.store.redirects import find_redirect
from kb.store.schema import topics
from kb.store.topics.evidence import counts_from, evidence_from, near_from, near_to_json
from kb.store.topics.rewritings import keep_rewriting
from kb.topics import NearTopic, Topic, TopicFacts

BY_EFFECT = (topics.c.effect.desc(), topics.c.size.desc(), topics.c.id)
"""The order of the queue."""

LISTED = or_(topics.c.size > 0, topics.c.state != "candidate")
"""What people decided about stays in sight, though its questions are elsewhere now."""


def topic_of_row(row: Row[Any]) -> Topic:
    """The topic that a whole row of the table holds."""
    return Topic(
        id=row.id,
        state=row.state,
        label=row.label,
        lang=row.lang,
        keywords=tuple(row.keywords),
        size=row.size,
        askers=row.askers,
        cohesion=row.cohesion,
        weeks=tuple((week, count) for week, count in row.weeks),
        trend=row.trend,
        typical=tuple(row.typical),
        atypical=tuple(row.atypical),
        draft=row.draft,
        verdict=row.verdict,
        first_asked_at=row.first_asked_at,
        last_asked_at=row.last_asked_at,
        merged_into=row.merged_into,
        entry_id=row.entry_id,
        reposts=row.reposts,
        langs=counts_from(row.langs),
        products=counts_from(row.products),
        near=near_from(row.near),
        evidence=evidence_from(row.evidence),
        unanswered_share=row.unanswered_share,
        effect=row.effect,
    )


def require_editor(viewer: Viewer) -> None:
    """Raise NotPermitted unless the viewer may see topics and regroup."""
    if not may_edit(viewer):
        raise NotPermitted("topics are for support agents")


def get_topic(conn: Connection, topic_id: int, *, viewer: Viewer) -> Topic:
    """The topic, following merges; raises NotFound, and NotPermitted for who is not staff."""
    require_editor(viewer)
    wanted = find_redirect(conn, "topic", topic_id) or topic_id
    row = conn.execute(select(topics).where(topics.c.id == wanted)).one_or_none()
    if row is None:
        raise NotFound("topic", topic_id)
    return topic_of_row(row)


def list_topics(
    conn: Connection,
    *,
    viewer: Viewer,
    states: Sequence[str] = ("candidate",),
    offset: int = 0,
    limit: int = 20,
) -> list[Topic]:
    """Topics in these states with at least one question, the greatest expected effect first.

    Effect is people a week without an answer; equal ones come by size, then by id.
    """
    require_editor(viewer)
    statement = (
        select(topics)
        .where(topics.c.state.in_(states), LISTED)
        .order_by(*BY_EFFECT)
        .offset(offset)
        .limit(limit)
    )
    return [topic_of_row(row) for row in conn.execute(statement)]


def topics_by_id(conn: Connection, ids: Sequence[int], *, viewer: Viewer) -> dict[int, Topic]:
    """The topics that exist among the ids, merged ones as they are; raises NotPermitted."""
    require_editor(viewer)
    found: dict[int, Topic] = {}
    for part in chunks(list(ids)):
        statement = select(topics).where(topics.c.id.in_(part)).order_by(topics.c.id)
        found.update({row.id: topic_of_row(row) for row in conn.execute(statement)})
    return found


def topic_states(conn: Connection) -> dict[int, str]:
    """State of every topic, for the indexer."""
    return {row[0]: row[1] for row in conn.execute(select(topics.c.id, topics.c.state))}


def add_topic(conn: Connection, facts: TopicFacts, *, run_id: int | None) -> int:
    """Store a new candidate topic and return its id."""
    now = utc_now()
    result = conn.execute(
        insert(topics).values(
            state="candidate", created_at=now, updated_at=now, run_id=run_id, **_values(facts)
        )
    )
    return new_id(result)


def save_topic_facts(
    conn: Connection, topic_id: int, facts: TopicFacts, *, run_id: int | None
) -> None:
    """Replace what is known about a topic; its state, entry and id stay.

    So does a machine's wording of the draft that an agent asked for.
    """
    values = {**_values(facts), "draft": keep_rewriting(conn, topic_id, facts.draft)}
    conn.execute(
        update(topics)
        .where(topics.c.id == topic_id)
        .values(updated_at=utc_now(), run_id=run_id, **values)
    )


def _values(facts: TopicFacts) -> dict[str, Any]:
    return {
        "label": facts.label,
        "lang": facts.lang,
        "label_question_id": facts.label_question_id,
        "keywords": list(facts.keywords),
        "size": facts.size,
        "askers": facts.askers,
        "cohesion": facts.cohesion,
        "weeks": [list(week) for week in facts.weeks],
        "trend": facts.trend,
        "typical": list(facts.typical),
        "atypical": list(facts.atypical),
        "draft": facts.draft,
        "reposts": facts.reposts,
        "langs": dict(facts.langs),
        "products": dict(facts.products),
        "first_asked_at": facts.first_asked_at,
        "last_asked_at": facts.last_asked_at,
    }


def save_near_topics(conn: Connection, near: Mapping[int, Sequence[NearTopic]]) -> None:
    """Store the nearest topics of each topic, by topic id."""
    rows = [{"of": topic_id, "new": near_to_json(found)} for topic_id, found in near.items()]
    if rows:
        of_topic = update(topics).where(topics.c.id == bindparam("of"))
        conn.execute(of_topic.values(near=bindparam("new", type_=topics.c.near.type)), rows)


def empty_topics(conn: Connection, topic_ids: Sequence[int]) -> None:
    """Mark topics that lost all their questions: promoted and dismissed ones stay, at size 0.

    Candidates without questions are removed, since nobody ever decided anything about them.
    """
    for part in chunks(list(topic_ids)):
        conn.execute(
            update(topics)
            .where(topics.c.id.in_(part))
            .values(size=0, askers=0, reposts=0, effect=0.0)
        )
        conn.execute(delete(topics).where(topics.c.id.in_(part), topics.c.state == "candidate"))


def set_topic_state(
    conn: Connection,
    topic_id: int,
    state: str,
    *,
    merged_into: int | None = None,
    entry_id: int | None = None,
) -> None:
    """Move a topic to another state; raises NotFound."""
    values: dict[str, Any] = {"state": state, "updated_at": utc_now()}
    if merged_into is not None:
        values["merged_into"] = merged_into
    if entry_id is not None:
        values["entry_id"] = entry_id
    done = conn.execute(update(topics).where(topics.c.id == topic_id).values(**values))
    if done.rowcount == 0:
        raise NotFound("topic", topic_id)
    record_changes(conn, "topic", [topic_id])


def take_back_topic(conn: Connection, topic_id: int) -> None:
    """Make a topic a candidate again, without an entry; raises NotFound."""
    values = {"state": "candidate", "entry_id": None, "updated_at": utc_now()}
    done = conn.execute(update(topics).where(topics.c.id == topic_id).values(**values))
    if done.rowcount == 0:
        raise NotFound("topic", topic_id)
    record_changes(conn, "topic", [topic_id])


def topic_counts(conn: Connection) -> dict[str, int]:
    """How many topics stand in each state."""
    statement = select(topics.c.state, func.count()).group_by(topics.c.state)
    return {row[0]: row[1] for row in conn.execute(statement)}
