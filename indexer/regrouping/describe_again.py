"""Finds the facts of topics again without grouping, after an upgrade that knows more of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from sqlalchemy import Engine

from indexer.encoder import Encoder
from indexer.facts.topic_facts import describe_topics, find_near_topics
from indexer.progress import Progress
from indexer.regrouping.base import FACTS_VERSION, GroupingBase, save_base
from indexer.regrouping.report import GroupingReport
from indexer.regrouping.state import GroupingState, check_current, read_state
from indexer.topics.grouping import UNGROUPED, Grouping
from kb.store.embeddings import vector_matrix
from kb.store.engine import reading, transaction
from kb.store.topics.record import save_near_topics, save_topic_facts


def describe_again(
    engine: Engine,
    encoder: Encoder,
    base: GroupingBase,
    *,
    on_progress: Callable[[Progress], None] | None = None,
) -> GroupingReport:
    """Store the facts of all topics as this version finds them; no question moves.

    Raises Outdated where somebody regrouped meanwhile.
    """
    with reading(engine) as conn:
        state = read_state(conn, encoder.fingerprint)
        hashes = [one.text_hash for one in state.questions]
        vectors = vector_matrix(conn, encoder.fingerprint, hashes, dim=encoder.dim)
    grouping, ids = _standing(state)
    described = describe_topics(engine, state.questions, vectors, grouping, on_progress=on_progress)
    with transaction(engine) as conn:
        check_current(conn, state.seen)
        for topic_id, topic in zip(ids, described, strict=True):
            save_topic_facts(conn, topic_id, topic.facts, run_id=base.run)
        words = {one: topic.facts.keywords for one, topic in zip(ids, described, strict=True)}
        save_near_topics(conn, find_near_topics(vectors, grouping, ids, words))
        now = replace(base, facts=FACTS_VERSION)
        save_base(conn, now)
    return GroupingReport("described", now.questions, now.topics, now.ungrouped, run_before=now.run)


def _standing(state: GroupingState) -> tuple[Grouping, list[int]]:
    """The topics as they are, as a grouping, and the id of each, biggest first."""
    topic_ids = state.topic_ids()
    found, counts = np.unique(topic_ids[topic_ids != UNGROUPED], return_counts=True)
    ids = found[np.lexsort((found, -counts))].tolist()
    number = {one: place for place, one in enumerate(ids)} | {UNGROUPED: UNGROUPED}
    topic_of = np.array([number[one] for one in topic_ids.tolist()], dtype=np.int32)
    places = [state.assigned.get(one.id) for one in state.questions]
    near = [UNGROUPED if one is None else one.nearest_topic_id or UNGROUPED for one in places]
    sure = [0.0 if one is None else one.confidence for one in places]
    grouping = Grouping(
        topic_of=topic_of,
        nearest_topic=np.array([number.get(one, UNGROUPED) for one in near], dtype=np.int32),
        confidence=np.array(sure, dtype=np.float32),
        topic_count=len(ids),
        resolution=1.0,
    )
    return grouping, ids
