"""Tables of the instance itself: identity, changes, audit, jobs, redirects."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, String, Table, UniqueConstraint

from kb.store.schema.parts import Id, metadata, states, table
from kb.store.types import Instant, StoredJson, StoredText

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
audit_log = table(
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
jobs = table(
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
    states("queued", "running", "done", "failed"),
    Index(None, "state", "id"),
)
redirects = table(
    "redirects",
    Column("kind", String(20), nullable=False),
    Column("from_id", Id, nullable=False),
    Column("to_id", Id, nullable=False),
    Column("at", Instant, nullable=False),
    UniqueConstraint("kind", "from_id"),
)
idempotency_keys = table(
    "idempotency_keys",
    Column("owner", String(64), nullable=False),
    Column("key", StoredText, nullable=False),
    Column("request_hash", String(64), nullable=False),
    Column("status", Integer, nullable=False),
    Column("response", StoredJson, nullable=False),
    Column("at", Instant, nullable=False),
    UniqueConstraint("owner", "key"),
)
