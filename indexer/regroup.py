"""Groups the record's questions into topics again, keeping ids and decisions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Engine

from indexer.decided_pairs import pair_decisions
from indexer.encoder import Encoder
from indexer.grouping import UNGROUPED, Grouping, group_questions
from indexer.grouping_base import GroupingBase, Growth, find_base, read_said, save_base
from indexer.grouping_state import (
    GroupingState,
    Outdated,
    check_current,
    read_state,
    vanished_since,
)
from indexer.join_new import place_new_questions
from indexer.joining import measure_reaches
from indexer.matching import TopicMatch, match_topics
from indexer.progress import Progress
from indexer.topic_facts import DescribedTopic, describe_topics
from kb.clock import utc_now
from kb.errors import Conflict
from kb.questions import GroupableQuestion
from kb.store.assignments import count_members, drop_assignments, save_assignments
from kb.store.embeddings import vector_matrix
from kb.store.engine import reading, transaction
from kb.store.instance import get_incarnation
from kb.store.redirects import add_redirect
from kb.store.topic_reaches import save_topic_reaches, topic_reaches_by_id
from kb.store.topics import add_topic, empty_topics, save_topic_facts
from kb.topics import Assignment

OnProgress = Callable[[Progress], None]

TRIES = 5
"""How often a grouping begins anew because somebody regrouped while it was computed."""


@dataclass(frozen=True, slots=True)
class GroupingReport:
    """What grouping did.

    `how` is "full", "joined" (new questions only joined topics) or "unchanged". `kept_share`
    is the share of the questions grouped before that are in the same topic now.
    """

    how: str
    questions: int
    topics: int
    ungrouped: int
    joined: int = 0
    new_topics: int = 0
    vanished_topics: int = 0
    kept_share: float = 1.0
    overridden_decisions: tuple[int, ...] = ()

    def __str__(self) -> str:
        """One line for a person."""
        if self.how == "unchanged":
            return f"nothing new, {self.topics:,} topics"
        if self.how == "joined":
            return f"{self.joined:,} new questions joined one of {self.topics:,} topics"
        found = f"{self.topics:,} topics from {self.questions:,} questions, "
        found += f"{self.ungrouped:,} ungrouped"
        if self.new_topics == self.topics and not self.vanished_topics:
            return found
        return (
            f"{found}; {self.kept_share:.1%} stayed where they were, "
            f"{self.new_topics:,} topics new, {self.vanished_topics:,} gone"
        )


def regroup(
    engine: Engine,
    encoder: Encoder,
    *,
    run_id: int,
    force: bool = False,
    on_progress: OnProgress | None = None,
) -> GroupingReport:
    """Bring topics and assignments up to date and return what changed.

    With few new questions they only join the topics that are there; otherwise everything is
    grouped anew, decisions enforced, and new topics take the ids of the old ones that they
    overlap. A question without a stored vector waits for the next run. All results are stored
    in one transaction; where somebody regrouped meanwhile, the work begins anew. Raises
    Conflict when that happens again and again.
    """
    for _ in range(TRIES):
        with reading(engine) as conn:
            base = find_base(conn)
            if base is not None and not force and base.fits(conn, encoder.fingerprint):
                if base.is_current(conn, read_said(conn)):
                    return _report("unchanged", base)
            else:
                base = None
            state = read_state(conn, encoder.fingerprint)
        fresh, gone = state.fresh(), state.gone()
        questions = len(state.questions)
        few = base is not None and base.may_only_join(
            state.said, changed=len(fresh) + len(gone), questions=questions
        )
        try:
            if base is not None and few:
                return _join(engine, encoder, state, base, run_id=run_id)
            held = base if base and base.holds_topics(state.said, questions=questions) else None
            return _group_all(engine, encoder, state, held, run_id=run_id, on_progress=on_progress)
        except Outdated:
            continue
    raise Conflict("topics are being regrouped all the time: grouping waits")


def _report(how: str, base: GroupingBase, *, joined: int = 0) -> GroupingReport:
    return GroupingReport(how, base.questions, base.topics, base.ungrouped, joined=joined)


def _join(
    engine: Engine, encoder: Encoder, state: GroupingState, base: GroupingBase, *, run_id: int
) -> GroupingReport:
    """Place the new questions and take out those that are gone."""
    fresh, gone = state.fresh(), state.gone()
    old = [one for one in state.questions if one.id in state.assigned]
    rows: list[Assignment] = []
    if fresh:
        known, new = _vectors(engine, encoder, [old, fresh])
        with reading(engine) as conn:
            reaches = topic_reaches_by_id(conn)
        places = [state.assigned[one.id] for one in old]
        rows = place_new_questions(known, places, fresh, new, reaches=reaches)
    with transaction(engine) as conn:
        check_current(conn, state)
        rows = _without(rows, vanished_since(conn, state))
        stood = [state.assigned[one] for one in gone]
        touched = {row.topic_id for row in (*rows, *stood) if row.topic_id is not None}
        save_assignments(conn, rows, run_id=run_id)
        drop_assignments(conn, gone)
        count_members(conn, sorted(touched))
        now = [*(state.assigned[one.id] for one in old), *rows]
        changed = len(rows) + len(gone)
        growth = Growth(
            seq=state.seq,
            run=run_id if changed else base.run,
            said=state.said,
            questions=len(now),
            ungrouped=sum(row.topic_id is None for row in now),
            waiting=state.waiting,
            changed=changed,
        )
        save_base(conn, base.grown(growth))
    joined = sum(row.topic_id is not None for row in rows)
    return _report("joined" if changed else "unchanged", base.grown(growth), joined=joined)


def _vectors(
    engine: Engine, encoder: Encoder, groups: list[list[GroupableQuestion]]
) -> list[NDArray[np.float32]]:
    with reading(engine) as conn:
        return [
            vector_matrix(
                conn, encoder.fingerprint, [one.text_hash for one in group], dim=encoder.dim
            )
            for group in groups
        ]


def _without(rows: list[Assignment], vanished: set[int]) -> list[Assignment]:
    return [row for row in rows if row.question_id not in vanished]


def _group_all(
    engine: Engine,
    encoder: Encoder,
    state: GroupingState,
    held: GroupingBase | None,
    *,
    run_id: int,
    on_progress: OnProgress | None,
) -> GroupingReport:
    """Find all topics, holding on to the present ones where their base is given."""
    (vectors,) = _vectors(engine, encoder, [state.questions])

    def tell(_stage: str, share: float) -> None:
        if on_progress is not None:
            on_progress(Progress("group", int(share * 100), 100))

    hashes = [one.text_hash for one in state.questions]
    given = pair_decisions(state)
    grouping = group_questions(
        vectors,
        texts=hashes,
        langs=[one.lang for one in state.questions],
        decisions=given.pairs,
        previous=state.topic_numbers() if held else None,
        on_progress=tell,
    )
    members: list[set[int]] = [set() for _ in range(grouping.topic_count)]
    for row, topic in enumerate(grouping.topic_of):
        if topic != UNGROUPED:
            members[topic].add(state.questions[row].id)
    decided = frozenset(
        topic for topic, name in state.states.items() if name in ("promoted", "dismissed")
    )
    match = match_topics(state.topics(), members, keep=decided)
    described = describe_topics(engine, state.questions, vectors, grouping, on_progress=on_progress)
    reaches = measure_reaches(vectors, grouping.topic_of, topic_count=grouping.topic_count)
    with transaction(engine) as conn:
        check_current(conn, state)
        ids = _save(conn, state, grouping, match, described, run_id=run_id)
        save_topic_reaches(conn, dict(zip(ids, reaches.tolist(), strict=True)))
        base = _new_base(conn, state, grouping, encoder.fingerprint, run_id)
        if held:
            base = replace(base, afresh=held.afresh)
        save_base(conn, base)
    return GroupingReport(
        how="full",
        questions=base.questions,
        topics=base.topics,
        ungrouped=base.ungrouped,
        new_topics=match.churn.new_topics,
        vanished_topics=len(match.churn.vanished),
        kept_share=match.churn.kept_share,
        overridden_decisions=given.ids_of(grouping.overridden),
    )


def _new_base(
    conn: Connection, state: GroupingState, grouping: Grouping, fingerprint: str, run_id: int
) -> GroupingBase:
    return GroupingBase(
        incarnation=get_incarnation(conn),
        fingerprint=fingerprint,
        seq=state.seq,
        run=run_id,
        last_decision=state.said.newest(),
        undone=state.said.undone,
        grouped_at=utc_now().isoformat(),
        questions=len(state.questions),
        topics=grouping.topic_count,
        ungrouped=int((grouping.topic_of == UNGROUPED).sum()),
        waiting=state.waiting,
        afresh=len(state.questions),
    )


def _save(
    conn: Connection,
    state: GroupingState,
    grouping: Grouping,
    match: TopicMatch,
    described: list[DescribedTopic],
    *,
    run_id: int,
) -> list[int]:
    """Store topics and the assignments that changed; return the topics' ids."""
    ids: list[int] = []
    for known, topic in zip(match.ids, described, strict=True):
        if known is None:
            ids.append(add_topic(conn, topic.facts, run_id=run_id))
        else:
            save_topic_facts(conn, known, topic.facts, run_id=run_id)
            ids.append(known)
    rows = [
        _assignment(question.id, row, grouping, ids) for row, question in enumerate(state.questions)
    ]
    vanished = vanished_since(conn, state)
    changed = [row for row in rows if state.assigned.get(row.question_id) != row]
    save_assignments(conn, _without(changed, vanished), run_id=run_id)
    drop_assignments(conn, state.gone())
    short = {row.topic_id for row in rows if row.question_id in vanished}
    count_members(conn, sorted(topic for topic in short if topic is not None))
    kept = set(ids)
    for old, into in match.churn.merged:
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
