"""Searches in the same words, counted for agents: what they found, when, and what came of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time

from sqlalchemy import (
    ColumnElement,
    Connection,
    String,
    and_,
    case,
    func,
    literal_column,
    or_,
    select,
    type_coerce,
    update,
)

from kb.access import Viewer
from kb.searches.intents import PICKED, StoredSearch
from kb.store.engine import chunks
from kb.store.schema import assignments, search_intents, topics
from kb.store.searches.reports import SearchesWanted, monday_of, mondays_of, require_editor
from kb.store.searches.settling import stored_search

MAX_GROUPS = 1_000
KEYS_AT_ONCE = 100
DAY_CHARS = len("2026-11-22")


@dataclass(frozen=True, slots=True)
class SearchGroup:
    """Searches in the same words; `text` is how it was typed last.

    `visitors` counts people, each day anew. `weeks` counts searches per Monday, oldest first.
    `outcomes` and `verdicts` count by word; what is still open has no outcome. `topic_id` is
    the topic that most of the questions made of them stand in, `topic_label` its name;
    `asked_as_question` tells whether any was made.
    """

    text: str
    text_key: str
    lang: str | None
    searches: int
    visitors: int
    unanswered: int
    last_at: datetime
    outcomes: Mapping[str, int]
    verdicts: Mapping[str, int]
    weeks: tuple[tuple[date, int], ...] = ()
    topic_id: int | None = None
    topic_label: str | None = None
    asked_as_question: bool = False


def search_groups(
    conn: Connection, wanted: SearchesWanted, *, viewer: Viewer, limit: int = 50
) -> list[SearchGroup]:
    """Searches in the same words, those of the most visitors first, then by words."""
    require_editor(viewer)
    table = search_intents.c
    people = func.count(table.visitor.distinct())
    statement = (
        select(
            table.text_key,
            func.count().label("searches"),
            people.label("visitors"),
            func.max(table.at).label("last_at"),
            func.sum(case((table.unanswered.is_(True), 1), else_=0)).label("unanswered"),
        )
        .where(*_chosen(wanted))
        .group_by(table.text_key)
        .order_by(people.desc(), func.count().desc(), table.text_key)
        .limit(min(limit, MAX_GROUPS))
    )
    rows = conn.execute(statement).all()
    details = _details(conn, wanted, {row.text_key: row.last_at for row in rows})
    mondays = mondays_of(wanted)
    return [
        SearchGroup(
            text=details[row.text_key].text,
            text_key=row.text_key,
            lang=details[row.text_key].lang,
            searches=row.searches,
            visitors=row.visitors,
            unanswered=int(row.unanswered),
            last_at=row.last_at,
            outcomes=dict(details[row.text_key].outcomes),
            verdicts=dict(details[row.text_key].verdicts),
            weeks=tuple((monday, details[row.text_key].weeks[monday]) for monday in mondays),
            topic_id=details[row.text_key].topic_id,
            topic_label=details[row.text_key].topic_label,
            asked_as_question=bool(details[row.text_key].question_ids),
        )
        for row in rows
    ]


def _chosen(wanted: SearchesWanted) -> list[ColumnElement[bool]]:
    at = search_intents.c.at
    return [at >= _midnight(wanted.since), at < _midnight(wanted.until), *_counted(wanted)]


def _counted(wanted: SearchesWanted) -> list[ColumnElement[bool]]:
    """The conditions on a search, whenever it was made."""
    table = search_intents.c
    counted = [table.folded_into.is_(None), table.verdict != PICKED, table.text_key != ""]
    if wanted.lang is not None:
        counted.append(table.lang == wanted.lang)
    if wanted.unanswered:
        counted.append(table.unanswered.is_(True))
    return counted


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


@dataclass(slots=True)
class _Details:
    text: str = ""
    lang: str | None = None
    topic_id: int | None = None
    topic_label: str | None = None
    outcomes: Counter[str] = field(default_factory=Counter)
    verdicts: Counter[str] = field(default_factory=Counter)
    weeks: Counter[date] = field(default_factory=Counter)
    question_ids: set[int] = field(default_factory=set)


def _details(
    conn: Connection, wanted: SearchesWanted, last_at: Mapping[str, datetime]
) -> dict[str, _Details]:
    """What else is known of searches, given when each words were searched last."""
    found: dict[str, _Details] = defaultdict(_Details)
    for part in chunks(list(last_at.items()), KEYS_AT_ONCE):
        _count_details(conn, wanted, [key for key, _ in part], found)
        _read_last(conn, wanted, part, found)
    _find_topics(conn, found)
    return found


def _count_details(
    conn: Connection, wanted: SearchesWanted, keys: Sequence[str], found: Mapping[str, _Details]
) -> None:
    """Let the database count by day: many rows, read one by one, would take seconds."""
    table = search_intents.c
    # PostgreSQL groups by what is written out; two parameters are two things to it.
    first: ColumnElement[int] = literal_column("1")
    length: ColumnElement[int] = literal_column(str(DAY_CHARS))
    day = func.substr(type_coerce(table.at, String), first, length)
    columns = (table.text_key, day, table.outcome, table.verdict, table.question_id)
    statement = (
        select(*columns, func.count())
        .where(*_chosen(wanted), table.text_key.in_(keys))
        .group_by(*columns)
    )
    for key, at_day, outcome, verdict, question_id, count in conn.execute(statement):
        one = found[key]
        one.verdicts[verdict] += count
        one.weeks[monday_of(date.fromisoformat(at_day))] += count
        if outcome is not None:
            one.outcomes[outcome] += count
        if question_id is not None:
            one.question_ids.add(question_id)


def _read_last(
    conn: Connection,
    wanted: SearchesWanted,
    last_at: Sequence[tuple[str, datetime]],
    found: Mapping[str, _Details],
) -> None:
    """Read how the words were typed last, and in which language."""
    table = search_intents.c
    # SQLite finds each of these by an index, and pairs in one IN by reading all.
    places = [and_(table.text_key == key, table.at == at) for key, at in last_at]
    statement = (
        select(table.text_key, table.text, table.lang)
        .where(or_(*places), *_counted(wanted))
        .order_by(table.id)
    )
    for key, typed, lang in conn.execute(statement):
        found[key].text, found[key].lang = typed, lang


def _find_topics(conn: Connection, details: Mapping[str, _Details]) -> None:
    ids = sorted({one for each in details.values() for one in each.question_ids})
    topic_of: dict[int, int] = {}
    labels: dict[int, str] = {}
    for part in chunks(ids):
        statement = (
            select(assignments.c.question_id, topics.c.id, topics.c.label)
            .join(topics, topics.c.id == assignments.c.topic_id)
            .where(assignments.c.question_id.in_(part))
        )
        for question_id, topic_id, label in conn.execute(statement):
            topic_of[question_id] = topic_id
            labels[topic_id] = label
    for one in details.values():
        counted = Counter(topic_of[key] for key in one.question_ids if key in topic_of)
        if counted:
            one.topic_id = min(counted, key=lambda topic: (-counted[topic], topic))
            one.topic_label = labels[one.topic_id]


def link_question(conn: Connection, search_id: int, question_id: int) -> None:
    """Remember which question was made of a search."""
    conn.execute(
        update(search_intents)
        .where(search_intents.c.id == search_id)
        .values(question_id=question_id)
    )


def find_search(conn: Connection, text_key: str, *, viewer: Viewer) -> StoredSearch | None:
    """The newest search in these words."""
    require_editor(viewer)
    table = search_intents.c
    row = conn.execute(
        select(search_intents)
        .where(table.text_key == text_key, table.folded_into.is_(None), table.verdict != PICKED)
        .order_by(table.at.desc(), table.id.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else stored_search(row)
