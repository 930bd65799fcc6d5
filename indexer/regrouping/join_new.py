"""Lets new questions join the topics that are there, between two full groupings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import Connection, Engine

from indexer.encoder import Encoder
from indexer.regrouping.base import (
    DECISION_WEIGHT,
    FACTS_VERSION,
    GroupingBase,
    Growth,
    save_base,
)
from indexer.regrouping.online_topics import OnlineTopics
from indexer.regrouping.report import GroupingReport
from indexer.regrouping.state import (
    News,
    Seen,
    check_current,
    read_news,
    read_seen,
    vanished_since,
)
from kb.store.engine import reading, transaction
from kb.store.grouping.assignments import count_members, drop_assignments, save_assignments
from kb.store.grouping.standing import places_of, places_of_texts, questions_decided_since
from kb.topics import Assignment


def join_new(
    engine: Engine, encoder: Encoder, online: OnlineTopics, *, run_id: int
) -> GroupingReport | None:
    """Place the new questions, take out those that are gone, and return what was done.

    None where more changed than may only join, or the topics are not of this record, encoder
    and version. A text that stands somewhere already stands there again. What is stored is
    stored in one transaction. Raises Outdated where somebody regrouped meanwhile.
    """
    with reading(engine) as conn:
        seen = read_seen(conn)
        base = seen.base
        if base is None or base.facts != FACTS_VERSION or not base.fits(conn, encoder.fingerprint):
            return None
        decided = base.new_decisions(conn, seen.stamp)
        news = _few_news(conn, seen, base, encoder.fingerprint, decided=decided)
        if news is None:
            return None
        if not len(news) and not decided and news.waiting == base.waiting:
            return _report("unchanged", base, run_before=base.run)
        # Without a new question nobody looks for neighbours, and reading them all can wait.
        if news.fresh:
            online.follow(conn, seen, base, seq=news.seq)
        known = places_of_texts(conn, [key for _, key in news.fresh])
    rows = _placed(news, known, online)
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
        online.took(rows, news.vectors[stays], gone=news.gone, now=now)
    return replace(
        _report("joined" if rows or news.gone else "unchanged", now, run_before=base.run),
        joined=len(rows) - waits,
        touched=tuple(sorted(touched)),
    )


def _placed(news: News, known: Mapping[str, Assignment], online: OnlineTopics) -> list[Assignment]:
    """Where new questions go: with their own text, whatever the neighbours say, or with these."""
    asked = [row for row, (_, key) in enumerate(news.fresh) if key not in known]
    ids = [news.fresh[row][0] for row in asked]
    found = dict(zip(asked, online.place(ids, news.vectors[asked]), strict=True))
    return [
        found[row] if row in found else replace(known[key], question_id=one, how="online")
        for row, (one, key) in enumerate(news.fresh)
    ]


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
