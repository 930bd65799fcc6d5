"""Questions and their replies as readers and the indexer get them from the record."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, Row, select

from kb.access import Viewer, may_edit
from kb.errors import NotFound
from kb.questions import GroupableQuestion, Question, Reply
from kb.store.engine import chunks
from kb.store.schema import products, questions, replies

_COLUMNS = (*questions.c, products.c.slug.label("product"))
_JOINED = questions.outerjoin(products, questions.c.product_id == products.c.id)


def is_confirmed() -> ColumnElement[bool]:
    """The condition that a question counts: its guest confirmed it, or it needed no confirming."""
    return questions.c.confirm_until.is_(None)


def _question(row: Row[tuple[object, ...]]) -> Question:
    return Question(
        id=row.id,
        channel=row.channel,
        source=row.source,
        source_id=row.source_id,
        token=row.token,
        state=row.state,
        subject=row.subject or "",
        body=row.body or "",
        cleaned=row.cleaning_version is not None,
        lang=row.lang,
        product=row.product,
        noise=row.noise,
        text_hash=row.text_hash,
        asked_at=row.asked_at,
    )


def same_token(given: str, stored: str) -> bool:
    """Whether a given token is the stored one; takes the same time wherever they differ."""
    # Bytes, since given text may hold what no encoding can carry.
    return secrets.compare_digest(given.encode(errors="replace"), stored.encode())


def get_question(
    conn: Connection, question_id: int, *, viewer: Viewer, token: str = ""
) -> Question:
    """The question, for staff, its owner, or whoever holds its token.

    One that waits for its guest's confirmation is there for these two alone. Raises NotFound
    for everybody else too: who may not read it may not know of it.
    """
    row = conn.execute(
        select(*_COLUMNS).select_from(_JOINED).where(questions.c.id == question_id)
    ).one_or_none()
    if row is None:
        raise NotFound("question", question_id)
    owns = viewer.account_id is not None and viewer.account_id == row.account_id
    holds_token = bool(token) and same_token(token, row.token)
    works_here = may_edit(viewer) and row.confirm_until is None
    if not (works_here or owns or holds_token):
        raise NotFound("question", question_id)
    return _question(row)


def questions_by_id(conn: Connection, ids: Sequence[int], *, viewer: Viewer) -> dict[int, Question]:
    """The confirmed questions among the ids; {} for a viewer who is not staff."""
    if not may_edit(viewer):
        return {}
    found: dict[int, Question] = {}
    for part in chunks(list(ids)):
        chosen = select(*_COLUMNS).select_from(_JOINED)
        chosen = chosen.where(questions.c.id.in_(part), is_confirmed())
        statement = chosen.order_by(questions.c.id)
        found.update({row.id: _question(row) for row in conn.execute(statement)})
    return found


def find_question_by_source(conn: Connection, source: str, source_id: str) -> int | None:
    """The id of the question that a source calls `source_id`."""
    found: int | None = conn.execute(
        select(questions.c.id).where(
            questions.c.source == source, questions.c.source_id == source_id
        )
    ).scalar_one_or_none()
    return found


def questions_named(conn: Connection, source_id: str) -> list[int]:
    """Ids of the confirmed questions that any source calls `source_id`, by id, at most 10."""
    statement = (
        select(questions.c.id)
        .where(questions.c.source_id == source_id, is_confirmed())
        .order_by(questions.c.id)
        .limit(10)
    )
    return list(conn.execute(statement).scalars())


def replies_of(conn: Connection, question_ids: Sequence[int], *, viewer: Viewer) -> list[Reply]:
    """Cleaned replies of the questions, by question and time; [] for a viewer who is not staff."""
    if not may_edit(viewer):
        return []
    found: list[Reply] = []
    for part in chunks(list(question_ids)):
        statement = (
            select(replies)
            .where(replies.c.question_id.in_(part), replies.c.body.is_not(None))
            .order_by(replies.c.question_id, replies.c.id)
        )
        found += [
            Reply(row.id, row.question_id, row.author, row.kind, row.body, row.written_at)
            for row in conn.execute(statement)
        ]
    return found


def groupable(
    conn: Connection, *, after_id: int = 0, limit: int = 5_000
) -> list[GroupableQuestion]:
    """Questions that take part in topics, by id: cleaned, no noise, not spam, not hidden."""
    statement = (
        select(
            questions.c.id,
            questions.c.text_hash,
            questions.c.subject,
            questions.c.body,
            questions.c.lang,
            products.c.slug,
            questions.c.channel,
            questions.c.asked_at,
            questions.c.sender,
        )
        .outerjoin(products, products.c.id == questions.c.product_id)
        .where(
            questions.c.id > after_id,
            questions.c.text_hash.is_not(None),
            questions.c.noise.is_(None),
            questions.c.state.not_in(("spam", "hidden")),
        )
        .order_by(questions.c.id)
        .limit(limit)
    )
    return [GroupableQuestion(*row) for row in conn.execute(statement)]
