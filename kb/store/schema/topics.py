"""Tables of topics, where questions stand, and what people decided about it."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
)

from kb.store.schema.parts import Id, metadata, states, table
from kb.store.types import Instant, StoredJson, StoredText

runs = table(
    "runs",
    Column("kind", String(20), nullable=False),
    Column("state", String(12), nullable=False),
    Column("fingerprint", String(80), nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("finished_at", Instant),
    Column("report", StoredJson, nullable=False),
    states("running", "done", "failed"),
    Index(None, "kind", "state", "id"),
)
topics = table(
    "topics",
    Column("state", String(12), nullable=False, server_default="candidate"),
    Column("label", StoredText, nullable=False),
    Column("lang", String(12)),
    Column("label_question_id", Id),
    Column("keywords", StoredJson, nullable=False),
    Column("size", Integer, nullable=False, server_default="0"),
    Column("askers", Integer, nullable=False, server_default="0"),
    Column("reposts", Integer, nullable=False, server_default="0"),
    Column("langs", StoredJson, nullable=False, server_default="{}"),
    Column("products", StoredJson, nullable=False, server_default="{}"),
    Column("cohesion", Float),
    Column("weeks", StoredJson, nullable=False),
    Column("trend", String(12)),
    Column("typical", StoredJson, nullable=False),
    Column("atypical", StoredJson, nullable=False),
    Column("draft", StoredJson),
    Column("near", StoredJson, nullable=False, server_default="[]"),
    Column("verdict", String(12)),
    Column("evidence", StoredJson),
    Column("unanswered_share", Float),
    Column("effect", Float, nullable=False, server_default="0"),
    Column("first_asked_at", Instant),
    Column("last_asked_at", Instant),
    Column("merged_into", Id),
    Column("entry_id", Id),
    Column("run_id", Id),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    states("candidate", "promoted", "dismissed", "merged"),
    Index(None, "state", "size"),
    Index(None, "state", "effect"),
)
assignments = Table(
    "assignments",
    metadata,
    Column("question_id", ForeignKey("questions.id", ondelete="CASCADE"), primary_key=True),
    Column("topic_id", ForeignKey("topics.id", ondelete="CASCADE")),
    Column("nearest_topic_id", Id),
    Column("run_id", Id),
    Column("how", String(12), nullable=False),
    Column("confidence", Float, nullable=False),
    Index(None, "topic_id"),
)
decisions = table(
    "decisions",
    Column("kind", String(10), nullable=False),
    Column("question_a", Id, nullable=False),
    Column("question_b", Id, nullable=False),
    Column("action", String(12), nullable=False),
    Column("batch", String(32), nullable=False),
    Column("by_id", Id),
    Column("by_name", StoredText, nullable=False),
    Column("at", Instant, nullable=False),
    Column("undone_at", Instant),
    Column("overridden", Boolean, nullable=False, server_default="0"),
    CheckConstraint("kind IN ('same', 'not same')", name="kind"),
    Index(None, "question_a"),
    Index(None, "question_b"),
    Index(None, "batch"),
)
regroupings = table(
    "regroupings",
    Column("batch", String(32), nullable=False, unique=True),
    Column("action", String(12), nullable=False),
    Column("topic_id", Id),
    Column("other_id", Id),
    Column("before", StoredJson, nullable=False),
    Column("by_id", Id),
    Column("by_name", StoredText, nullable=False),
    Column("at", Instant, nullable=False),
    Column("undone_by", StoredText),
    Column("undone_at", Instant),
    Index(None, "at"),
)
embeddings = Table(
    "embeddings",
    metadata,
    Column("fingerprint", String(80), primary_key=True),
    Column("text_hash", String(64), primary_key=True),
    Column("vector", LargeBinary, nullable=False),
)
