"""Tables of mail that leaves, or would leave if there were a server for it."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String

from kb.store.schema.parts import index_of_some, states, table
from kb.store.types import Instant, StoredJson, StoredText

deliveries = table(
    "deliveries",
    Column("purpose", String(20), nullable=False),
    Column("recipient", StoredText, nullable=False),
    Column("account_id", ForeignKey("accounts.id", ondelete="SET NULL")),
    Column("locale", String(12), nullable=False),
    Column("unasked", Boolean, nullable=False, server_default="0"),
    Column("subject", StoredText, nullable=False),
    Column("body_text", StoredText, nullable=False),
    Column("body_html", StoredText, nullable=False),
    Column("headers", StoredJson, nullable=False, server_default="{}"),
    Column("message_id", StoredText, nullable=False, unique=True),
    Column("state", String(12), nullable=False, server_default="waiting"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("not_before", Instant, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("sent_at", Instant),
    Column("error", StoredText),
    states("waiting", "sent", "failed", "kept"),
    Index(None, "state", "not_before"),
    Index(None, "recipient", "created_at"),
    Index(None, "account_id"),
    Index(None, "created_at"),
    index_of_some("ix_deliveries_texts", "created_at", where="body_text <> ''"),
)
