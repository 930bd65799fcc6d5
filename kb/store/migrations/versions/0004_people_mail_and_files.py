"""People who sign in, their mail, their files, and where the widget may stand."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def _id() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _json() -> sa.types.TypeEngine[object]:
    return sa.JSON(none_as_null=True)


def upgrade() -> None:
    _add_files()
    _add_sign_in()
    _add_people()
    _add_mail()
    _widen()
    # Whoever has an account by now got it from an operator, who knew the address.
    op.execute("UPDATE accounts SET email_confirmed_at = created_at WHERE email IS NOT NULL")


def _add_files() -> None:
    op.create_table(
        "attachment_contents",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_attachment_contents")),
    )
    op.create_table(
        "attachments",
        sa.Column("id", _id(), autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("object_id", _id(), nullable=False),
        sa.Column("token", sa.String(length=43), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), server_default="", nullable=False),
        sa.Column("media_type", sa.String(length=80), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("by_id", _id(), nullable=True),
        sa.Column("created_at", sa.String(length=27), nullable=False),
        sa.CheckConstraint(
            "kind IN ('question', 'reply', 'entry')", name=op.f("ck_attachments_kind")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachments")),
        sa.UniqueConstraint("token", name=op.f("uq_attachments_token")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_attachments_kind_object_id"), "attachments", ["kind", "object_id"])
    op.create_index(op.f("ix_attachments_sha256"), "attachments", ["sha256"])


def _add_sign_in() -> None:
    op.create_table(
        "identities",
        sa.Column("id", _id(), autoincrement=True, nullable=False),
        sa.Column("account_id", _id(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("created_at", sa.String(length=27), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_identities_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identities")),
        sa.UniqueConstraint("issuer", "subject", name=op.f("uq_identities_issuer_subject")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_identities_account_id"), "identities", ["account_id"])
    op.create_table(
        "one_time_tokens",
        sa.Column("id", _id(), autoincrement=True, nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("account_id", _id(), nullable=True),
        sa.Column("question_id", _id(), nullable=True),
        sa.Column("email", sa.Text(), server_default="", nullable=False),
        sa.Column("facts", _json(), server_default="{}", nullable=False),
        sa.Column("created_at", sa.String(length=27), nullable=False),
        sa.Column("expires_at", sa.String(length=27), nullable=False),
        sa.Column("used_at", sa.String(length=27), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_one_time_tokens_account_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["question_id"],
            ["questions.id"],
            name=op.f("fk_one_time_tokens_question_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_one_time_tokens")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_one_time_tokens_token_hash")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_one_time_tokens_expires_at"), "one_time_tokens", ["expires_at"])
    op.create_table(
        "sessions",
        sa.Column("id", _id(), autoincrement=True, nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("account_id", _id(), nullable=False),
        sa.Column("api_key_id", _id(), nullable=True),
        sa.Column("device", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.String(length=27), nullable=False),
        sa.Column("last_seen_at", sa.String(length=27), nullable=False),
        sa.Column("expires_at", sa.String(length=27), nullable=False),
        sa.Column("ended_at", sa.String(length=27), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_sessions_account_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["api_key_id"], ["api_keys.id"], name=op.f("fk_sessions_api_key_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sessions_token_hash")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_sessions_account_id"), "sessions", ["account_id"])
    op.create_index(op.f("ix_sessions_expires_at"), "sessions", ["expires_at"])


def _add_people() -> None:
    op.create_table(
        "erasures",
        sa.Column("id", _id(), autoincrement=True, nullable=False),
        sa.Column("account_id", _id(), nullable=False),
        sa.Column("account_created_at", sa.String(length=27), nullable=False),
        sa.Column("mode", sa.String(length=12), nullable=False),
        sa.Column("questions", _json(), nullable=False),
        sa.Column("by_id", _id(), nullable=True),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasures")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "widget_sites",
        sa.Column("id", _id(), autoincrement=True, nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("salt", sa.String(length=43), nullable=False),
        sa.Column("members", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("by_id", _id(), nullable=True),
        sa.Column("by_name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.String(length=27), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_widget_sites")),
        sa.UniqueConstraint("origin", name=op.f("uq_widget_sites_origin")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "consents",
        sa.Column("id", _id(), autoincrement=True, nullable=False),
        sa.Column("account_id", _id(), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("wording", sa.Text(), nullable=False),
        sa.Column("locale", sa.String(length=12), nullable=False),
        sa.Column("proof", _json(), nullable=False),
        sa.Column("given_at", sa.String(length=27), nullable=False),
        sa.Column("withdrawn_at", sa.String(length=27), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_consents_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consents")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_consents_account_id_purpose"), "consents", ["account_id", "purpose"])


def _add_mail() -> None:
    op.create_table(
        "deliveries",
        sa.Column("id", _id(), autoincrement=True, nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("account_id", _id(), nullable=True),
        sa.Column("locale", sa.String(length=12), nullable=False),
        sa.Column("unasked", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body_text", sa.Text(), nullable=False),
        sa.Column("body_html", sa.Text(), nullable=False),
        sa.Column("headers", _json(), server_default="{}", nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=12), server_default="waiting", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("not_before", sa.String(length=27), nullable=False),
        sa.Column("created_at", sa.String(length=27), nullable=False),
        sa.Column("sent_at", sa.String(length=27), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'sent', 'failed', 'kept')", name=op.f("ck_deliveries_state")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_deliveries_account_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint("message_id", name=op.f("uq_deliveries_message_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_deliveries_recipient_created_at"), "deliveries", ["recipient", "created_at"]
    )
    op.create_index(op.f("ix_deliveries_state_not_before"), "deliveries", ["state", "not_before"])
    op.create_table(
        "watches",
        sa.Column("id", _id(), autoincrement=True, nullable=False),
        sa.Column("account_id", _id(), nullable=True),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("locale", sa.String(length=12), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("target_id", _id(), nullable=False),
        sa.Column("frequency", sa.String(length=12), nullable=False),
        sa.Column("token", sa.String(length=43), nullable=False),
        sa.Column("created_at", sa.String(length=27), nullable=False),
        sa.Column("confirmed_at", sa.String(length=27), nullable=True),
        sa.Column("told_until", sa.String(length=27), nullable=False),
        sa.Column("next_at", sa.String(length=27), nullable=False),
        sa.Column("stopped_at", sa.String(length=27), nullable=True),
        sa.CheckConstraint(
            "frequency IN ('instant', 'daily', 'weekly')", name=op.f("ck_watches_frequency")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_watches_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watches")),
        sa.UniqueConstraint(
            "email", "kind", "target_id", name=op.f("uq_watches_email_kind_target_id")
        ),
        sa.UniqueConstraint("token", name=op.f("uq_watches_token")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_watches_account_id"), "watches", ["account_id"])
    op.create_index(op.f("ix_watches_kind_target_id"), "watches", ["kind", "target_id"])
    op.create_index(op.f("ix_watches_next_at"), "watches", ["next_at"])


def _widen() -> None:
    with op.batch_alter_table("accounts", schema=None) as batch_op:
        batch_op.add_column(sa.Column("email_confirmed_at", sa.String(length=27), nullable=True))
        batch_op.add_column(sa.Column("password_hash", sa.Text(), nullable=True))
        batch_op.add_column(
            sa.Column("single_keys", sa.Boolean(), server_default="1", nullable=False)
        )
        batch_op.add_column(sa.Column("last_seen_at", sa.String(length=27), nullable=True))
        batch_op.add_column(sa.Column("erased_at", sa.String(length=27), nullable=True))
    with op.batch_alter_table("categories", schema=None) as batch_op:
        batch_op.add_column(sa.Column("names", _json(), server_default="{}", nullable=False))
    with op.batch_alter_table("entries", schema=None) as batch_op:
        batch_op.add_column(sa.Column("pinned_at", sa.String(length=27), nullable=True))
    with op.batch_alter_table("groups", schema=None) as batch_op:
        batch_op.add_column(sa.Column("label", sa.Text(), server_default="", nullable=False))
    with op.batch_alter_table("products", schema=None) as batch_op:
        batch_op.add_column(sa.Column("names", _json(), server_default="{}", nullable=False))
    with op.batch_alter_table("questions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("asker_locale", sa.String(length=12), nullable=True))
        batch_op.add_column(sa.Column("confirm_until", sa.String(length=27), nullable=True))
        batch_op.add_column(sa.Column("solved_at", sa.String(length=27), nullable=True))
        batch_op.add_column(sa.Column("erased_at", sa.String(length=27), nullable=True))
        batch_op.create_index(batch_op.f("ix_questions_account_id"), ["account_id"])
        batch_op.create_index(batch_op.f("ix_questions_confirm_until"), ["confirm_until"])
        batch_op.create_index(batch_op.f("ix_questions_sender"), ["sender"])
    with op.batch_alter_table("replies", schema=None) as batch_op:
        batch_op.add_column(sa.Column("by_id", _id(), nullable=True))
    with op.batch_alter_table("tags", schema=None) as batch_op:
        batch_op.add_column(sa.Column("names", _json(), server_default="{}", nullable=False))
