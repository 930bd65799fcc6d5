"""The draft answer of one topic, read from its questions' real replies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Engine

from indexer.drafts import TopicReply, find_draft
from kb.access import OPERATOR
from kb.questions import Reply
from kb.store.engine import reading
from kb.store.questions import replies_of

DRAFT_MEMBERS = 120
"""Questions of a topic whose replies are read for its draft, the surest first."""


def draft_of_topic(engine: Engine, question_ids: Sequence[int]) -> dict[str, Any] | None:
    """The most central useful reply with its source, as it is stored with the topic.

    question_ids: the topic's questions, the surest first; None where no reply is useful.
    """
    with reading(engine) as conn:
        replies = replies_of(conn, question_ids[:DRAFT_MEMBERS], viewer=OPERATOR)
    by_id: dict[int, Reply] = {reply.id: reply for reply in replies}
    draft = find_draft(
        [
            TopicReply(
                reply_id=one.id,
                question_id=one.question_id,
                text=one.body,
                is_solution=one.kind == "solution",
                helpful_votes=1 if one.kind == "helpful" else 0,
            )
            for one in replies
        ]
    )
    if draft is None:
        return None
    reply = by_id[draft.reply_id]
    return {
        "text": draft.text,
        "reply_id": draft.reply_id,
        "question_id": draft.question_id,
        "written_at": reply.written_at.isoformat() if reply.written_at else None,
        "agreement": round(draft.agreement, 3),
        "contradicting_reply_id": draft.contradicting,
        "contradictions": [asdict(clash) for clash in draft.contradictions],
    }
