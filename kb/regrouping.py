"""Merge, split and move: what people say about grouping, stored as decisions over questions."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from kb.access import Viewer
from kb.errors import Conflict, InvalidInput, NotFound
from kb.store.assignments import count_members, find_assignment, save_assignments, topic_members
from kb.store.audit import Subject, record_audit
from kb.store.decisions import NOT_SAME, SAME, Said, add_decisions, undo_decisions
from kb.store.jobs import enqueue
from kb.store.questions import questions_by_id
from kb.store.redirects import add_redirect
from kb.store.topics import add_topic, get_topic, set_topic_state
from kb.topics import Assignment, Topic, TopicFacts

CONTRAST_MEMBERS = 3
"""A split says "not the same" against this many central questions of what stays behind."""


def merge_topics(conn: Connection, into_id: int, other_id: int, *, viewer: Viewer) -> int:
    """Merge one topic into another and return the id that stays.

    Stored as one SAME between the most central questions of both. A promoted topic always
    stays. Raises Conflict when both are promoted: their entries must be merged first.
    """
    into = get_topic(conn, into_id, viewer=viewer)
    other = get_topic(conn, other_id, viewer=viewer)
    if into.id == other.id:
        raise Conflict(f"topics {into_id} and {other_id} are one already")
    if into.state == other.state == "promoted":
        raise Conflict(f"topics {into.id} and {other.id} are both promoted: merge their entries")
    if other.state == "promoted":
        into, other = other, into
    a, b = _medoid(conn, into, viewer), _medoid(conn, other, viewer)
    batch = add_decisions(conn, [Said(SAME, a, b)], "merge", viewer=viewer)
    members = topic_members(conn, other.id, viewer=viewer)
    _assign(conn, [row.question_id for row in members], into.id)
    set_topic_state(conn, other.id, "merged", merged_into=into.id)
    add_redirect(conn, "topic", other.id, into.id)
    count_members(conn, [into.id])
    facts = {"merged": other.id, "decisions": batch}
    record_audit(conn, "merge", Subject("topic", into.id), viewer=viewer, facts=facts)
    enqueue(conn, "index")
    return into.id


def split_topic(
    conn: Connection, topic_id: int, question_ids: Sequence[int], *, viewer: Viewer
) -> int:
    """Take questions out of a topic into a new one and return the new topic's id.

    Stored as SAME among the taken and NOT SAME against the centre of what stays. Raises
    InvalidInput for a question that is not in the topic, or when nothing would stay.
    """
    topic = get_topic(conn, topic_id, viewer=viewer)
    members = [row.question_id for row in topic_members(conn, topic.id, viewer=viewer)]
    taken = list(dict.fromkeys(question_ids))
    if not taken:
        raise InvalidInput("a split needs at least one question", field="questions")
    for question_id in taken:
        if question_id not in members:
            raise InvalidInput(
                f"question {question_id} is not in topic {topic.id}", field="questions"
            )
    stay = [one for one in (*topic.typical, *members) if one not in taken and one in members]
    if not stay:
        raise InvalidInput(f"topic {topic.id} would be empty", field="questions")
    first = taken[0]
    said = [Said(SAME, first, one) for one in taken[1:]]
    said += [Said(NOT_SAME, first, one) for one in list(dict.fromkeys(stay))[:CONTRAST_MEMBERS]]
    batch = add_decisions(conn, said, "split", viewer=viewer)
    new_id = add_topic(conn, _facts_of(conn, first, len(taken), viewer), run_id=None)
    _assign(conn, taken, new_id)
    count_members(conn, [topic.id])
    facts = {"new": new_id, "questions": taken, "decisions": batch}
    record_audit(conn, "split", Subject("topic", topic.id), viewer=viewer, facts=facts)
    enqueue(conn, "index")
    return new_id


def move_question(conn: Connection, question_id: int, topic_id: int, *, viewer: Viewer) -> None:
    """Move one question into a topic: SAME with its centre, NOT SAME with the old topic's."""
    topic = get_topic(conn, topic_id, viewer=viewer)
    if question_id not in questions_by_id(conn, [question_id], viewer=viewer):
        raise NotFound("question", question_id)
    now = find_assignment(conn, question_id)
    if now is not None and now.topic_id == topic.id:
        raise Conflict(f"question {question_id} is in topic {topic.id} already")
    said = [Said(SAME, question_id, _medoid(conn, topic, viewer))]
    if now is not None and now.topic_id is not None:
        old = get_topic(conn, now.topic_id, viewer=viewer)
        members = [row.question_id for row in topic_members(conn, old.id, viewer=viewer, limit=200)]
        contrast = [one for one in (*old.typical, *members) if one != question_id]
        said += [
            Said(NOT_SAME, question_id, one)
            for one in list(dict.fromkeys(contrast))[:CONTRAST_MEMBERS]
        ]
    batch = add_decisions(conn, said, "move", viewer=viewer)
    _assign(conn, [question_id], topic.id)
    left = [now.topic_id] if now is not None and now.topic_id is not None else []
    count_members(conn, [topic.id, *left])
    facts = {"topic": topic.id, "decisions": batch}
    record_audit(conn, "move", Subject("question", question_id), viewer=viewer, facts=facts)
    enqueue(conn, "index")


def dismiss_topic(conn: Connection, topic_id: int, *, viewer: Viewer) -> None:
    """Take a candidate off the queue for good; its questions stay in it."""
    topic = get_topic(conn, topic_id, viewer=viewer)
    if topic.state != "candidate":
        raise Conflict(f"topic {topic.id} is {topic.state}, only a candidate can be dismissed")
    set_topic_state(conn, topic.id, "dismissed")
    record_audit(conn, "dismiss", Subject("topic", topic.id), viewer=viewer, facts={})


def undo_regrouping(conn: Connection, batch: str, *, viewer: Viewer) -> None:
    """Take one merge, split or move back; the next run of the indexer groups without it."""
    undo_decisions(conn, batch)
    record_audit(conn, "undo", Subject("decision", None), viewer=viewer, facts={"batch": batch})
    enqueue(conn, "index")


def _medoid(conn: Connection, topic: Topic, viewer: Viewer) -> int:
    members = [row.question_id for row in topic_members(conn, topic.id, viewer=viewer)]
    for question_id in (*topic.typical, *members):
        if question_id in members:
            return question_id
    raise Conflict(f"topic {topic.id} has no questions left")


def _facts_of(conn: Connection, question_id: int, size: int, viewer: Viewer) -> TopicFacts:
    """Return what is known of a new topic before the indexer has seen it."""
    question = questions_by_id(conn, [question_id], viewer=viewer)[question_id]
    return TopicFacts(
        label=question.wording[:200],
        lang=question.lang,
        label_question_id=question_id,
        keywords=(),
        size=size,
        askers=size,
        cohesion=None,
        weeks=(),
        trend=None,
        typical=(question_id,),
        atypical=(),
        draft=None,
        first_asked_at=question.asked_at,
        last_asked_at=question.asked_at,
    )


def _assign(conn: Connection, question_ids: Sequence[int], topic_id: int) -> None:
    rows = [Assignment(one, topic_id, topic_id, "decision", 1.0) for one in question_ids]
    save_assignments(conn, rows, run_id=None)
