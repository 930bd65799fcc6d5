"""Looks for anything in the record that should not be so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, Select, and_, exists, func, select

from kb.store.embeddings import STORED
from kb.store.engine import damage_in, reading
from kb.store.schema import (
    assignments,
    attachment_contents,
    attachments,
    decisions,
    embeddings,
    entries,
    entry_revisions,
    links,
    phrasings,
    questions,
    redirects,
    replies,
    topics,
)

DAMAGED_FILE = "file"
"""Stands for a table where the database's own pages are damaged: nothing else can be asked."""

EXAMPLES = 5
"""Ids that a finding names; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong: in which table, what, for how many rows, and the first of their keys."""

    table: str
    what: str
    count: int = 1
    ids: tuple[int | str, ...] = ()

    def __str__(self) -> str:
        if not self.ids:
            return f"{self.table}: {self.what}"
        named = ", ".join(str(one) for one in self.ids)
        more = ", ..." if self.count > len(self.ids) else ""
        return f"{self.table}: {self.count:,} {self.what} (id {named}{more})"


def check_record(engine: Engine) -> list[Finding]:
    """Everything found wrong, in one state of the record; [] for a record as it should be."""
    with reading(engine) as conn:
        found = [Finding(DAMAGED_FILE, line) for line in damage_in(conn)]
        if found:
            # What follows would read damaged pages.
            return found
        for table, what, statement in _questions_to_ask():
            found += _ask(conn, table, what, statement)
        found += _vectors_of_wrong_length(conn)
    return found


def _ask(conn: Connection, table: str, what: str, statement: Select[Any]) -> list[Finding]:
    count = conn.execute(select(func.count()).select_from(statement.subquery())).scalar_one()
    if not count:
        return []
    first = conn.execute(statement.order_by(*statement.selected_columns).limit(EXAMPLES))
    return [Finding(table, what, count, tuple(row[0] for row in first))]


def _questions_to_ask() -> Iterator[tuple[str, str, Select[Any]]]:
    """Give (table, what is wrong, its ids) for each rule of the record."""
    yield from _pointers()
    yield from _entry_rules()
    yield from _file_rules()
    members = select(func.count()).where(assignments.c.topic_id == topics.c.id).scalar_subquery()
    yield (
        "topics",
        "with another size than they have questions",
        select(topics.c.id).where(
            topics.c.size + topics.c.reposts != members, topics.c.state != "merged"
        ),
    )
    yield (
        "topics",
        "merged but leading nowhere",
        select(topics.c.id).where(topics.c.state == "merged", topics.c.merged_into.is_(None)),
    )
    further = redirects.alias()
    chained = and_(further.c.kind == redirects.c.kind, further.c.from_id == redirects.c.to_id)
    yield (
        "redirects",
        "leading to another redirect or in a circle",
        select(redirects.c.id).where(exists().where(chained)),
    )


def _pointers() -> Iterator[tuple[str, str, Select[Any]]]:
    """Give the ids that point to nothing in columns without a foreign key."""
    for table, column, target, key in (
        (topics, topics.c.entry_id, entries, topics.c.id),
        (topics, topics.c.merged_into, topics.alias(), topics.c.id),
        (entries, entries.c.topic_id, topics, entries.c.id),
        (assignments, assignments.c.nearest_topic_id, topics, assignments.c.question_id),
        (decisions, decisions.c.question_a, questions, decisions.c.id),
        (decisions, decisions.c.question_b, questions, decisions.c.id),
    ):
        missing = ~exists().where(target.c.id == column)
        yield (
            table.name,
            f"with a {column.name} that does not exist",
            select(key).where(column.is_not(None), missing),
        )
    for kind, id_ in ((links.c.from_kind, links.c.from_id), (links.c.to_kind, links.c.to_id)):
        missing = ~exists().where(entries.c.id == id_)
        yield (
            "links",
            f"with a {id_.name} that does not exist",
            select(links.c.id).where(kind == "entry", missing),
        )


def _entry_rules() -> Iterator[tuple[str, str, Select[Any]]]:
    title = and_(
        phrasings.c.entry_id == entries.c.id,
        phrasings.c.origin == "title",
        phrasings.c.shown.is_(True),
    )
    yield (
        "entries",
        "published without a title among their phrasings",
        select(entries.c.id).where(entries.c.state == "published", ~exists().where(title)),
    )
    revision = and_(
        entry_revisions.c.entry_id == entries.c.id,
        entry_revisions.c.number == entries.c.revision,
    )
    yield (
        "entries",
        "without their present revision in the history",
        select(entries.c.id).where(~exists().where(revision)),
    )


def _file_rules() -> Iterator[tuple[str, str, Select[Any]]]:
    """Give the files without content or owner, and the contents that no file has.

    What was sent ahead of its question lies under a negative number and has no owner yet.
    """
    there = exists().where(attachment_contents.c.sha256 == attachments.c.sha256)
    yield "attachments", "without their content", select(attachments.c.id).where(~there)
    used = exists().where(attachments.c.sha256 == attachment_contents.c.sha256)
    unused = select(attachment_contents.c.sha256).where(~used)
    yield "attachment_contents", "that no file has", unused
    for kind, owner in (("question", questions), ("reply", replies), ("entry", entries)):
        owned = exists().where(owner.c.id == attachments.c.object_id)
        yield (
            "attachments",
            f"of a {kind} that does not exist",
            select(attachments.c.id).where(
                attachments.c.kind == kind, attachments.c.object_id > 0, ~owned
            ),
        )


def _vectors_of_wrong_length(conn: Connection) -> list[Finding]:
    """Find encoders whose stored vectors differ in length, or are no whole numbers of floats."""
    size = func.length(embeddings.c.vector)
    statement = (
        select(embeddings.c.fingerprint, size, func.count())
        .group_by(embeddings.c.fingerprint, size)
        .order_by(embeddings.c.fingerprint, func.count().desc(), size)
    )
    usual: dict[str, int] = {}
    found = []
    for fingerprint, length, count in conn.execute(statement):
        expected = usual.setdefault(fingerprint, length)
        if length == 0 or length % STORED.itemsize or length != expected:
            what = f"{count:,} vectors of {fingerprint} have {length} bytes, not {expected}"
            found.append(Finding("embeddings", what, count))
    return found
