"""Indexes for records of years: lists, sweeps and what hangs on a deleted row."""

from __future__ import annotations

from itertools import chain

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

OF_ALL = {
    "deliveries": (("account_id",), ("created_at",)),
    "helpful_votes": (("visitor", "at"),),
    "one_time_tokens": (("account_id",), ("question_id",)),
    "phrasings": (("question_id",),),
    "questions": (("account_id", "sender"),),
    "runs": (("kind", "state", "id"),),
    "topics": (("entry_id",),),
}
OF_SOME = (
    (
        "ix_clicks_entries_opened",
        "clicks",
        ("target_id", "visitor", "at"),
        "action = 'opened' AND type = 'entry'",
    ),
    ("ix_deliveries_texts", "deliveries", ("created_at",), "body_text <> ''"),
    ("ix_questions_confirm_until", "questions", ("confirm_until",), "confirm_until IS NOT NULL"),
    (
        "ix_questions_asked_here",
        "questions",
        ("state", "asked_at", "id", "noise"),
        "(asker_locale IS NOT NULL OR account_id IS NOT NULL) AND confirm_until IS NULL",
    ),
    ("ix_questions_noise", "questions", ("asked_at", "id", "noise"), "noise IS NOT NULL"),
    ("ix_questions_noise_said", "questions", ("noise_said",), "noise_said IS NOT NULL"),
    (
        "ix_questions_searched",
        "questions",
        ("asked_at",),
        "channel = 'search' AND sender IS NOT NULL",
    ),
    ("ix_sessions_ended_at", "sessions", ("ended_at",), "ended_at IS NOT NULL"),
    ("ix_watches_stopped_at", "watches", ("stopped_at",), "stopped_at IS NOT NULL"),
)


def upgrade() -> None:
    op.drop_index("ix_questions_account_id", "questions")
    op.drop_index("ix_questions_confirm_until", "questions")
    for table, indexes in OF_ALL.items():
        for columns in indexes:
            op.create_index(_name(table, columns), table, list(columns))
    for name, table, columns, where in OF_SOME:
        condition = sa.text(where)
        op.create_index(
            name, table, list(columns), sqlite_where=condition, postgresql_where=condition
        )


def _name(table: str, columns: tuple[str, ...]) -> str:
    return "_".join(chain(("ix", table), columns))
