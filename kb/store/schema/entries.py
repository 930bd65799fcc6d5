"""Tables of entries, their wordings, links and votes."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
)

from kb.store.schema.parts import Id, metadata, states, table
from kb.store.types import Instant, StoredJson, StoredText

entries = table(
    "entries",
    Column("source_id", StoredText, unique=True),
    Column("state", String(12), nullable=False),
    Column("title", StoredText, nullable=False),
    Column("answer", StoredText, nullable=False),
    Column("locale", String(12), nullable=False),
    Column("translation_group", StoredText),
    Column("audience", StoredText, nullable=False, server_default="public"),
    Column("category_id", ForeignKey("categories.id", ondelete="SET NULL")),
    Column("product_id", ForeignKey("products.id", ondelete="SET NULL")),
    Column("topic_id", Id),
    Column("revision", Integer, nullable=False, server_default="1"),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("published_at", Instant),
    Column("reviewed_at", Instant),
    Column("review_by", Instant),
    Column("pinned_at", Instant),
    states("draft", "review", "published", "archived"),
    Index(None, "state", "id"),
    Index(None, "translation_group"),
)
entry_tags = Table(
    "entry_tags",
    metadata,
    Column("entry_id", ForeignKey("entries.id", ondelete="CASCADE"), primary_key=True),
    Column("tag_id", ForeignKey("tags.id", ondelete="CASCADE"), primary_key=True),
)
entry_revisions = table(
    "entry_revisions",
    Column("entry_id", ForeignKey("entries.id", ondelete="CASCADE"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("title", StoredText, nullable=False),
    Column("answer", StoredText, nullable=False),
    Column("weight", String(12), nullable=False, server_default="content"),
    Column("note", StoredText, nullable=False, server_default=""),
    Column("by_id", Id),
    Column("by_name", StoredText, nullable=False),
    Column("at", Instant, nullable=False),
    UniqueConstraint("entry_id", "number"),
)
phrasings = table(
    "phrasings",
    Column("entry_id", ForeignKey("entries.id", ondelete="CASCADE"), nullable=False),
    Column("text", StoredText, nullable=False),
    Column("text_hash", String(64), nullable=False),
    Column("shown", Boolean, nullable=False),
    Column("origin", String(12), nullable=False),
    Column("question_id", ForeignKey("questions.id", ondelete="SET NULL")),
    Column("created_at", Instant, nullable=False),
    UniqueConstraint("entry_id", "text_hash"),
    Index(None, "text_hash"),
    Index(None, "question_id"),
)
links = table(
    "links",
    Column("from_kind", String(12), nullable=False),
    Column("from_id", Id, nullable=False),
    Column("to_kind", String(12), nullable=False),
    Column("to_id", Id, nullable=False),
    Column("kind", String(12), nullable=False, server_default="similar"),
    Column("mode", String(12), nullable=False, server_default="auto"),
    Column("score", Float, nullable=False, server_default="0"),
    Column("reason", StoredJson, nullable=False),
    Column("created_at", Instant, nullable=False),
    UniqueConstraint("from_kind", "from_id", "to_kind", "to_id", "kind"),
    CheckConstraint("mode IN ('auto', 'pinned', 'blocked')", name="mode"),
)
entry_findings = table(
    "entry_findings",
    Column("kind", String(16), nullable=False),
    Column("entry_a", ForeignKey("entries.id", ondelete="CASCADE"), nullable=False),
    Column("entry_b", ForeignKey("entries.id", ondelete="CASCADE"), nullable=False),
    Column("state", String(12), nullable=False, server_default="open"),
    Column("score", Float, nullable=False),
    Column("facts", StoredJson, nullable=False),
    Column("found_at", Instant, nullable=False),
    Column("closed_by", StoredText),
    Column("closed_at", Instant),
    CheckConstraint("kind IN ('duplicate', 'contradiction')", name="kind"),
    states("open", "dismissed", "merged"),
    UniqueConstraint("kind", "entry_a", "entry_b"),
)
entry_merges = table(
    "entry_merges",
    Column("from_id", Id, nullable=False),
    Column("into_id", Id, nullable=False),
    Column("moved", StoredJson, nullable=False),
    Column("by_id", Id),
    Column("by_name", StoredText, nullable=False),
    Column("at", Instant, nullable=False),
    Column("undone_by", StoredText),
    Column("undone_at", Instant),
    Index(None, "from_id"),
    Index(None, "into_id"),
)
helpful_votes = table(
    "helpful_votes",
    Column("entry_id", ForeignKey("entries.id", ondelete="CASCADE"), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("visitor", String(64), nullable=False),
    Column("helpful", Boolean, nullable=False),
    Column("reason", StoredText),
    Column("at", Instant, nullable=False),
    UniqueConstraint("entry_id", "revision", "visitor"),
    Index(None, "visitor", "at"),
)
calibrations = table(
    "calibrations",
    Column("fingerprint", String(80), nullable=False),
    Column("origin", String(20), nullable=False),
    Column("body", StoredJson, nullable=False),
    Column("created_at", Instant, nullable=False),
    Index(None, "fingerprint", "id"),
)
synonyms = table(
    "synonyms",
    Column("lang", String(12)),
    Column("kind", String(10), nullable=False),
    Column("terms", StoredJson, nullable=False),
    Column("key", String(64), nullable=False, unique=True),
    Column("by_id", Id),
    Column("by_name", StoredText, nullable=False),
    Column("created_at", Instant, nullable=False),
    CheckConstraint("kind IN ('two-way', 'one-way')", name="kind"),
)
