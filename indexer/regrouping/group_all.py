"""Groups all questions of the record anew, holding on to topics as far as that is right."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Engine

from indexer.encoder import Encoder
from indexer.facts.topic_facts import DescribedTopic, describe_topics, find_near_topics
from indexer.progress import Progress
from indexer.regrouping.base import FACTS_VERSION, GroupingBase, save_base
from indexer.regrouping.decided_pairs import DecidedPairs, pair_decisions
from indexer.regrouping.report import LISTED, GroupingReport
from indexer.regrouping.state import GroupingState, check_current, vanished_since
from indexer.topics.constraints import PairDecision
from indexer.topics.founding import may_found_topics
from indexer.topics.grouping import UNGROUPED, Grouping, group_questions
from indexer.topics.holding import HeldTopics, Hold, hold_topics
from indexer.topics.joining import measure_reaches
from indexer.topics.matching import Churn, count_churn, match_topics
from kb.clock import utc_now
from kb.store.embeddings import vector_matrix
from kb.store.engine import reading, transaction
from kb.store.grouping.assignments import count_members, drop_assignments, save_assignments
from kb.store.grouping.decisions import set_overridden
from kb.store.grouping.reaches import save_topic_reaches
from kb.store.grouping.standing import questions_decided_since
from kb.store.instance import get_incarnation
from kb.store.redirects import add_redirect
from kb.store.topics.record import add_topic, empty_topics, save_near_topics, save_topic_facts
from kb.topics import Assignment

OnProgress = Callable[[Progress], None]


def group_all(
    engine: Engine,
    encoder: Encoder,
    state: GroupingState,
    held: GroupingBase | None,
    *,
    run_id: int,
    on_progress: OnProgress | None,
) -> GroupingReport:
    """Find all topics, holding on to the present ones where their base is given.

    Stored in one transaction. Raises Outdated where somebody regrouped meanwhile.
    """
    with reading(engine) as conn:
        hashes = [one.text_hash for one in state.questions]
        vectors = vector_matrix(conn, encoder.fingerprint, hashes, dim=encoder.dim)
    given = pair_decisions(state, vectors)
    fresh = _group(state, vectors, given, on_progress)
    decided = frozenset(
        topic for topic, name in state.states.items() if name in ("promoted", "dismissed")
    )
    overridden = given.ids_of(fresh.overridden)
    if held is None:
        match = match_topics(state.topics(), _members(state, fresh), keep=decided)
        found = HeldTopics(fresh, match.ids)
    else:
        hold = _hold(engine, state, held, decided, _standing_pairs(given, fresh))
        found = hold_topics(vectors, fresh, state.topic_ids(), hold)
    grouping = found.grouping
    members = _members(state, grouping)
    churn = count_churn(state.topics(), members, found.ids, keep=decided)
    described = describe_topics(engine, state.questions, vectors, grouping, on_progress=on_progress)
    reaches = measure_reaches(vectors, grouping.topic_of, topic_count=grouping.topic_count)
    with transaction(engine) as conn:
        check_current(conn, state.seen)
        ids = _save(conn, state, found, described, churn, run_id=run_id)
        words = {one: topic.facts.keywords for one, topic in zip(ids, described, strict=True)}
        save_near_topics(conn, find_near_topics(vectors, grouping, ids, words))
        save_topic_reaches(conn, dict(zip(ids, reaches.tolist(), strict=True)))
        set_overridden(conn, overridden)
        base = _new_base(conn, state, grouping, encoder.fingerprint, run_id)
        save_base(conn, base)
    return _report(state, base, churn, ids, overridden)


def _group(
    state: GroupingState,
    vectors: NDArray[np.float32],
    given: DecidedPairs,
    on_progress: OnProgress | None,
) -> Grouping:
    def tell(_stage: str, share: float) -> None:
        if on_progress is not None:
            on_progress(Progress("group", int(share * 100), 100))

    return group_questions(
        vectors,
        texts=[one.text_hash for one in state.questions],
        langs=[one.lang for one in state.questions],
        decisions=given.pairs,
        may_found=may_found_topics(state.questions, vectors),
        on_progress=tell,
    )


def _hold(
    engine: Engine,
    state: GroupingState,
    held: GroupingBase,
    keep: frozenset[int],
    pairs: Sequence[PairDecision],
) -> Hold:
    """How the topics that are there are held: not at all where people changed their minds."""
    with reading(engine) as conn:
        about = questions_decided_since(conn, held.last_decision, held.grouped)
        budget = held.budget(conn, changed=len(state.fresh()) + len(state.gone()))
    places = (state.assigned.get(one) for one in about)
    release = {one.topic_id for one in places if one is not None and one.topic_id is not None}
    return Hold(budget=budget, keep=keep, release=frozenset(release), pairs=pairs)


def _standing_pairs(given: DecidedPairs, fresh: Grouping) -> list[PairDecision]:
    lost = set(fresh.overridden)
    return [pair for position, pair in enumerate(given.pairs) if position not in lost]


def _members(state: GroupingState, grouping: Grouping) -> list[set[int]]:
    members: list[set[int]] = [set() for _ in range(grouping.topic_count)]
    for row, topic in enumerate(grouping.topic_of.tolist()):
        if topic != UNGROUPED:
            members[topic].add(state.questions[row].id)
    return members


def _new_base(
    conn: Connection, state: GroupingState, grouping: Grouping, fingerprint: str, run_id: int
) -> GroupingBase:
    return GroupingBase(
        incarnation=get_incarnation(conn),
        fingerprint=fingerprint,
        seq=state.resume_seq,
        run=run_id,
        last_decision=state.said.stamp.newest,
        undone=state.said.stamp.undone,
        grouped_at=utc_now().isoformat(),
        questions=len(state.questions),
        topics=grouping.topic_count,
        ungrouped=int((grouping.topic_of == UNGROUPED).sum()),
        waiting=state.waiting,
        facts=FACTS_VERSION,
    )


def _save(
    conn: Connection,
    state: GroupingState,
    found: HeldTopics,
    described: list[DescribedTopic],
    churn: Churn,
    *,
    run_id: int,
) -> list[int]:
    """Store topics and the assignments that changed; return the topics' ids."""
    ids: list[int] = []
    for known, topic in zip(found.ids, described, strict=True):
        if known is None:
            ids.append(add_topic(conn, topic.facts, run_id=run_id))
        else:
            save_topic_facts(conn, known, topic.facts, run_id=run_id)
            ids.append(known)
    grouping = found.grouping
    rows = [
        _assignment(question.id, row, grouping, ids) for row, question in enumerate(state.questions)
    ]
    vanished = vanished_since(conn, state.seq)
    changed = [
        row
        for row in rows
        if state.assigned.get(row.question_id) != row and row.question_id not in vanished
    ]
    save_assignments(conn, changed, run_id=run_id)
    drop_assignments(conn, state.gone())
    short = {row.topic_id for row in rows if row.question_id in vanished}
    count_members(conn, sorted(topic for topic in short if topic is not None))
    kept = set(ids)
    for old, into in churn.merged:
        if state.states[old] == "candidate" and into in kept:
            add_redirect(conn, "topic", old, into)
    empty_topics(conn, sorted(set(state.states) - kept))
    return ids


def _assignment(question_id: int, row: int, grouping: Grouping, ids: list[int]) -> Assignment:
    topic, nearest = int(grouping.topic_of[row]), int(grouping.nearest_topic[row])
    return Assignment(
        question_id=question_id,
        topic_id=ids[topic] if topic != UNGROUPED else None,
        nearest_topic_id=ids[nearest] if nearest != UNGROUPED else None,
        how="graph",
        confidence=round(float(grouping.confidence[row]), 4),
    )


def _report(
    state: GroupingState,
    base: GroupingBase,
    churn: Churn,
    ids: Sequence[int],
    overridden: tuple[int, ...],
) -> GroupingReport:
    new = sorted(set(ids) - state.states.keys())
    split = tuple((old, tuple(ids[part] for part in parts)) for old, parts in churn.split)
    return GroupingReport(
        how="full",
        questions=base.questions,
        topics=base.topics,
        ungrouped=base.ungrouped,
        new_topics=churn.new_topics,
        vanished_topics=len(churn.vanished),
        kept_share=churn.kept_share,
        kept=churn.kept,
        moved=churn.moved,
        new=tuple(new[:LISTED]),
        vanished=churn.vanished[:LISTED],
        merged=churn.merged[:LISTED],
        split=split[:LISTED],
        overridden_decisions=overridden,
        touched=None,
        run_before=0 if state.base is None else state.base.run,
    )
