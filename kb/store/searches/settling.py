"""Reads searches whose outcome is open and stores what came of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    and_,
    bindparam,
    delete,
    literal_column,
    select,
    update,
)

from kb.searches.folding import FoldedSearch
from kb.searches.intents import Click, Settled, StoredSearch, VisitorVote
from kb.store.engine import chunks, upsert
from kb.store.schema import clicks, helpful_votes, questions, search_days, search_intents

_DAY = ("day", "lang", "verdict", "outcome", "evidence")
_COUNTED = ("searches", "clicked", "unanswered", "reformulations")

FORGOTTEN_AT_ONCE = 2_000
"""Rows of one transaction, so that no writer waits long."""


def visitors_with_open_searches(conn: Connection, *, after: str, limit: int) -> list[str]:
    """Names of visitors with a search whose outcome is open, in order, those behind `after`."""
    statement = (
        select(search_intents.c.visitor)
        .where(search_intents.c.outcome.is_(None), search_intents.c.visitor > after)
        .distinct()
        .order_by(search_intents.c.visitor)
        .limit(limit)
    )
    return list(conn.execute(statement).scalars())


def open_searches(conn: Connection, visitors: Sequence[str]) -> list[StoredSearch]:
    """The searches of these visitors whose outcome is open, by visitor, oldest first.

    They stay locked to the end of the transaction, so that no two workers settle one twice.
    """
    table = search_intents.c
    statement = (
        select(search_intents)
        .where(table.outcome.is_(None), table.visitor.in_(visitors))
        .order_by(table.visitor, table.at, table.id)
        .with_for_update()
    )
    return [stored_search(row) for row in conn.execute(statement)]


def stored_search(row: Row[Any]) -> StoredSearch:
    """The domain object of one row of `search_intents`."""
    return StoredSearch(
        id=row.id,
        key=row.key,
        text=row.text,
        text_key=row.text_key,
        lang=row.lang,
        product=row.product,
        place=row.place,
        verdict=row.verdict,
        visitor=row.visitor,
        folded_into=row.folded_into,
        at=row.at,
    )


def clicks_of(
    conn: Connection, visitors: Sequence[str], *, since: datetime
) -> dict[str, dict[str | None, list[Click]]]:
    """What visitors did, by visitor and search key, oldest first; under None: after no search."""
    statement = (
        select(clicks)
        .where(clicks.c.visitor.in_(visitors), clicks.c.at >= since)
        .order_by(clicks.c.at, clicks.c.id)
    )
    found: dict[str, dict[str | None, list[Click]]] = defaultdict(lambda: defaultdict(list))
    for row in conn.execute(statement):
        click = Click(
            row.intent_key, row.visitor, row.action, row.at, row.type, row.target_id, row.rank
        )
        found[row.visitor][row.intent_key].append(click)
    return found


def votes_of(
    conn: Connection, visitors: Sequence[str], *, since: datetime
) -> dict[str, list[VisitorVote]]:
    """The helpful votes of these visitors by visitor, oldest first."""
    votes = helpful_votes.c
    statement = (
        select(helpful_votes)
        .where(votes.visitor.in_(visitors), votes.at >= since)
        .order_by(votes.at, votes.id)
    )
    found: dict[str, list[VisitorVote]] = defaultdict(list)
    for row in conn.execute(statement):
        target = f"entry:{row.entry_id}"
        found[row.visitor].append(VisitorVote(row.visitor, target, row.helpful, row.at))
    return found


def save_folds(conn: Connection, folded: FoldedSearch) -> int:
    """Mark which row stands for all of a search still open; return how many rows changed."""
    head = folded.head
    changed = 0
    for row in folded.rows:
        wanted = None if row.id == head.id else head.id
        if row.folded_into != wanted:
            changed += 1
            conn.execute(
                update(search_intents)
                .where(search_intents.c.id == row.id)
                .values(folded_into=wanted)
            )
    return changed


@dataclass(frozen=True, slots=True)
class Outcome:
    """A search with what came of it, whether it shows a gap, and the question made of it."""

    search: FoldedSearch
    settled: Settled
    unanswered: bool
    question_id: int | None = None

    @property
    def clicked(self) -> bool:
        """Whether anything was opened."""
        return any(click.action == "opened" for click in self.search.clicks)


def save_outcomes(conn: Connection, outcomes: Sequence[Outcome]) -> None:
    """Store what came of searches, count them for their days, forget what was folded into them."""
    if not outcomes:
        return
    names = ("outcome", "evidence", "answered_by", "unanswered", "question_id", "reformulations")
    conn.execute(
        update(search_intents)
        .where(search_intents.c.id == bindparam("row"))
        .values(folded_into=None, **{name: bindparam(name) for name in names}),
        [
            {
                "row": one.search.head.id,
                "outcome": one.settled.outcome,
                "evidence": one.settled.evidence,
                "answered_by": one.settled.answered_by,
                "unanswered": one.unanswered,
                "question_id": one.question_id,
                "reformulations": one.search.reformulations,
            }
            for one in outcomes
        ],
    )
    for one in outcomes:
        head = one.search.head
        others = [row for row in one.search.rows if row.id != head.id]
        _give_clicks(conn, [row.key for row in others if row.key], to=head.key)
        for part in chunks([row.id for row in others]):
            conn.execute(delete(search_intents).where(search_intents.c.id.in_(part)))
    _count_days(conn, outcomes)


def _give_clicks(conn: Connection, keys: list[str], *, to: str | None) -> None:
    """Let the clicks of folded rows belong to the search; what it has already is dropped."""
    for part in chunks(keys):
        moved = conn.execute(select(clicks).where(clicks.c.intent_key.in_(part))).all()
        if not moved:
            continue
        conn.execute(delete(clicks).where(clicks.c.intent_key.in_(part)))
        statement = upsert(conn, clicks).on_conflict_do_nothing(
            index_elements=["intent_key", "action", "type", "target_id"]
        )
        rows = [dict(row._mapping) | {"intent_key": to} for row in moved]
        conn.execute(statement, rows)


def _count_days(conn: Connection, outcomes: Sequence[Outcome]) -> None:
    sums: dict[tuple[str, str, str, str, str], Counter[str]] = defaultdict(Counter)
    for one in outcomes:
        head = one.search.head
        day = (head.at.date().isoformat(), head.lang or "", head.verdict)
        sums[(*day, one.settled.outcome, one.settled.evidence)].update(
            searches=1,
            clicked=int(one.clicked),
            unanswered=int(one.unanswered),
            reformulations=one.search.reformulations,
        )
    statement = upsert(conn, search_days)
    statement = statement.on_conflict_do_update(
        index_elements=list(_DAY),
        set_={name: search_days.c[name] + statement.excluded[name] for name in _COUNTED},
    )
    conn.execute(
        statement,
        [
            dict(zip(_DAY, day, strict=True)) | {name: counted[name] for name in _COUNTED}
            for day, counted in sorted(sums.items())
        ],
    )


def forget_searches(conn: Connection, *, before: datetime) -> int:
    """Delete some of the searches and clicks made before a time and return how many.

    Questions that were made of such searches stay, without the daily name of who searched.
    """
    named = select(questions.c.id).where(_names_a_visitor(), questions.c.asked_at < before)
    some = named.limit(FORGOTTEN_AT_ONCE).scalar_subquery()
    conn.execute(update(questions).where(questions.c.id.in_(some)).values(sender=None))
    done = 0
    for table in (search_intents, clicks):
        old = select(table.c.id).where(table.c.at < before).limit(FORGOTTEN_AT_ONCE)
        done += conn.execute(delete(table).where(table.c.id.in_(old.scalar_subquery()))).rowcount
    return done


def has_searches_before(conn: Connection, before: datetime) -> bool:
    """Whether `forget_searches` would find anything; it only reads, so it can be asked often."""
    old = [select(table.c.id).where(table.c.at < before) for table in (search_intents, clicks)]
    old.append(select(questions.c.id).where(_names_a_visitor(), questions.c.asked_at < before))
    return any(conn.execute(each.limit(1)).first() is not None for each in old)


def _names_a_visitor() -> ColumnElement[bool]:
    # In the words of the index of these, which a parameter would not match.
    made_of_search = questions.c.channel == literal_column("'search'")
    return and_(made_of_search, questions.c.sender.is_not(None))
