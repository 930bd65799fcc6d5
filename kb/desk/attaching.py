"""Gives a topic to an entry that answers it already, so that its wordings find the entry."""

from __future__ import annotations

from sqlalchemy import Connection

from kb.access import Viewer
from kb.desk.promotion import add_member_phrasings
from kb.errors import Conflict
from kb.store.audit import Subject, record_audit
from kb.store.entries.phrasings import drop_foreign_phrasings
from kb.store.entries.reading import get_entry
from kb.store.grouping.assignments import topic_members
from kb.store.jobs import enqueue
from kb.store.questions.reading import questions_by_id
from kb.store.topics.merged import lock_topics
from kb.store.topics.record import get_topic, set_topic_state, take_back_topic


def attach_topic(conn: Connection, topic_id: int, entry_id: int, *, viewer: Viewer) -> int:
    """Add a candidate's wordings to an entry, unshown, and return how many were new.

    The topic is promoted with that entry: what is asked in it later finds the entry, too.
    Raises NotFound, NotPermitted, and Conflict for a topic that is no candidate.
    """
    lock_topics(conn, [topic_id])
    topic = get_topic(conn, topic_id, viewer=viewer)
    if topic.state != "candidate":
        raise Conflict(f"topic {topic.id} is {topic.state} already")
    entry = get_entry(conn, entry_id, viewer=viewer)
    if entry.state == "archived":
        raise Conflict(f"entry {entry.id} is archived: publish it first")
    ids = [row.question_id for row in topic_members(conn, topic.id, viewer=viewer)]
    members = questions_by_id(conn, ids, viewer=viewer)
    added = add_member_phrasings(conn, entry.id, topic, members)
    set_topic_state(conn, topic.id, "promoted", entry_id=entry.id)
    facts = {"entry": entry.id, "phrasings": added}
    record_audit(conn, "attach", Subject("topic", topic.id), viewer=viewer, facts=facts)
    enqueue(conn, "index")
    return added


def detach_topic(conn: Connection, topic_id: int, *, viewer: Viewer) -> int:
    """Take an attached topic's wordings away from its entry again; return the entry's id.

    A wording that somebody shows stays. Raises Conflict for a topic that the entry was made
    of: that one is archived instead.
    """
    lock_topics(conn, [topic_id])
    topic = get_topic(conn, topic_id, viewer=viewer)
    if topic.state != "promoted" or topic.entry_id is None:
        raise Conflict(f"topic {topic.id} is {topic.state}: it is attached to no entry")
    entry = get_entry(conn, topic.entry_id, viewer=viewer)
    if entry.topic_id == topic.id:
        raise Conflict(f"entry {entry.id} was made of topic {topic.id}: archive the entry instead")
    take_back_topic(conn, topic.id)
    dropped = drop_foreign_phrasings(conn, entry.id, [])
    facts = {"entry": entry.id, "phrasings": dropped}
    record_audit(conn, "detach", Subject("topic", topic.id), viewer=viewer, facts=facts)
    enqueue(conn, "index")
    return entry.id
