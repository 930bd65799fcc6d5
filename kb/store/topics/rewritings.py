"""Rewritings of topics' drafts in the record: stored with the draft, kept while the quote stays."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select, update

from kb.access import Viewer
from kb.desk.rewriting import (
    BEGAN,
    REWRITTEN,
    UNCHECKED,
    Rewriting,
    has_same_words,
    rewriting_to_json,
)
from kb.errors import Conflict, NotFound
from kb.store.audit import Subject, record_audit
from kb.store.schema import entries, entry_revisions, topics


def save_rewriting(
    conn: Connection, topic_id: int, rewriting: Rewriting, *, quoted: str, viewer: Viewer
) -> None:
    """Store what a machine made of a topic's draft, in the place of what it made before.

    Raises NotFound, and Conflict when the topic no longer quotes `quoted`: what was made of
    that is worth nothing now.
    """
    statement = select(topics.c.draft).where(topics.c.id == topic_id).with_for_update()
    row = conn.execute(statement).one_or_none()
    if row is None:
        raise NotFound("topic", topic_id)
    if not row.draft or row.draft.get("text") != quoted:
        raise Conflict("the topic quotes another reply by now: look at it, then rewrite that")
    draft = {**row.draft, REWRITTEN: rewriting_to_json(rewriting)}
    conn.execute(update(topics).where(topics.c.id == topic_id).values(draft=draft))
    record_audit(
        conn,
        "rewrite draft",
        Subject("topic", topic_id),
        viewer=viewer,
        facts={"model": rewriting.model, "host": rewriting.host},
    )


def keep_rewriting(
    conn: Connection, topic_id: int, draft: dict[str, Any] | None
) -> dict[str, Any] | None:
    """The new draft of a topic, with the stored rewriting where both quote the same text."""
    if draft is None:
        return None
    statement = select(topics.c.draft).where(topics.c.id == topic_id).with_for_update()
    before = conn.execute(statement).scalar()
    if not before or REWRITTEN not in before:
        return draft
    same = all(draft.get(key) == before.get(key) for key in ("reply_id", "text"))
    return {**draft, REWRITTEN: before[REWRITTEN]} if same else draft


def note_first_revision(conn: Connection, entry_id: int, note: str) -> None:
    """Say in the first revision of an entry how it came to be."""
    conn.execute(
        update(entry_revisions)
        .where(entry_revisions.c.entry_id == entry_id, entry_revisions.c.number == 1)
        .values(note=note)
    )


def is_unchecked(conn: Connection, entry_id: int) -> bool:
    """Whether an entry's answer is a machine's wording that nobody has edited or checked."""
    statement = (
        select(entry_revisions.c.answer, entries.c.answer)
        .join(entries, entries.c.id == entry_revisions.c.entry_id)
        .where(*_unchecked(entry_id))
    )
    return any(has_same_words(came, now) for came, now in conn.execute(statement))


def mark_checked(conn: Connection, entry_id: int) -> None:
    """Note that a person stands for what a machine worded, so that nobody is asked again."""
    said = func.replace(entry_revisions.c.note, UNCHECKED, BEGAN)
    conn.execute(update(entry_revisions).where(*_unchecked(entry_id)).values(note=said))


def _unchecked(entry_id: int) -> tuple[ColumnElement[bool], ...]:
    begins = entry_revisions.c.note.startswith(UNCHECKED, autoescape=True)
    return entry_revisions.c.entry_id == entry_id, begins
