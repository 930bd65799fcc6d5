"""What a store of years must not read whole is found by an index that was made for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event

from kb.access import OPERATOR, Role
from kb.clock import utc_now
from kb.store.changes import record_change
from kb.store.engine import transaction
from kb.store.entries.use import use_of_entries
from kb.store.grouping.runs import start_run
from kb.store.mail.deliveries import forget_mail
from kb.store.mail.waking import wake_followers
from kb.store.mail.watches import forget_stopped
from kb.store.people.erasing import Person, questions_of_person
from kb.store.people.sessions import forget_sessions
from kb.store.questions.answering import count_to_answer, list_to_answer
from kb.store.questions.noise import list_set_aside, noise_counts
from kb.store.questions.waiting import forget_unconfirmed
from kb.store.searches.settling import forget_searches, has_searches_before

Ask = Callable[[Connection], object]


def plan_of(engine: Engine, ask: Ask) -> str:
    """How SQLite goes about every statement that is asked."""
    asked: list[tuple[str, Any]] = []

    def note(_conn: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        asked.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    with transaction(engine) as conn:
        ask(conn)
        event.remove(engine, "before_cursor_execute", note)
        words = [one for one in asked if one[0].startswith(("SELECT", "UPDATE", "DELETE"))]
        lines = [
            row[3]
            for statement, parameters in words
            for row in conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        ]
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("index", "ask"),
    [
        ("ix_questions_asked_here", lambda conn: list_to_answer(conn, viewer=OPERATOR)),
        ("ix_questions_asked_here", lambda conn: count_to_answer(conn, viewer=OPERATOR)),
        ("ix_questions_noise", lambda conn: list_set_aside(conn, viewer=OPERATOR)),
        ("ix_questions_noise", lambda conn: noise_counts(conn, viewer=OPERATOR)),
        ("ix_questions_noise_said", lambda conn: noise_counts(conn, viewer=OPERATOR)),
        ("ix_questions_confirm_until", lambda conn: forget_unconfirmed(conn, now=utc_now())),
        ("ix_questions_searched", lambda conn: has_searches_before(conn, utc_now())),
        ("ix_questions_searched", lambda conn: forget_searches(conn, before=utc_now())),
        ("ix_clicks_entries_opened", lambda conn: use_of_entries(conn, [1])),
        ("ix_deliveries_texts", forget_mail),
        ("ix_watches_stopped_at", forget_stopped),
        ("ix_sessions_ended_at", lambda conn: forget_sessions(conn, before=utc_now())),
        ("ix_runs_kind_state_id", lambda conn: start_run(conn, "index", fingerprint="f")),
    ],
)
def test_lists_and_sweeps_use_the_index_made_for_them(
    sqlite_engine: Engine, index: str, ask: Ask
) -> None:
    assert index in plan_of(sqlite_engine, ask)


def test_what_was_confirmed_is_not_looked_for_among_what_waits(sqlite_engine: Engine) -> None:
    plan = plan_of(sqlite_engine, lambda conn: list_to_answer(conn, viewer=OPERATOR))

    assert "confirm_until" not in plan
    assert "TEMP B-TREE" not in plan


def test_a_person_of_many_is_found_without_reading_every_question(sqlite_engine: Engine) -> None:
    someone = Person(1, "Ada", "ada@example.org", True, Role.CUSTOMER, utc_now(), False)

    plan = plan_of(sqlite_engine, lambda conn: questions_of_person(conn, someone))

    assert "ix_questions_account_id_sender" in plan
    assert "SCAN questions" not in plan


def test_who_follows_what_changed_is_found_by_it_and_not_among_all_who_wait(
    sqlite_engine: Engine,
) -> None:
    with transaction(sqlite_engine) as conn:
        wake_followers(conn)
        record_change(conn, "entry", 1)
        record_change(conn, "question", 1)

    plan = plan_of(sqlite_engine, wake_followers)

    assert "ix_watches_kind_target_id" in plan
    assert "ix_topics_entry_id" in plan
    assert "ix_watches_next_at" not in plan
    assert "SCAN" not in plan
