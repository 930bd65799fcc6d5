"""Tables of what people look for."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Float,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
)

from kb.store.schema.parts import Id, index_of_some, metadata, table
from kb.store.types import Instant, StoredJson, StoredText

search_intents = table(
    "search_intents",
    Column("key", String(16), unique=True),
    Column("text", StoredText, nullable=False),
    Column("text_key", StoredText, nullable=False, server_default=""),
    Column("lang", String(12)),
    Column("product", StoredText),
    Column("place", String(12), nullable=False, server_default="results"),
    Column("mode", String(12), nullable=False),
    Column("verdict", String(12), nullable=False),
    Column("confidence", Float, nullable=False),
    Column("first_hit", String(40)),
    Column("shown", StoredJson, nullable=False, server_default="[]"),
    Column("visitor", String(64), nullable=False),
    Column("reformulations", Integer, nullable=False, server_default="0"),
    Column("folded_into", Id),
    Column("outcome", String(12)),
    Column("evidence", String(12)),
    Column("answered_by", String(40)),
    Column("unanswered", Boolean),
    Column("question_id", Id),
    Column("at", Instant, nullable=False),
    Index(None, "at"),
    Index(None, "outcome", "visitor"),
    Index(None, "text_key", "at"),
)
clicks = table(
    "clicks",
    Column("intent_key", String(16)),
    Column("visitor", String(64), nullable=False),
    Column("action", String(12), nullable=False),
    Column("type", String(20), nullable=False, server_default=""),
    Column("target_id", Id),
    Column("rank", Integer),
    Column("at", Instant, nullable=False),
    CheckConstraint("action IN ('opened', 'solved', 'asked')", name="action"),
    UniqueConstraint("intent_key", "action", "type", "target_id"),
    Index(None, "visitor", "at"),
    index_of_some(
        "ix_clicks_entries_opened",
        "target_id",
        "visitor",
        "at",
        where="action = 'opened' AND type = 'entry'",
    ),
    Index(None, "at"),
)
search_days = Table(
    "search_days",
    metadata,
    Column("day", String(10), primary_key=True),
    Column("lang", String(12), primary_key=True),
    Column("verdict", String(12), primary_key=True),
    Column("outcome", String(12), primary_key=True),
    Column("evidence", String(12), primary_key=True),
    Column("searches", Integer, nullable=False),
    Column("clicked", Integer, nullable=False),
    Column("unanswered", Integer, nullable=False),
    Column("reformulations", Integer, nullable=False),
)
