"""The draft answer of one topic, read from its questions' real replies, as it is stored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Engine

from indexer.replies.draft_text import quotable
from indexer.replies.drafts import Draft, ReplyContradiction, TopicReply, find_draft
from kb.access import OPERATOR
from kb.embedded_text import embedded_text
from kb.questions import Question, Reply
from kb.store.engine import reading
from kb.store.questions.reading import questions_by_id, replies_of

DRAFT_MEMBERS = 120
"""Questions of a topic whose replies are read for its draft, the surest first."""

OTHERS_KEPT = 5
"""Agreeing replies that are stored beside the draft, the nearest first."""

OTHER_CHARS = 1_500
"""What is beyond this in an agreeing reply is cut."""

MIN_TRANSLATION_SHARE = 0.2
"""Share of a topic's questions that a further language needs for a draft of its own."""


def draft_of_topic(engine: Engine, question_ids: Sequence[int]) -> dict[str, Any] | None:
    """The most central useful reply with its source, as it is stored with the topic.

    question_ids: the topic's questions, the surest first. The draft is in the language of most
    of the questions that got a useful reply; further languages may have one each. None where no
    reply is useful.
    """
    read = list(question_ids[:DRAFT_MEMBERS])
    with reading(engine) as conn:
        replies = replies_of(conn, read, viewer=OPERATOR)
        questions = questions_by_id(conn, read, viewer=OPERATOR) if replies else {}
    by_id = {reply.id: reply for reply in replies}
    found = _draft_per_language(replies, questions)
    if not found:
        return None
    (lang, draft), *others = found
    clashes = [clash for _, one in found for clash in one.contradictions]
    return {
        **_quoted(by_id[draft.reply_id], draft.text),
        "lang": lang,
        "kind": by_id[draft.reply_id].kind,
        "agreement": round(draft.agreement, 3),
        "agreeing": len(draft.agreeing) + 1,
        "replies": draft.useful,
        "read": len(replies),
        "others": _agreeing(draft, by_id),
        "translations": [
            {**_quoted(by_id[one.reply_id], one.text), "lang": other} for other, one in others
        ],
        "contradicting_reply_id": draft.contradicting,
        "contradictions": [_clash(clash, by_id) for clash in clashes],
    }


def _draft_per_language(
    replies: Sequence[Reply], questions: Mapping[int, Question]
) -> list[tuple[str | None, Draft]]:
    """Return (language, draft), the language of most questions first."""
    langs = Counter(one.lang for one in questions.values())
    found: list[tuple[str | None, Draft]] = []
    for lang, count in langs.most_common():
        if found and count < MIN_TRANSLATION_SHARE * len(questions):
            break
        asked = [one for one in questions.values() if one.lang == lang]
        ids = {one.id for one in asked}
        draft = find_draft(
            [_topic_reply(one) for one in replies if one.question_id in ids and _may_answer(one)],
            questions=[embedded_text(one.subject, one.body) for one in asked],
        )
        if draft is not None:
            found.append((lang, draft))
    return found


def _may_answer(reply: Reply) -> bool:
    # What the asker wrote themselves is an answer only where it was marked as one.
    return reply.author != "customer" or reply.kind == "solution"


def _topic_reply(reply: Reply) -> TopicReply:
    return TopicReply(
        reply_id=reply.id,
        question_id=reply.question_id,
        text=reply.body,
        is_solution=reply.kind == "solution",
        helpful_votes=1 if reply.kind == "helpful" else 0,
    )


def _quoted(reply: Reply, text: str) -> dict[str, Any]:
    return {
        "text": text,
        "reply_id": reply.id,
        "question_id": reply.question_id,
        "written_at": _time(reply),
    }


def _agreeing(draft: Draft, by_id: Mapping[int, Reply]) -> list[dict[str, Any]]:
    """Return the nearest agreeing replies; copies of the draft or of each other tell nothing."""
    seen = {draft.text}
    kept: list[dict[str, Any]] = []
    for one in draft.agreeing:
        text = quotable(by_id[one].body)
        if len(kept) == OTHERS_KEPT or text in seen:
            continue
        seen.add(text)
        short = text if len(text) <= OTHER_CHARS else f"{text[:OTHER_CHARS].rstrip()} …"
        kept.append(_quoted(by_id[one], short))
    return kept


def _clash(clash: ReplyContradiction, by_id: Mapping[int, Reply]) -> dict[str, Any]:
    return {
        **asdict(clash),
        "written_at": _time(by_id[clash.reply_id]),
        "other_written_at": _time(by_id[clash.other_id]),
    }


def _time(reply: Reply) -> str | None:
    return reply.written_at.isoformat() if reply.written_at else None
