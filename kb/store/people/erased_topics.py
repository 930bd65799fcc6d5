"""Takes erased questions out of what topics show of them: label, keywords, examples, draft."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, or_, select, update

from kb.intake.masking import mask_personal_data
from kb.store.engine import chunks
from kb.store.schema import assignments, entries, questions, topics

READ_MEMBERS = 500
"""Questions of a topic in which its keywords are looked for."""

LABEL_CHARS = 120

QUESTION_KEYS = frozenset({"question_id"})
REPLY_KEYS = frozenset({"reply_id", "other_id", "contradicting_reply_id"})
"""Under these keys a stored draft names whom it quotes."""


@dataclass(frozen=True, slots=True)
class Gone:
    """What was erased: questions, the replies that read otherwise now, the person's names.

    `whole`: nothing of the questions' text may stay.
    """

    questions: frozenset[int]
    replies: frozenset[int]
    names: tuple[str, ...]
    whole: bool


def erase_from_topics(conn: Connection, gone: Gone) -> set[int]:
    """Take the questions out of what topics show, while they are still in them.

    Returns the topics that changed. The next run of the indexer finds new labels, keywords and
    drafts; until then a topic shows what its other questions give.
    """
    changed = _drop_drafts(conn, gone)
    for row in _topics_with(conn, gone):
        values = _without(conn, row, gone)
        if values:
            conn.execute(update(topics).where(topics.c.id == row.id).values(**values))
            changed.add(row.id)
    return changed


def _drop_drafts(conn: Connection, gone: Gone) -> set[int]:
    """Drop the drafts that quote what was erased."""
    statement = (
        select(topics.c.id, topics.c.draft)
        .where(topics.c.draft.is_not(None))
        .execution_options(yield_per=500)
    )
    quoting = [row.id for row in conn.execute(statement) if row.draft and _quotes(row.draft, gone)]
    for part in chunks(quoting):
        conn.execute(update(topics).where(topics.c.id.in_(part)).values(draft=None))
    return set(quoting)


def _quotes(draft: Any, gone: Gone) -> bool:
    if isinstance(draft, dict):
        for key, value in draft.items():
            if key in REPLY_KEYS and value in gone.replies:
                return True
            if gone.whole and key in QUESTION_KEYS and value in gone.questions:
                return True
            if isinstance(value, dict | list) and _quotes(value, gone):
                return True
        return False
    return isinstance(draft, list) and any(_quotes(one, gone) for one in draft)


def _topics_with(conn: Connection, gone: Gone) -> list[Row[Any]]:
    found: dict[int, Row[Any]] = {}
    for part in chunks(sorted(gone.questions)):
        inside = select(assignments.c.topic_id).where(
            assignments.c.question_id.in_(part), assignments.c.topic_id.is_not(None)
        )
        named = or_(topics.c.id.in_(inside), topics.c.label_question_id.in_(part))
        for row in conn.execute(select(topics).where(named)):
            found[row.id] = row
    return [found[one] for one in sorted(found)]


def _without(conn: Connection, row: Row[Any], gone: Gone) -> dict[str, Any]:
    """Return the columns of a topic that must change."""
    if not gone.whole:
        label = mask_personal_data(row.label, names=gone.names).text
        keywords = [one for one in row.keywords if not _names(one, gone)]
        found: dict[str, Any] = {"label": label, "keywords": keywords}
        return {key: value for key, value in found.items() if value != getattr(row, key)}
    others = _other_members(conn, row.id, gone)
    spoken = "\n".join(f"{one.subject}\n{one.body}" for one in others).casefold()
    values: dict[str, Any] = {
        "keywords": [one for one in row.keywords if one.casefold() in spoken],
        "typical": [one for one in row.typical if one not in gone.questions],
        "atypical": [one for one in row.atypical if one not in gone.questions],
        "near": [
            {**one, "shared": [word for word in one["shared"] if word.casefold() in spoken]}
            for one in row.near
        ],
    }
    if row.label_question_id in gone.questions:
        values |= _other_label(conn, row, others)
    return {key: value for key, value in values.items() if value != getattr(row, key)}


def _names(keyword: str, gone: Gone) -> bool:
    """Whether a keyword, which is in small letters, is a part of the person's name."""
    return mask_personal_data(keyword.title(), names=gone.names).text != keyword.title()


def _other_members(conn: Connection, topic_id: int, gone: Gone) -> list[Any]:
    statement = (
        select(questions.c.id, questions.c.subject, questions.c.body)
        .join(assignments, assignments.c.question_id == questions.c.id)
        .where(assignments.c.topic_id == topic_id, questions.c.erased_at.is_(None))
        .order_by(assignments.c.confidence.desc(), questions.c.id)
        .limit(READ_MEMBERS)
    )
    return [row for row in conn.execute(statement).all() if row.id not in gone.questions]


def _other_label(conn: Connection, row: Row[Any], others: list[Any]) -> dict[str, Any]:
    """Return a label that owes nothing to the question that gave it so far."""
    if row.entry_id is not None:
        title = conn.execute(
            select(entries.c.title).where(entries.c.id == row.entry_id)
        ).scalar_one_or_none()
        if title:
            return {"label": title, "label_question_id": None}
    for one in others:
        wording = one.subject or one.body
        if wording:
            return {"label": wording[:LABEL_CHARS], "label_question_id": one.id}
    return {"label": f"#{row.id}", "label_question_id": None}
