"""A question with all that was said to it, in the words that were typed."""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy import Connection, Row, func, insert, select, update

from kb.access import Viewer, may_edit
from kb.asking.conversations import AskedQuestion, Conversation, SaidReply
from kb.clock import utc_now
from kb.errors import Conflict, InvalidInput, NotFound
from kb.store.engine import new_id
from kb.store.questions.incoming import clean_again, content_hash
from kb.store.questions.reading import same_token
from kb.store.schema import accounts, products, questions, replies
from kb.visible_text import has_visible

HERE = "here-"
"""How the source ids of replies begin that were written on this site."""

MAX_REPLIES = 300
"""On one question; a conversation that goes on longer needs another place."""

MAX_REPLY_CHARS = 20_000

_COLUMNS = (*questions.c, products.c.slug, products.c.name.label("product_name"))
_JOINED = questions.outerjoin(products, questions.c.product_id == products.c.id)


def get_conversation(
    conn: Connection, question_id: int, *, viewer: Viewer, token: str = ""
) -> Conversation:
    """A question and its replies, oldest first, for staff, its owner, or its token's holder.

    Raises NotFound for everybody else, and for staff while its guest has not confirmed it.
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
    return Conversation(_asked(row), _replies(conn, question_id))


def find_asked(conn: Connection, question_id: int) -> AskedQuestion | None:
    """A question as it was typed, for who may see it by other means (a mailed link)."""
    row = conn.execute(
        select(*_COLUMNS).select_from(_JOINED).where(questions.c.id == question_id)
    ).one_or_none()
    return None if row is None else _asked(row)


def _asked(row: Row[tuple[object, ...]]) -> AskedQuestion:
    return AskedQuestion(
        id=row.id,
        token=row.token,
        channel=row.channel,
        source=row.source,
        state=row.state,
        subject=row.subject_raw,
        body=row.body_raw,
        is_html=row.is_html,
        locale=row.asker_locale,
        product=row.slug,
        product_name=row.product_name,
        asked_at=row.asked_at,
        confirm_until=row.confirm_until,
        solved_at=row.solved_at,
        account_id=row.account_id,
        sender=row.sender or "",
        noise=row.noise,
    )


def _replies(conn: Connection, question_id: int) -> tuple[SaidReply, ...]:
    statement = (
        select(replies, accounts.c.name)
        .outerjoin(accounts, accounts.c.id == replies.c.by_id)
        .where(replies.c.question_id == question_id)
        .order_by(replies.c.id)
        .limit(MAX_REPLIES)
    )
    return tuple(
        SaidReply(
            id=row.id,
            author=row.author,
            by_name=row.name or "",
            text=row.body_raw,
            is_html=row.is_html,
            written_here=row.source_id.startswith(HERE),
            written_at=row.written_at,
        )
        for row in conn.execute(statement)
    )


def add_reply(
    conn: Connection, question_id: int, body: str, *, author: str, by_id: int | None = None
) -> int:
    """Store a reply that was written here and return its id.

    `author` is "agent", "customer", "helper" or "unknown". An agent's marks an open question
    answered. The same text from the same side, sent twice in a row, is one reply. Raises
    NotFound, InvalidInput for a reply without text or too long, Conflict where there are too
    many already.
    """
    if not has_visible(body):
        raise InvalidInput("a reply needs a text", field="body")
    if len(body) > MAX_REPLY_CHARS:
        raise InvalidInput(f"a reply has at most {MAX_REPLY_CHARS:,} characters", field="body")
    locked = conn.execute(
        select(questions.c.state).where(questions.c.id == question_id).with_for_update()
    ).one_or_none()
    if locked is None:
        raise NotFound("question", question_id)
    digest = content_hash(body, "")
    last = conn.execute(
        select(replies.c.id, replies.c.author, replies.c.content_hash)
        .where(replies.c.question_id == question_id)
        .order_by(replies.c.id.desc())
        .limit(1)
    ).one_or_none()
    if last is not None and (last.author, last.content_hash) == (author, digest):
        return int(last.id)
    _require_room(conn, question_id)
    statement = insert(replies).values(
        question_id=question_id,
        source_id=f"{HERE}{secrets.token_hex(8)}",
        author=author,
        by_id=by_id,
        kind="",
        body_raw=body,
        content_hash=digest,
        written_at=utc_now(),
    )
    reply_id = new_id(conn.execute(statement))
    if author == "agent" and locked.state == "open":
        set_state(conn, question_id, "answered")
    clean_again(conn, question_id)
    return reply_id


def _require_room(conn: Connection, question_id: int) -> None:
    count = conn.execute(
        select(func.count()).select_from(replies).where(replies.c.question_id == question_id)
    ).scalar_one()
    if count >= MAX_REPLIES:
        raise Conflict(
            f"question {question_id} has {MAX_REPLIES} replies already; ask anew",
            text_key="full question",
        )


def set_state(conn: Connection, question_id: int, state: str) -> str:
    """Put a question into a state and return the one before; raises NotFound.

    What is solved keeps the time at which it first was, until it is open or answered again.
    """
    row = conn.execute(
        select(questions.c.state, questions.c.solved_at)
        .where(questions.c.id == question_id)
        .with_for_update()
    ).one_or_none()
    if row is None:
        raise NotFound("question", question_id)
    solved_at: datetime | None = row.solved_at
    if state == "solved":
        solved_at = solved_at or utc_now()
    elif state in ("open", "answered"):
        solved_at = None
    conn.execute(
        update(questions)
        .where(questions.c.id == question_id)
        .values(state=state, solved_at=solved_at)
    )
    return str(row.state)
