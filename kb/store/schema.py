"""The tables of the record, in one SQLAlchemy MetaData for SQLite and PostgreSQL."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
)

from kb.store.types import Instant, StoredJson, StoredText

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = MetaData(naming_convention=NAMING)


Id = BigInteger().with_variant(Integer, "sqlite")


def _table(name: str, *parts: Any) -> Table:
    """Return a table with the public id: never reused, so that an old link never lies."""
    key = Column("id", Id, primary_key=True, autoincrement=True)
    return Table(name, metadata, key, *parts, sqlite_autoincrement=True)


def _states(*words: str) -> CheckConstraint:
    listed = ", ".join(f"'{word}'" for word in words)
    return CheckConstraint(f"state IN ({listed})", name="state")


# --- the instance ---------------------------------------------------------------------------

instance = Table(
    "instance",
    metadata,
    Column("key", String(40), primary_key=True),
    Column("value", StoredText, nullable=False),
)
changes = Table(
    "changes",
    metadata,
    Column("seq", Id, primary_key=True, autoincrement=True),
    Column("kind", String(20), nullable=False),
    Column("id", Id, nullable=False),
    Column("what", String(20), nullable=False),
    sqlite_autoincrement=True,
)
audit_log = _table(
    "audit_log",
    Column("at", Instant, nullable=False),
    Column("actor_id", Id),
    Column("actor", StoredText, nullable=False),
    Column("action", String(60), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("object_id", Id),
    Column("facts", StoredJson, nullable=False),
    Index(None, "kind", "object_id"),
)
jobs = _table(
    "jobs",
    Column("kind", String(40), nullable=False),
    Column("state", String(12), nullable=False, server_default="queued"),
    Column("payload", StoredJson, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("started_at", Instant),
    Column("finished_at", Instant),
    Column("lease_until", Instant),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("error", StoredText),
    _states("queued", "running", "done", "failed"),
    Index(None, "state", "id"),
)
redirects = _table(
    "redirects",
    Column("kind", String(20), nullable=False),
    Column("from_id", Id, nullable=False),
    Column("to_id", Id, nullable=False),
    Column("at", Instant, nullable=False),
    UniqueConstraint("kind", "from_id"),
)
idempotency_keys = _table(
    "idempotency_keys",
    Column("owner", String(64), nullable=False),
    Column("key", StoredText, nullable=False),
    Column("request_hash", String(64), nullable=False),
    Column("status", Integer, nullable=False),
    Column("response", StoredJson, nullable=False),
    Column("at", Instant, nullable=False),
    UniqueConstraint("owner", "key"),
)

# --- people ---------------------------------------------------------------------------------

accounts = _table(
    "accounts",
    Column("email", StoredText, unique=True),
    Column("name", StoredText, nullable=False),
    Column("role", String(12), nullable=False),
    Column("locale", String(12), nullable=False, server_default="en"),
    Column("created_at", Instant, nullable=False),
    Column("disabled_at", Instant),
)
groups = _table(
    "groups",
    Column("name", StoredText, nullable=False, unique=True),
)
account_groups = Table(
    "account_groups",
    metadata,
    Column("account_id", ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    Column("group_id", ForeignKey("groups.id", ondelete="CASCADE"), primary_key=True),
)
api_keys = _table(
    "api_keys",
    Column("account_id", ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
    Column("name", StoredText, nullable=False),
    Column("key_hash", String(64), nullable=False, unique=True),
    Column("scopes", StoredJson, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("last_used_at", Instant),
    Column("revoked_at", Instant),
)

# --- shelves --------------------------------------------------------------------------------

products = _table(
    "products",
    Column("slug", StoredText, nullable=False, unique=True),
    Column("name", StoredText, nullable=False),
)
categories = _table(
    "categories",
    Column("slug", StoredText, nullable=False, unique=True),
    Column("name", StoredText, nullable=False),
)
tags = _table(
    "tags",
    Column("slug", StoredText, nullable=False, unique=True),
    Column("name", StoredText, nullable=False),
)

# --- questions ------------------------------------------------------------------------------

questions = _table(
    "questions",
    Column("channel", String(12), nullable=False),
    Column("source", StoredText, nullable=False),
    Column("source_id", StoredText, nullable=False),
    Column("token", String(43), nullable=False, unique=True),
    Column("state", String(12), nullable=False, server_default="open"),
    Column("subject_raw", StoredText, nullable=False, server_default=""),
    Column("body_raw", StoredText, nullable=False, server_default=""),
    Column("is_html", Boolean, nullable=False, server_default="0"),
    Column("content_hash", String(64), nullable=False),
    Column("subject", StoredText),
    Column("body", StoredText),
    Column("lang", String(12)),
    Column("lang_hint", StoredText),
    Column("noise", String(20)),
    Column("noise_said", String(20)),
    Column("masked", StoredJson),
    Column("text_hash", String(64)),
    Column("cleaning_version", Integer),
    Column("sender", StoredText),
    Column("sender_name", StoredText),
    Column("account_id", ForeignKey("accounts.id", ondelete="SET NULL")),
    Column("product_id", ForeignKey("products.id", ondelete="SET NULL")),
    Column("tags", StoredJson, nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("received_at", Instant, nullable=False),
    UniqueConstraint("source", "source_id"),
    _states("open", "answered", "solved", "spam", "hidden"),
    Index(None, "cleaning_version", "id"),
    Index(None, "text_hash"),
)
replies = _table(
    "replies",
    Column("question_id", ForeignKey("questions.id", ondelete="CASCADE"), nullable=False),
    Column("source_id", StoredText, nullable=False),
    Column("author", String(12), nullable=False),
    Column("kind", String(12), nullable=False, server_default=""),
    Column("body_raw", StoredText, nullable=False),
    Column("is_html", Boolean, nullable=False, server_default="0"),
    Column("body", StoredText),
    Column("content_hash", String(64), nullable=False),
    Column("written_at", Instant),
    UniqueConstraint("question_id", "source_id"),
)

# --- topics ---------------------------------------------------------------------------------

runs = _table(
    "runs",
    Column("kind", String(20), nullable=False),
    Column("state", String(12), nullable=False),
    Column("fingerprint", String(80), nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("finished_at", Instant),
    Column("report", StoredJson, nullable=False),
    _states("running", "done", "failed"),
)
topics = _table(
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
    _states("candidate", "promoted", "dismissed", "merged"),
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
decisions = _table(
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
regroupings = _table(
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

# --- entries --------------------------------------------------------------------------------

entries = _table(
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
    _states("draft", "review", "published", "archived"),
    Index(None, "state", "id"),
    Index(None, "translation_group"),
)
entry_tags = Table(
    "entry_tags",
    metadata,
    Column("entry_id", ForeignKey("entries.id", ondelete="CASCADE"), primary_key=True),
    Column("tag_id", ForeignKey("tags.id", ondelete="CASCADE"), primary_key=True),
)
entry_revisions = _table(
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
phrasings = _table(
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
)
links = _table(
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
entry_findings = _table(
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
    _states("open", "dismissed", "merged"),
    UniqueConstraint("kind", "entry_a", "entry_b"),
)
entry_merges = _table(
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
helpful_votes = _table(
    "helpful_votes",
    Column("entry_id", ForeignKey("entries.id", ondelete="CASCADE"), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("visitor", String(64), nullable=False),
    Column("helpful", Boolean, nullable=False),
    Column("reason", StoredText),
    Column("at", Instant, nullable=False),
    UniqueConstraint("entry_id", "revision", "visitor"),
)
calibrations = _table(
    "calibrations",
    Column("fingerprint", String(80), nullable=False),
    Column("origin", String(20), nullable=False),
    Column("body", StoredJson, nullable=False),
    Column("created_at", Instant, nullable=False),
    Index(None, "fingerprint", "id"),
)
synonyms = _table(
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

# --- what people look for -------------------------------------------------------------------

search_intents = _table(
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
clicks = _table(
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
