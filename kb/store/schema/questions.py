"""Tables of what was asked, and what was replied."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, UniqueConstraint

from kb.store.schema.parts import Id, index_of_some, states, table
from kb.store.types import Instant, StoredJson, StoredText

questions = table(
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
    Column("asker_locale", String(12)),
    Column("confirm_until", Instant),
    Column("solved_at", Instant),
    Column("erased_at", Instant),
    Column("account_id", ForeignKey("accounts.id", ondelete="SET NULL")),
    Column("product_id", ForeignKey("products.id", ondelete="SET NULL")),
    Column("tags", StoredJson, nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("received_at", Instant, nullable=False),
    UniqueConstraint("source", "source_id"),
    states("open", "answered", "solved", "spam", "hidden"),
    Index(None, "cleaning_version", "id"),
    Index(None, "text_hash"),
    Index(None, "account_id", "sender"),
    Index(None, "sender"),
    # Most wait for nobody: an index of all would be taken for every list of what was confirmed.
    index_of_some("ix_questions_confirm_until", "confirm_until", where="confirm_until IS NOT NULL"),
    index_of_some(
        "ix_questions_asked_here",
        "state",
        "asked_at",
        "id",
        "noise",
        where="(asker_locale IS NOT NULL OR account_id IS NOT NULL) AND confirm_until IS NULL",
    ),
    index_of_some("ix_questions_noise", "asked_at", "id", "noise", where="noise IS NOT NULL"),
    index_of_some("ix_questions_noise_said", "noise_said", where="noise_said IS NOT NULL"),
    index_of_some(
        "ix_questions_searched", "asked_at", where="channel = 'search' AND sender IS NOT NULL"
    ),
)
replies = table(
    "replies",
    Column("question_id", ForeignKey("questions.id", ondelete="CASCADE"), nullable=False),
    Column("source_id", StoredText, nullable=False),
    Column("author", String(12), nullable=False),
    Column("by_id", Id),
    Column("kind", String(12), nullable=False, server_default=""),
    Column("body_raw", StoredText, nullable=False),
    Column("is_html", Boolean, nullable=False, server_default="0"),
    Column("body", StoredText),
    Column("content_hash", String(64), nullable=False),
    Column("written_at", Instant),
    UniqueConstraint("question_id", "source_id"),
)
