"""Questions and topics that tests put into a record, written in one line each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import Connection

from kb.embedded_text import embedded_text, text_hash
from kb.intake.records import IncomingQuestion
from kb.questions import CleanedQuestion
from kb.store.grouping.assignments import save_assignments
from kb.store.questions.cleaned import save_cleaned
from kb.store.questions.incoming import store_question
from kb.store.topics.record import add_topic
from kb.topics import Assignment, TopicFacts

ASKED_AT = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)


def give_question(
    conn: Connection, source_id: str, subject: str, body: str = "", *, lang: str = "en"
) -> int:
    """Store a cleaned question and return its id."""
    incoming = IncomingQuestion(
        source_id=source_id, subject=subject, body=body, created_at=ASKED_AT, lang=lang
    )
    question_id, _ = store_question(conn, incoming, channel="ticket", source="ticket")
    cleaned = CleanedQuestion(
        id=question_id,
        subject=subject,
        body=body,
        lang=lang,
        noise=None,
        masked={},
        text_hash=text_hash(embedded_text(subject, body)),
        replies={},
    )
    save_cleaned(conn, [cleaned], version=1)
    return question_id


def give_topic(conn: Connection, label: str, question_ids: Sequence[int]) -> int:
    """Store a candidate topic that holds these questions, the most typical first."""
    facts = TopicFacts(
        label=label,
        lang="en",
        label_question_id=question_ids[0],
        keywords=("pairing",),
        size=len(question_ids),
        askers=len(question_ids),
        cohesion=0.8,
        weeks=(("2026-W19", len(question_ids)),),
        trend="steady",
        typical=tuple(question_ids[:5]),
        atypical=(),
        draft={"text": "Switch Bluetooth off and on again."},
        first_asked_at=ASKED_AT,
        last_asked_at=ASKED_AT,
    )
    topic_id = add_topic(conn, facts, run_id=None)
    rows = [Assignment(one, topic_id, topic_id, "graph", 0.9) for one in question_ids]
    save_assignments(conn, rows, run_id=None)
    return topic_id
