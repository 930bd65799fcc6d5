"""Tables of files that belong to questions, replies and entries."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Index, Integer, LargeBinary, String, Table

from kb.store.schema.parts import Id, metadata, table
from kb.store.types import Instant, StoredText

attachments = table(
    "attachments",
    Column("kind", String(12), nullable=False),
    Column("object_id", Id, nullable=False),
    Column("token", String(43), nullable=False, unique=True),
    Column("name", StoredText, nullable=False),
    Column("label", StoredText, nullable=False, server_default=""),
    Column("media_type", String(80), nullable=False),
    Column("size", Integer, nullable=False),
    Column("width", Integer),
    Column("height", Integer),
    Column("sha256", String(64), nullable=False),
    Column("by_id", Id),
    Column("created_at", Instant, nullable=False),
    CheckConstraint("kind IN ('question', 'reply', 'entry')", name="kind"),
    Index(None, "kind", "object_id"),
    Index(None, "sha256"),
)
attachment_contents = Table(
    "attachment_contents",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("content", LargeBinary, nullable=False),
)
