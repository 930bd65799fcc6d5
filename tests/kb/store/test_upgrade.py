"""A record of the first schema, with content, comes to the newest one whole."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, text

from kb.clock import utc_now
from kb.errors import SchemaOutdated
from kb.intake.records import IncomingQuestion, IncomingReply
from kb.searches.intents import Click, SearchIntent
from kb.searches.keeping import keep_searches
from kb.store.backup.copying import row_counts
from kb.store.backup.export import export_record
from kb.store.backup.restoring import restore
from kb.store.backup.writing import back_up, migrate_with_backup
from kb.store.engine import open_engine, reading, schema_transaction, transaction
from kb.store.instance import renew_incarnation
from kb.store.migrate import (
    create_record,
    expected_schema,
    require_current_schema,
    run_migrations,
)
from kb.store.questions.incoming import store_question
from kb.store.schema import accounts, clicks, regroupings, replies, search_intents, synonyms
from kb.store.searches.intents import add_clicks, add_intents

OLD_SEARCH = (
    "INSERT INTO search_intents (text, lang, mode, verdict, confidence, visitor, at) "
    "VALUES (:text, 'de', 'hybrid', 'none', 0.1, :visitor, '2026-03-02T12:00:00.000000Z')"
)
OLD_DECISION = (
    "INSERT INTO decisions (kind, question_a, question_b, action, batch, by_name, at, undone_at) "
    "VALUES (:kind, 1, 2, 'split', :batch, 'Ada', '2026-03-02T12:00:00.000000Z', :undone)"
)
OLD_ACCOUNT = (
    "INSERT INTO accounts (email, name, role, created_at, disabled_at) "
    "VALUES (:email, :name, 'agent', '2026-03-01T12:00:00.000000Z', :disabled)"
)
SEARCHED_AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
SEARCHED = ["Dampfdüse  tropft?", "x" * 900, "Dampfdüse tropft"]


@pytest.fixture
def old_engine(empty_url: str) -> Engine:
    """A record as the first version made it, with a question and searches."""
    engine = open_engine(empty_url)
    with schema_transaction(engine) as conn:
        run_migrations(conn, "0001")
        renew_incarnation(conn)
        asked = IncomingQuestion(
            "1", "pw weg", "Hilfe", replies=(IncomingReply("r", "Neu setzen."),), sender="a@x.org"
        )
        store_question(conn, asked, channel="ticket", source="s")
        conn.execute(
            text(OLD_ACCOUNT), {"email": "ada@example.org", "name": "Ada", "disabled": None}
        )
        gone = {"email": None, "name": "Robot", "disabled": "2026-03-04T12:00:00.000000Z"}
        conn.execute(text(OLD_ACCOUNT), gone)
        for number, words in enumerate(SEARCHED):
            conn.execute(text(OLD_SEARCH), {"text": words, "visitor": f"v{number}"})
        for kind, batch, undone in (
            ("same", "b1", None),
            ("not same", "b1", None),
            ("same", "b2", "2026-03-03T12:00:00.000000Z"),
        ):
            row = {"kind": kind, "batch": batch, "undone": undone}
            conn.execute(text(OLD_DECISION), row)
    yield engine
    engine.dispose()


def test_an_older_record_is_migrated_with_everything_in_it(
    old_engine: Engine, tmp_path: Path
) -> None:
    with pytest.raises(SchemaOutdated):
        require_current_schema(old_engine)

    backup = migrate_with_backup(old_engine, tmp_path / "backups")

    require_current_schema(old_engine)
    assert backup is not None
    assert backup.is_file()
    with reading(old_engine) as conn:
        assert row_counts(conn)["questions"] == 1
        rows = conn.execute(select(search_intents).order_by(search_intents.c.id)).all()
        assert conn.execute(select(synonyms)).all() == []
    assert [row.text for row in rows] == SEARCHED
    assert [row.text_key for row in rows] == ["dampfdüse tropft", "x" * 200, "dampfdüse tropft"]
    assert {(row.key, row.place, tuple(row.shown), row.outcome) for row in rows} == {
        (None, "results", (), None)
    }


def test_what_people_did_about_grouping_is_listed_after_the_migration(
    old_engine: Engine, tmp_path: Path
) -> None:
    migrate_with_backup(old_engine, tmp_path)

    with reading(old_engine) as conn:
        rows = conn.execute(select(regroupings).order_by(regroupings.c.id)).all()
    assert [(row.batch, row.action, row.by_name) for row in rows] == [
        ("b1", "split", "Ada"),
        ("b2", "split", "Ada"),
    ]
    assert [row.undone_at is not None for row in rows] == [False, True]
    assert all(row.before == {} for row in rows)


def test_older_accounts_keep_what_they_have_and_count_as_confirmed(
    old_engine: Engine, tmp_path: Path
) -> None:
    migrate_with_backup(old_engine, tmp_path)

    with reading(old_engine) as conn:
        ada, robot = conn.execute(select(accounts).order_by(accounts.c.id)).all()
    assert (ada.email, ada.name, ada.role) == ("ada@example.org", "Ada", "agent")
    assert ada.disabled_at is None
    assert ada.email_confirmed_at == ada.created_at == datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert (robot.email_confirmed_at, robot.erased_at) == (None, None)
    assert robot.disabled_at == datetime(2026, 3, 4, 12, tzinfo=UTC)
    assert [one.single_keys for one in (ada, robot)] == [True, True]
    assert [one.password_hash for one in (ada, robot)] == [None, None]


def test_older_questions_keep_what_they_have_and_wait_for_nobody(
    old_engine: Engine, tmp_path: Path
) -> None:
    with reading(old_engine) as conn:
        before = conn.execute(text("SELECT * FROM questions")).mappings().one()
    migrate_with_backup(old_engine, tmp_path)

    with reading(old_engine) as conn:
        after = conn.execute(text("SELECT * FROM questions")).mappings().one()
        said = conn.execute(select(replies.c.body_raw, replies.c.by_id)).one()
    assert {name: after[name] for name in before} == dict(before)
    new = {name: after[name] for name in after if name not in before}
    assert set(new.values()) == {None}
    assert new.keys() >= {"asker_locale", "confirm_until", "solved_at", "erased_at"}
    assert tuple(said) == ("Neu setzen.", None)


def test_searches_of_the_older_record_are_settled_and_new_ones_stored(
    old_engine: Engine, tmp_path: Path
) -> None:
    migrate_with_backup(old_engine, tmp_path)

    report = keep_searches(old_engine, now=SEARCHED_AT + timedelta(hours=1), retention_days=0)

    assert (report.settled, report.questions) == (3, 2)
    with transaction(old_engine) as conn:
        add_intents(conn, [_search("k1")])
        add_clicks(conn, [Click("k1", "v", "opened", utc_now(), "entry", 1, 1)])
        assert len(conn.execute(select(search_intents)).all()) == 4


def test_a_backup_of_the_older_record_is_restored_into_the_newest_schema(
    old_engine: Engine, tmp_path: Path, record_url: str
) -> None:
    saved = back_up(old_engine, tmp_path / "old.kb")

    report = restore(record_url, saved.path, replace=True)

    assert (report.schema, report.counts["search_intents"]) == ("0001", 3)
    engine = open_engine(record_url)
    require_current_schema(engine)
    with reading(engine) as conn:
        assert {row.text_key for row in conn.execute(select(search_intents))} == {
            "dampfdüse tropft",
            "x" * 200,
        }
    engine.dispose()


def test_a_backup_brings_searches_clicks_and_synonyms_back(engine: Engine, tmp_path: Path) -> None:
    _fill(engine)
    saved = back_up(engine, tmp_path / "saved.kb")
    target = f"sqlite:///{tmp_path / 'again.sqlite3'}"
    create = open_engine(target)
    create_record(create)
    create.dispose()

    restore(target, saved.path, replace=True)

    again = open_engine(target)
    with reading(again) as conn, reading(engine) as before:
        for table in (search_intents, clicks, synonyms):
            assert conn.execute(select(table)).all() == before.execute(select(table)).all() != []
    again.dispose()


def test_an_export_has_searches_and_synonyms_but_tells_nobody_apart(
    engine: Engine, tmp_path: Path
) -> None:
    _fill(engine)

    counts = export_record(engine, tmp_path / "export.sqlite3")

    assert (counts["search_intents"], counts["clicks"], counts["synonyms"]) == (1, 1, 1)
    exported = sqlite3.connect(tmp_path / "export.sqlite3")
    for table in ("search_intents", "clicks"):
        columns = {row[1] for row in exported.execute(f"PRAGMA table_info({table})")}
        assert "visitor" not in columns
    exported.close()


def _search(key: str) -> SearchIntent:
    return SearchIntent("pump leaks", "en", "hybrid", "none", 0.1, None, "v", utc_now(), key=key)


def _fill(engine: Engine) -> None:
    with transaction(engine) as conn:
        add_intents(conn, [_search("k")])
        add_clicks(conn, [Click("k", "v", "opened", utc_now(), "entry", 1, 1)])
        conn.execute(
            synonyms.insert().values(
                lang="en",
                kind="two-way",
                terms=["psu", "power supply"],
                key="k" * 64,
                by_name="Ada",
                created_at=utc_now(),
            )
        )
    assert expected_schema() == "0005"
