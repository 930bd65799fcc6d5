"""Keeps the searches of the record: settles them, makes questions of gaps, forgets old ones."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from sqlalchemy import Connection, Engine

from kb.searches.folding import FoldedSearch, fold
from kb.searches.outcomes import Afterwards, is_due, is_in_record, is_unanswered, outcome_of
from kb.searches.questions import asks_something, question_of_search
from kb.store.engine import giving_way, reading
from kb.store.jobs import enqueue
from kb.store.searches.settling import (
    Outcome,
    clicks_of,
    forget_searches,
    has_searches_before,
    open_searches,
    save_folds,
    save_outcomes,
    visitors_with_open_searches,
    votes_of,
)

ASKED_WITHIN = timedelta(days=30)
"""Older searches become no questions, so that a record that comes with years of them, from an
older version or elsewhere, does not flood its topics at once."""

FORGET_WITHIN_S = 10.0
"""Seconds of one round: what is new must not wait while years of old searches are deleted."""

VISITORS_AT_ONCE = 200
"""Visitors of one transaction: some hundred searches, so that no writer waits long."""


@dataclass(frozen=True, slots=True)
class SearchReport:
    """What one round did: searches settled, questions made of them, old rows forgotten."""

    settled: int = 0
    questions: int = 0
    forgotten: int = 0

    def __str__(self) -> str:
        return (
            f"{self.settled:,} searches settled, {self.questions:,} questions made of them, "
            f"{self.forgotten:,} old rows forgotten"
        )


def keep_searches(engine: Engine, *, now: datetime, retention_days: int) -> SearchReport:
    """Do what is due about searches; the worker calls it about once a minute.

    May be repeated and cut off anywhere. Asks for an index run where it made questions.
    Raises Unavailable for a busy record; what was done until then stays.
    """
    settled, made = settle_intents(engine, now=now)
    forgotten = 0
    if retention_days > 0:
        forgotten = forget_old(engine, before=now - timedelta(days=retention_days))
    return SearchReport(settled, made, forgotten)


def settle_intents(engine: Engine, *, now: datetime) -> tuple[int, int]:
    """Fold searches, settle those that are due; return how many, and how many new questions."""
    settled = made = 0
    last = ""
    while True:
        with reading(engine) as conn:
            visitors = visitors_with_open_searches(conn, after=last, limit=VISITORS_AT_ONCE)
        if not visitors:
            return settled, made
        last = visitors[-1]
        with giving_way(engine) as conn:
            done, new = _settle_visitors(conn, visitors, now)
            if new:
                enqueue(conn, "index")
        settled, made = settled + done, made + new


def _settle_visitors(conn: Connection, visitors: Sequence[str], now: datetime) -> tuple[int, int]:
    searches = open_searches(conn, visitors)
    if not searches:
        return 0, 0
    since = min(search.at for search in searches)
    clicks = clicks_of(conn, visitors, since=since)
    votes = votes_of(conn, visitors, since=since)
    outcomes: list[Outcome] = []
    made = 0
    for visitor, theirs in groupby(searches, key=lambda search: search.visitor):
        mine = clicks.get(visitor, {})
        folded = fold(list(theirs), mine)
        asked = [click.at for click in mine.get(None, ()) if click.action == "asked"]
        for one, following in zip(folded, [*folded[1:], None], strict=True):
            after = Afterwards(
                votes=votes.get(visitor, ()),
                asked_at=asked,
                next_search_at=following.rows[0].at if following else None,
            )
            if is_due(one, now):
                outcome, is_new = _settle(conn, one, after, now)
                outcomes.append(outcome)
                made += is_new
            else:
                save_folds(conn, one)
    save_outcomes(conn, outcomes)
    return len(outcomes), made


def _settle(
    conn: Connection, search: FoldedSearch, after: Afterwards, now: datetime
) -> tuple[Outcome, bool]:
    """Return what came of a search and whether a new question was made of it."""
    settled = outcome_of(search, after)
    clicked = any(click.action == "opened" for click in search.clicks)
    unanswered = is_unanswered(search.head, settled, clicked=clicked)
    question_id, is_new = None, False
    is_recent = search.head.at + ASKED_WITHIN >= now
    is_gap = unanswered and is_recent and not is_in_record(settled)
    if is_gap and asks_something(search.head.text):
        question_id, is_new = question_of_search(conn, search.head)
    return Outcome(search, settled, unanswered, question_id), is_new


def forget_old(engine: Engine, *, before: datetime, within_s: float = FORGET_WITHIN_S) -> int:
    """Delete searches and clicks made before a time; the counts per day stay.

    Stops after `within_s` seconds: the next round takes the next ones.
    """
    forgotten = 0
    over = time.monotonic() + within_s
    while time.monotonic() < over:
        with reading(engine) as conn:
            if not has_searches_before(conn, before):
                break
        with giving_way(engine) as conn:
            forgotten += forget_searches(conn, before=before)
    return forgotten
