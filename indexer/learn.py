"""Lets entries learn: new wordings of a promoted topic become phrasings of its entry, unshown."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Engine

from indexer.regrouping.base import find_base
from kb.access import OPERATOR
from kb.desk.promotion import add_member_phrasings
from kb.store.engine import reading, transaction
from kb.store.entries.phrasings import drop_foreign_phrasings
from kb.store.grouping.assignments import topic_members
from kb.store.grouping.standing import promoted_topics_by_entry
from kb.store.instance import find_value, set_value
from kb.store.questions.reading import questions_by_id
from kb.store.topics.record import get_topic
from kb.topics import Topic

MIN_CONFIDENCE = 0.5
"""A question less sure than this teaches its topic's entry nothing."""

LEARNED_FROM = "learned_from"
"""Key in the record: the run whose topics the entries have learned from."""


def learn_wordings(
    engine: Engine, *, touched: Collection[int] | None = None, run_before: int = 0
) -> int:
    """Give every promoted topic's entry the wordings it lacks; return how many were new.

    A wording whose question stands elsewhere now is taken away again, unless it is shown:
    then a person chose it. Topics that did not change since the last time teach nothing.
    `touched` names the topics that changed since the run `run_before`, None for all; where the
    entries learned from an older run, all are looked at.
    """
    with reading(engine) as conn:
        base = find_base(conn)
        run = "" if base is None else f"{base.incarnation} {base.run}"
        learned_from = find_value(conn, LEARNED_FROM)
        if run == learned_from:
            return 0
        before = "" if base is None else f"{base.incarnation} {run_before}"
        entries = promoted_topics_by_entry(conn)
        if touched is not None and learned_from == before:
            entries = {one: ids for one, ids in entries.items() if not set(ids).isdisjoint(touched)}
    learned = sum(_learn(engine, entry_id, ids) for entry_id, ids in sorted(entries.items()))
    with transaction(engine) as conn:
        set_value(conn, LEARNED_FROM, run)
    return learned


def _learn(engine: Engine, entry_id: int, topic_ids: list[int]) -> int:
    """Let one entry learn from all topics that were promoted to it."""
    with transaction(engine) as conn:
        topics = [get_topic(conn, one, viewer=OPERATOR) for one in topic_ids]
        topics = [one for one in topics if _teaches(one, entry_id)]
        if not topics:
            return 0
        members = {one.id: topic_members(conn, one.id, viewer=OPERATOR) for one in topics}
        own = [row.question_id for rows in members.values() for row in rows]
        drop_foreign_phrasings(conn, entry_id, own)
        learned = 0
        for topic in topics:
            sure = [
                row.question_id for row in members[topic.id] if row.confidence >= MIN_CONFIDENCE
            ]
            asked = questions_by_id(conn, sure, viewer=OPERATOR)
            learned += add_member_phrasings(conn, entry_id, topic, asked)
        return learned


def _teaches(topic: Topic, entry_id: int) -> bool:
    return topic.state == "promoted" and topic.entry_id == entry_id
