"""Tables of people: accounts, what they sign in with, what they agreed to, what they follow."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    String,
    Table,
    UniqueConstraint,
)

from kb.store.schema.parts import Id, index_of_some, metadata, table
from kb.store.types import Instant, StoredJson, StoredText

accounts = table(
    "accounts",
    Column("email", StoredText, unique=True),
    Column("name", StoredText, nullable=False),
    Column("role", String(12), nullable=False),
    Column("locale", String(12), nullable=False, server_default="en"),
    Column("email_confirmed_at", Instant),
    Column("password_hash", StoredText),
    Column("single_keys", Boolean, nullable=False, server_default="1"),
    Column("created_at", Instant, nullable=False),
    Column("last_seen_at", Instant),
    Column("disabled_at", Instant),
    Column("erased_at", Instant),
)
groups = table(
    "groups",
    Column("name", StoredText, nullable=False, unique=True),
    Column("label", StoredText, nullable=False, server_default=""),
)
account_groups = Table(
    "account_groups",
    metadata,
    Column("account_id", ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    Column("group_id", ForeignKey("groups.id", ondelete="CASCADE"), primary_key=True),
)
api_keys = table(
    "api_keys",
    Column("account_id", ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
    Column("name", StoredText, nullable=False),
    Column("key_hash", String(64), nullable=False, unique=True),
    Column("scopes", StoredJson, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("last_used_at", Instant),
    Column("revoked_at", Instant),
)
identities = table(
    "identities",
    Column("account_id", ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
    Column("issuer", StoredText, nullable=False),
    Column("subject", StoredText, nullable=False),
    Column("created_at", Instant, nullable=False),
    UniqueConstraint("issuer", "subject"),
    Index(None, "account_id"),
)
sessions = table(
    "sessions",
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("account_id", ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
    Column("api_key_id", ForeignKey("api_keys.id", ondelete="CASCADE")),
    Column("device", StoredText, nullable=False, server_default=""),
    Column("created_at", Instant, nullable=False),
    Column("last_seen_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Index(None, "account_id"),
    Index(None, "expires_at"),
    index_of_some("ix_sessions_ended_at", "ended_at", where="ended_at IS NOT NULL"),
)
one_time_tokens = table(
    "one_time_tokens",
    Column("purpose", String(20), nullable=False),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("account_id", ForeignKey("accounts.id", ondelete="CASCADE")),
    Column("question_id", ForeignKey("questions.id", ondelete="CASCADE")),
    Column("email", StoredText, nullable=False, server_default=""),
    Column("facts", StoredJson, nullable=False, server_default="{}"),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("used_at", Instant),
    Index(None, "expires_at"),
    Index(None, "account_id"),
    Index(None, "question_id"),
)
consents = table(
    "consents",
    Column("account_id", ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
    Column("purpose", String(20), nullable=False),
    Column("wording", StoredText, nullable=False),
    Column("locale", String(12), nullable=False),
    Column("proof", StoredJson, nullable=False),
    Column("given_at", Instant, nullable=False),
    Column("withdrawn_at", Instant),
    Index(None, "account_id", "purpose"),
)
watches = table(
    "watches",
    Column("account_id", ForeignKey("accounts.id", ondelete="CASCADE")),
    Column("email", StoredText, nullable=False),
    Column("locale", String(12), nullable=False),
    Column("kind", String(12), nullable=False),
    Column("target_id", Id, nullable=False),
    Column("frequency", String(12), nullable=False),
    Column("token", String(43), nullable=False, unique=True),
    Column("created_at", Instant, nullable=False),
    Column("confirmed_at", Instant),
    Column("told_until", Instant, nullable=False),
    Column("next_at", Instant, nullable=False),
    Column("stopped_at", Instant),
    CheckConstraint("frequency IN ('instant', 'daily', 'weekly')", name="frequency"),
    UniqueConstraint("email", "kind", "target_id"),
    Index(None, "account_id"),
    Index(None, "next_at"),
    Index(None, "kind", "target_id"),
    index_of_some("ix_watches_stopped_at", "stopped_at", where="stopped_at IS NOT NULL"),
)
erasures = table(
    "erasures",
    Column("account_id", Id, nullable=False),
    Column("account_created_at", Instant, nullable=False),
    Column("mode", String(12), nullable=False),
    Column("questions", StoredJson, nullable=False),
    Column("by_id", Id),
    Column("at", Instant, nullable=False),
)
widget_sites = table(
    "widget_sites",
    Column("origin", StoredText, nullable=False, unique=True),
    Column("salt", String(43), nullable=False),
    Column("members", Boolean, nullable=False, server_default="0"),
    Column("by_id", Id),
    Column("by_name", StoredText, nullable=False),
    Column("created_at", Instant, nullable=False),
)
