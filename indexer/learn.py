"""Lets entries learn: new wordings of a promoted topic become phrasings of its entry, unshown."""

from __future__ import annotations

from sqlalchemy import Engine

from indexer.grouping_base import find_base
from kb.access import OPERATOR
from kb.promotion import add_member_phrasings
from kb.store.assignments import topic_members
from kb.store.engine import reading, transaction
from kb.store.instance import find_value, set_value
from kb.store.phrasings import drop_foreign_phrasings
from kb.store.questions import questions_by_id
from kb.store.topics import get_topic, topic_states

MIN_CONFIDENCE = 0.5
"""A question less sure than this teaches its topic's entry nothing."""

LEARNED_FROM = "learned_from"
"""Key in the record: the run whose topics the entries have learned from."""


def learn_wordings(engine: Engine) -> int:
    """Give every promoted topic's entry the wordings it lacks; return how many were new.

    A wording whose question stands elsewhere now is taken away again, unless it is shown:
    then a person chose it. Topics that did not change since the last time teach nothing.
    """
    with reading(engine) as conn:
        base = find_base(conn)
        run = "" if base is None else f"{base.incarnation} {base.run}"
        if run == find_value(conn, LEARNED_FROM):
            return 0
        promoted = sorted(one for one, state in topic_states(conn).items() if state == "promoted")
    learned = sum(_learn(engine, topic_id) for topic_id in promoted)
    with transaction(engine) as conn:
        set_value(conn, LEARNED_FROM, run)
    return learned


def _learn(engine: Engine, topic_id: int) -> int:
    with transaction(engine) as conn:
        topic = get_topic(conn, topic_id, viewer=OPERATOR)
        if topic.state != "promoted" or topic.entry_id is None:
            return 0
        rows = topic_members(conn, topic.id, viewer=OPERATOR)
        sure = [row.question_id for row in rows if row.confidence >= MIN_CONFIDENCE]
        members = questions_by_id(conn, sure, viewer=OPERATOR)
        drop_foreign_phrasings(conn, topic.entry_id, [row.question_id for row in rows])
        return add_member_phrasings(conn, topic.entry_id, topic, members)
