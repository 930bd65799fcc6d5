"""Lets new questions join the topics that are there, between two full groupings."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection, Engine

from indexer.encoder import Encoder
from indexer.regrouping.base import DECISION_WEIGHT, GroupingBase, Growth, save_base
from indexer.regrouping.online_topics import OnlineTopics
from indexer.regrouping.report import GroupingReport
from indexer.regrouping.state import (
    News,
    Outdated,
    Seen,
    check_current,
    read_news,
    read_seen,
    vanished_since,
)
from kb.store.assignments import count_members, drop_assignments, save_assignments
from kb.store.embeddings import vector_matrix
from kb.store.engine import reading, transaction
from kb.store.standing import places_of, questions_decided_since
from kb.store.topic_reaches import topic_reaches_by_id


def join_new(
    engine: Engine, encoder: Encoder, base: GroupingBase, online: OnlineTopics, *, run_id: int
) -> GroupingReport | None:
    """Place the new questions, take out those that are gone, and return what was done.

    None where more changed than may only join. What is stored is stored in one transaction.
    Raises Outdated where somebody regrouped meanwhile.
    """
    with reading(engine) as conn:
        seen = read_seen(conn)
        if seen.base != base:
            raise Outdated
        decided = base.new_decisions(conn, seen.stamp)
        news = _few_news(conn, seen, base, encoder.fingerprint, decided=decided)
        if news is None:
            return None
        if not len(news) and not decided and news.waiting == base.waiting:
            return _report("unchanged", base, run_before=base.run)
        # Without a new question nobody looks for neighbours, and reading them all can wait.
        if news.fresh:
            online.follow(conn, seen, base, seq=news.seq)
        reaches = topic_reaches_by_id(conn)
        ids, hashes = [one for one, _ in news.fresh], [key for _, key in news.fresh]
        vectors = vector_matrix(conn, encoder.fingerprint, hashes, dim=encoder.dim)
    rows = online.place(ids, vectors, reaches=reaches)
    with transaction(engine) as conn:
        check_current(conn, seen)
        vanished = vanished_since(conn, news.seq)
        stays = [place for place, row in enumerate(rows) if row.question_id not in vanished]
        rows = [rows[place] for place in stays]
        left = places_of(conn, news.gone)
        regrouped = _regrouped(conn, base) if decided else set()
        touched = {row.topic_id for row in rows if row.topic_id is not None}
        touched |= {one for one in (*left.values(), *regrouped) if one}
        save_assignments(conn, rows, run_id=run_id)
        drop_assignments(conn, news.gone)
        count_members(conn, sorted(touched))
        changed = len(rows) + len(news.gone) + DECISION_WEIGHT * decided
        waits = sum(row.topic_id is None for row in rows)
        growth = Growth(
            seq=news.resume_seq,
            run=run_id if changed else base.run,
            stamp=seen.stamp,
            questions=base.questions + len(rows) - len(news.gone),
            ungrouped=base.ungrouped + waits - sum(not one for one in left.values()),
            waiting=news.waiting,
            changed=changed,
        )
        now = base.grown(growth)
        save_base(conn, now)
    if news.fresh:
        online.took(rows, vectors[stays], gone=news.gone, now=now)
    return replace(
        _report("joined" if rows or news.gone else "unchanged", now, run_before=base.run),
        joined=len(rows) - waits,
        touched=tuple(sorted(touched)),
    )


def _report(how: str, base: GroupingBase, *, run_before: int) -> GroupingReport:
    return GroupingReport(how, base.questions, base.topics, base.ungrouped, run_before=run_before)


def _few_news(
    conn: Connection, seen: Seen, base: GroupingBase, fingerprint: str, *, decided: int
) -> News | None:
    news = read_news(conn, base, fingerprint)
    if news is None:
        return None
    questions = base.questions + len(news.fresh)
    few = base.may_only_join(seen.stamp, decided=decided, changed=len(news), questions=questions)
    return news if few else None


def _regrouped(conn: Connection, base: GroupingBase) -> set[int]:
    """The topics of the questions that people decided on meanwhile."""
    about = questions_decided_since(conn, base.last_decision, base.grouped)
    return set(places_of(conn, about).values())
