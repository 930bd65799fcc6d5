"""Which entries people asked for, one after another; for the indexer, never for a reader."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, func, select

from kb.store.schema import assignments, entries, questions, redirects, search_intents, topics

SILENT_STATES = ("spam", "hidden")
ENTRY_PREFIX = "entry:"


@dataclass(frozen=True, slots=True)
class Asked:
    """Somebody asked for an entry; `person` tells people apart and must never be shown."""

    person: str
    entry_id: int
    at: datetime


def asked_entries(conn: Connection) -> list[Asked]:
    """Each time a known sender, account or visitor asked for a published entry, oldest first.

    By a question in a topic that was promoted to the entry, or by a search that it answered. A
    visitor has another name each day, so that searches only tell what was asked on one day.
    Merged entries count as what they became.
    """
    published = set(
        conn.execute(select(entries.c.id).where(entries.c.state == "published")).scalars()
    )
    moved = select(redirects.c.from_id, redirects.c.to_id).where(redirects.c.kind == "entry")
    leads_to = {row.from_id: row.to_id for row in conn.execute(moved)}
    found = []
    for person, entry_id, at in (*_by_questions(conn), *_by_searches(conn)):
        now = leads_to.get(entry_id, entry_id)
        if now in published:
            found.append(Asked(person, now, at))
    return sorted(found, key=lambda one: (one.at, one.person, one.entry_id))


def _by_questions(conn: Connection) -> Iterator[tuple[str, int, datetime]]:
    statement: Select[Any] = (
        select(questions.c.account_id, questions.c.sender, topics.c.entry_id, questions.c.asked_at)
        .join(assignments, assignments.c.question_id == questions.c.id)
        .join(topics, topics.c.id == assignments.c.topic_id)
        .where(
            topics.c.state == "promoted",
            topics.c.entry_id.is_not(None),
            questions.c.state.not_in(SILENT_STATES),
            questions.c.account_id.is_not(None) | (func.coalesce(questions.c.sender, "") != ""),
        )
    )
    for account_id, sender, entry_id, at in conn.execute(statement):
        known = account_id is not None
        yield (f"account {account_id}" if known else f"sender {sender.casefold()}"), entry_id, at


def _by_searches(conn: Connection) -> Iterator[tuple[str, int, datetime]]:
    table = search_intents.c
    statement = select(table.visitor, table.answered_by, table.at).where(
        table.outcome == "answered",
        table.folded_into.is_(None),
        table.answered_by.like(f"{ENTRY_PREFIX}%"),
    )
    for visitor, answered_by, at in conn.execute(statement):
        number = answered_by.removeprefix(ENTRY_PREFIX)
        if number.isdecimal():
            # The question that was made of a search names its visitor as its sender.
            yield f"sender {visitor.casefold()}", int(number), at
