"""Topics with their evidence, what people did about grouping, findings about entries."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def _id() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _json() -> sa.types.TypeEngine[object]:
    return sa.JSON(none_as_null=True)


def upgrade() -> None:
    _add_regroupings()
    _add_entry_tables()
    _widen_topics()
    with op.batch_alter_table("questions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("noise_said", sa.String(length=20), nullable=True))
    with op.batch_alter_table("decisions", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("overridden", sa.Boolean(), server_default="0", nullable=False)
        )
        batch_op.create_index(batch_op.f("ix_decisions_batch"), ["batch"])
    _fill_regroupings()


def _add_regroupings() -> None:
    op.create_table(
        "regroupings",
        sa.Column("id", _id(), autoincrement=True, nullable=False),
        sa.Column("batch", sa.String(length=32), nullable=False),
        sa.Column("action", sa.String(length=12), nullable=False),
        sa.Column("topic_id", _id(), nullable=True),
        sa.Column("other_id", _id(), nullable=True),
        sa.Column("before", _json(), nullable=False),
        sa.Column("by_id", _id(), nullable=True),
        sa.Column("by_name", sa.Text(), nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.Column("undone_by", sa.Text(), nullable=True),
        sa.Column("undone_at", sa.String(length=27), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_regroupings")),
        sa.UniqueConstraint("batch", name=op.f("uq_regroupings_batch")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_regroupings_at"), "regroupings", ["at"])


def _add_entry_tables() -> None:
    op.create_table(
        "entry_findings",
        sa.Column("id", _id(), autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("entry_a", _id(), nullable=False),
        sa.Column("entry_b", _id(), nullable=False),
        sa.Column("state", sa.String(length=12), server_default="open", nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("facts", _json(), nullable=False),
        sa.Column("found_at", sa.String(length=27), nullable=False),
        sa.Column("closed_by", sa.Text(), nullable=True),
        sa.Column("closed_at", sa.String(length=27), nullable=True),
        sa.CheckConstraint(
            "kind IN ('duplicate', 'contradiction')", name=op.f("ck_entry_findings_kind")
        ),
        sa.CheckConstraint(
            "state IN ('open', 'dismissed', 'merged')", name=op.f("ck_entry_findings_state")
        ),
        sa.ForeignKeyConstraint(
            ["entry_a"],
            ["entries.id"],
            name=op.f("fk_entry_findings_entry_a"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["entry_b"],
            ["entries.id"],
            name=op.f("fk_entry_findings_entry_b"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry_findings")),
        sa.UniqueConstraint(
            "kind", "entry_a", "entry_b", name=op.f("uq_entry_findings_kind_entry_a_entry_b")
        ),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "entry_merges",
        sa.Column("id", _id(), autoincrement=True, nullable=False),
        sa.Column("from_id", _id(), nullable=False),
        sa.Column("into_id", _id(), nullable=False),
        sa.Column("moved", _json(), nullable=False),
        sa.Column("by_id", _id(), nullable=True),
        sa.Column("by_name", sa.Text(), nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.Column("undone_by", sa.Text(), nullable=True),
        sa.Column("undone_at", sa.String(length=27), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry_merges")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_entry_merges_from_id"), "entry_merges", ["from_id"])
    op.create_index(op.f("ix_entry_merges_into_id"), "entry_merges", ["into_id"])


def _widen_topics() -> None:
    with op.batch_alter_table("topics", schema=None) as batch_op:
        batch_op.add_column(sa.Column("reposts", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("langs", _json(), server_default="{}", nullable=False))
        batch_op.add_column(sa.Column("products", _json(), server_default="{}", nullable=False))
        batch_op.add_column(sa.Column("near", _json(), server_default="[]", nullable=False))
        batch_op.add_column(sa.Column("evidence", _json(), nullable=True))
        batch_op.add_column(sa.Column("unanswered_share", sa.Float(), nullable=True))
        batch_op.add_column(sa.Column("effect", sa.Float(), server_default="0", nullable=False))
        batch_op.create_index(batch_op.f("ix_topics_state_effect"), ["state", "effect"])


def _fill_regroupings() -> None:
    """Make one row for each action that decisions tell of, so that it can be seen and undone.

    Where its questions stood before is not known: undoing it leaves that to the next grouping.
    """
    conn = op.get_bind()
    decisions = sa.table(
        "decisions",
        *(sa.column(name) for name in ("id", "batch", "action", "by_id", "by_name")),
        *(sa.column(name) for name in ("at", "undone_at")),
    )
    regroupings = sa.table(
        "regroupings",
        *(sa.column(name) for name in ("batch", "action", "by_id", "by_name", "at", "undone_at")),
        sa.column("before", _json()),
    )
    first = sa.select(sa.func.min(decisions.c.id)).group_by(decisions.c.batch)
    rows = conn.execute(
        sa.select(decisions).where(decisions.c.id.in_(first)).order_by(decisions.c.id)
    ).all()
    if rows:
        conn.execute(
            sa.insert(regroupings),
            [
                {
                    "batch": row.batch,
                    "action": row.action,
                    "by_id": row.by_id,
                    "by_name": row.by_name,
                    "at": row.at,
                    "undone_at": row.undone_at,
                    "before": {},
                }
                for row in rows
            ],
        )
