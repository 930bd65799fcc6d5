"""What cleaning reads from the record and what it writes back."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    bindparam,
    case,
    func,
    null,
    or_,
    select,
    update,
)

from kb.questions import CleanedQuestion, RawQuestion
from kb.store.changes import record_changes
from kb.store.engine import chunks
from kb.store.questions.reading import is_confirmed
from kb.store.schema import questions, replies


def _not_cleaned_by(version: int) -> ColumnElement[bool]:
    unseen = or_(questions.c.cleaning_version.is_(None), questions.c.cleaning_version != version)
    return and_(unseen, is_confirmed())


def questions_to_clean(
    conn: Connection, version: int, *, after_id: int = 0, limit: int = 500
) -> list[RawQuestion]:
    """Questions that this version of the cleaning rules has not seen, by id."""
    statement = (
        select(questions)
        .where(questions.c.id > after_id, _not_cleaned_by(version))
        .order_by(questions.c.id)
        .limit(limit)
    )
    return [
        RawQuestion(
            row.id, row.subject_raw, row.body_raw, row.is_html, row.lang_hint, row.sender_name
        )
        for row in conn.execute(statement)
    ]


def raw_replies_of(
    conn: Connection, question_ids: Sequence[int]
) -> dict[int, list[tuple[int, str]]]:
    """(reply id, raw body) per question, in the order they were stored."""
    found: dict[int, list[tuple[int, str]]] = {}
    for part in chunks(list(question_ids)):
        statement = (
            select(replies.c.id, replies.c.question_id, replies.c.body_raw)
            .where(replies.c.question_id.in_(part))
            .order_by(replies.c.id)
        )
        for row in conn.execute(statement):
            found.setdefault(row.question_id, []).append((row.id, row.body_raw))
    return found


def html_replies_of(conn: Connection, question_ids: Sequence[int]) -> frozenset[int]:
    """Ids of those replies to the questions whose raw body is HTML."""
    found: set[int] = set()
    for part in chunks(list(question_ids)):
        statement = select(replies.c.id).where(
            replies.c.question_id.in_(part), replies.c.is_html.is_(True)
        )
        found.update(conn.execute(statement).scalars())
    return frozenset(found)


def save_cleaned(conn: Connection, cleaned: Sequence[CleanedQuestion], *, version: int) -> None:
    """Store what cleaning made of the questions; what a person said of noise stands above it."""
    if not cleaned:
        return
    names = ("subject", "body", "lang", "masked", "text_hash")
    said = questions.c.noise_said
    noise = case(
        (said.is_(None), bindparam("found_noise", type_=questions.c.noise.type)),
        (said == "question", null()),
        else_=said,
    )
    statement = (
        update(questions)
        .where(questions.c.id == bindparam("question"))
        .values(
            noise=noise,
            cleaning_version=version,
            **{name: bindparam(f"new_{name}", type_=questions.c[name].type) for name in names},
        )
    )
    conn.execute(
        statement,
        [
            {"question": one.id, "found_noise": one.noise}
            | {f"new_{name}": getattr(one, name) for name in names}
            for one in cleaned
        ],
    )
    bodies = [
        {"reply": reply_id, "body": body}
        for one in cleaned
        for reply_id, body in one.replies.items()
    ]
    if bodies:
        conn.execute(update(replies).where(replies.c.id == bindparam("reply")), bodies)
    record_changes(conn, "question", [one.id for one in cleaned])


def count_to_clean(conn: Connection, version: int) -> int:
    """How many questions this version of the cleaning rules has not seen."""
    statement = select(func.count()).select_from(questions).where(_not_cleaned_by(version))
    return int(conn.execute(statement).scalar_one())
